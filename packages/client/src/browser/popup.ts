import { isJsonObject } from '@stile/core';
import { StepUpError } from '../error.ts';
import type { BrowserEnvironment, PopupWindow, WindowMessage } from './environment.ts';

const features = 'popup,width=480,height=720';
const pollMilliseconds = 200;

/**
 * Opens an empty popup. Browsers allow it for a moment after a click, so it is opened first and led to the
 * authorization server when the request is ready.
 *
 * @throws {StepUpError} `popup_blocked`
 */
export function openPopup(environment: Pick<BrowserEnvironment, 'open'>): PopupWindow {
  const popup = environment.open('about:blank', 'stile-step-up', features);
  if (popup === null || popup.closed) {
    throw new StepUpError('popup_blocked', 'The browser blocked the popup: open it from a click');
  }
  return popup;
}

export interface PopupWait {
  /** The only origin whose message counts: the issuer's. */
  readonly origin: string;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/**
 * The authorization response that the popup posts (`response_mode=web_message`). Messages of other origins and of
 * other windows are passed over, whatever they claim to be.
 *
 * Rejects with {@link StepUpError} `popup_closed` or `popup_timed_out`, or with the signal's reason.
 */
export function popupResponse(
  environment: BrowserEnvironment,
  popup: PopupWindow,
  wait: PopupWait,
): Promise<URLSearchParams> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      environment.removeEventListener('message', onMessage);
      wait.signal?.removeEventListener('abort', onAbort);
      clearInterval(poll);
      clearTimeout(timeout);
      settle();
    };
    const onMessage = (event: WindowMessage): void => {
      if (event.origin !== wait.origin || event.source !== popup) return;
      const parameters = responseParameters(event.data);
      if (parameters !== undefined) finish(() => resolve(parameters));
    };
    const onAbort = (): void => {
      finish(() => {
        reject(new DOMException('The step-up was aborted', 'AbortError'));
      });
    };
    let wasClosed = false;
    const poll = setInterval(() => {
      // One more turn after it closed, for a message that was posted just before.
      if (wasClosed) finish(() => reject(new StepUpError('popup_closed', 'The popup was closed before it answered')));
      wasClosed = popup.closed;
    }, pollMilliseconds);
    const timeout = setTimeout(() => {
      finish(() => reject(new StepUpError('popup_timed_out', 'The popup did not answer in time')));
    }, wait.timeoutSeconds * 1000);
    environment.addEventListener('message', onMessage);
    wait.signal?.addEventListener('abort', onAbort);
    if (wait.signal?.aborted) onAbort();
  });
}

function responseParameters(data: unknown): URLSearchParams | undefined {
  if (!isJsonObject(data) || data.type !== 'authorization_response' || !isJsonObject(data.response)) return undefined;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(data.response)) {
    if (typeof value === 'string') parameters.set(name, value);
  }
  return parameters;
}
