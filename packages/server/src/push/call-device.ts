/** Calls a device through its push service (RFC 8030). What it carries says that there is a question, and nothing of it. */
import type { Subscription } from './subscription.ts';
import type { VapidKeys } from './vapid.ts';

/** What a device is woken with, encrypted for it alone (RFC 8291). The question itself it fetches, with its signature. */
const MESSAGE = JSON.stringify({ kind: 'question' });

const PATIENCE_MILLISECONDS = 5_000;

/** `gone`: the device has no such subscription any more (RFC 8030, section 7.3). */
export type Called = 'sent' | 'gone' | 'failed';

export interface Call {
  readonly subscription: Subscription;
  /** A question that has ended is not worth ringing for. */
  readonly ttlSeconds: number;
  readonly keys: VapidKeys;
  /** Whom the push service may turn to: a `mailto:` or `https:` address (RFC 8292, section 2.1). */
  readonly contact: string;
}

const requestOf = async ({ subscription, ttlSeconds, keys, contact }: Call) => {
  // Loaded when it is needed: the server starts without it.
  const { default: webPush } = await import('web-push');
  const { endpoint, p256dh, auth } = subscription;
  return webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, MESSAGE, {
    vapidDetails: { subject: contact, ...keys },
    TTL: ttlSeconds,
    urgency: 'high',
    contentEncoding: 'aes128gcm',
    // A newer question takes the place of one that was not delivered yet.
    topic: 'question',
  });
};

/** Never throws: a device that cannot be called still finds the question by asking. */
export const callDevice = async (call: Call): Promise<Called> => {
  try {
    const { endpoint, method, headers, body } = await requestOf(call);
    const response = await fetch(endpoint, {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      body: new Uint8Array(body),
      // A push service does not send us elsewhere; whoever does is none.
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    await response.body?.cancel();
    if (response.status === 404 || response.status === 410) return 'gone';
    return response.ok ? 'sent' : 'failed';
  } catch {
    return 'failed';
  }
};
