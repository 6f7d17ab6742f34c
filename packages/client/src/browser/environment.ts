import type { KeyValueStorage } from '../token-store.ts';
import type { LockManagerLike } from './everyday-session.ts';

/** A window that this page has opened. */
export interface PopupWindow {
  readonly closed: boolean;
  readonly location: { replace(url: string): void };
  close(): void;
}

/** A `message` event. */
export interface WindowMessage {
  readonly data: unknown;
  readonly origin: string;
  readonly source: unknown;
}

/** What a browser client needs of its page. `window` has it all; a test can bring its own. */
export interface BrowserEnvironment {
  readonly location: { readonly href: string; readonly origin: string; assign(url: string): void };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  readonly sessionStorage: KeyValueStorage;
  readonly locks?: LockManagerLike;
  readonly fetch: typeof globalThis.fetch;
  open(url: string, target: string, features: string): PopupWindow | null;
  addEventListener(type: 'message', listener: (event: WindowMessage) => void): void;
  removeEventListener(type: 'message', listener: (event: WindowMessage) => void): void;
}

/** The environment of the page this runs in. */
export function pageEnvironment(): BrowserEnvironment {
  const { navigator } = window;
  // Absent on pages that are not a secure context, and in older browsers, whatever the type says.
  const locks = 'locks' in navigator ? navigator.locks : undefined;
  return {
    location: window.location,
    history: window.history,
    sessionStorage: window.sessionStorage,
    ...(locks === undefined
      ? {}
      : { locks: { request: async (name, callback) => locks.request(name, () => callback()) } }),
    fetch: (input, init) => window.fetch(input, init),
    open: (url, target, features) => window.open(url, target, features),
    addEventListener: (type, listener) => window.addEventListener(type, listener),
    removeEventListener: (type, listener) => window.removeEventListener(type, listener),
  };
}
