import { sha256Base64url } from './base64url.ts';
import type { StepUp } from './challenge.ts';
import { excess } from './challenge.ts';
import { StepUpError } from './error.ts';
import type { StepUpLimits } from './limits.ts';
import { hasBody } from './pending-call.ts';
import type { Resource } from './resource.ts';

/** `RequestInit` with three options of a step-up. */
export interface StepUpInit extends RequestInit {
  /** What this call is known to need: obtained before it is sent, so that it need not be sent twice. */
  readonly needs?: StepUp;
  /**
   * Names what the user meant to do. Sent as `Idempotency-Key`, the same on the repetition, and no second call with
   * this key is sent while the first is under way.
   */
  readonly idempotencyKey?: string;
  /** `'never'`: a challenge is raised as `not_repeated` and the call is not sent again. */
  readonly repeat?: 'after-challenge' | 'never';
}

/** A call whose body is in memory, so that both sendings carry the same bytes. */
export interface Call {
  /** The request without its body: method, URL, headers and the ways of `fetch`. */
  readonly template: Request;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly needs: StepUp | undefined;
  readonly repeat: 'after-challenge' | 'never';
}

/**
 * Reads the arguments of a `fetch` into a call.
 *
 * @throws {StepUpError} `outside_resource`, `call_too_large`
 * @throws {TypeError} whatever `Request` throws, and when the `needs` are out of bounds
 */
export async function readCall(
  input: string | URL | Request,
  init: StepUpInit,
  resource: Resource,
  limits: StepUpLimits,
): Promise<Call> {
  const { needs, idempotencyKey, repeat = 'after-challenge', ...requestInit } = init;
  const why = needs === undefined ? undefined : excess(needs, limits);
  if (why !== undefined) throw new TypeError(`The needs of the call are out of bounds: ${why}`);
  const url = resource.locate(input instanceof Request ? input.url : String(input));
  const template = new Request(input instanceof Request ? input : url, requestInit);
  if (idempotencyKey !== undefined) template.headers.set('idempotency-key', idempotencyKey);
  const body = hasBody(template.method) ? new Uint8Array(await template.arrayBuffer()) : undefined;
  if (body !== undefined && body.length > limits.bodyBytes) {
    throw new StepUpError('call_too_large', `The body has more than ${limits.bodyBytes} bytes`);
  }
  return { template, body, needs, repeat };
}

/**
 * What makes two calls the same while one of them is under way. Idempotent methods (RFC 9110, section 9.2.2) may
 * overlap as they like; POST and PATCH only if they differ, or are told apart by their idempotency keys.
 */
export async function flightKey({ template, body }: Call): Promise<string | undefined> {
  const named = template.headers.get('idempotency-key');
  if (named !== null) return `key ${named}`;
  if (template.method !== 'POST' && template.method !== 'PATCH') return undefined;
  return `${template.method} ${template.url} ${await sha256Base64url(body ?? new Uint8Array())}`;
}
