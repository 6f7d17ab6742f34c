import type { BrowserEnvironment, PopupWindow, WindowMessage } from '../browser/environment.ts';
import type { KeyValueStorage } from '../token-store.ts';
import { memoryStorage } from '../token-store.ts';

/** A popup as the opener sees it. */
export interface FakePopup extends PopupWindow {
  closed: boolean;
  /** Where it was led, once it was. */
  readonly visited: string[];
}

/** A page in a tab. */
export interface FakePage extends BrowserEnvironment {
  readonly location: { href: string; origin: string; assign(url: string): void };
  readonly popups: FakePopup[];
  /** URLs the page was sent to. */
  readonly left: string[];
  /** Makes the browser refuse popups. */
  blocksPopups: boolean;
  /** Delivers a `message` event. */
  receive(message: WindowMessage): void;
  readonly listeners: Set<(event: WindowMessage) => void>;
}

/** A tab: what it keeps while its pages come and go. */
export interface FakeTab {
  readonly sessionStorage: KeyValueStorage;
  /** Loads a page in this tab. */
  load(url: string): FakePage;
}

export function openTab(
  fetch: typeof globalThis.fetch,
  rest: Partial<Pick<BrowserEnvironment, 'locks' | 'sessionStorage'>> = {},
): FakeTab {
  const sessionStorage = rest.sessionStorage ?? memoryStorage();
  return { sessionStorage, load: (url) => page(url, { fetch, ...rest, sessionStorage }) };
}

function page(url: string, given: Pick<BrowserEnvironment, 'fetch' | 'sessionStorage' | 'locks'>): FakePage {
  const left: string[] = [];
  const popups: FakePopup[] = [];
  const listeners = new Set<(event: WindowMessage) => void>();
  const self: FakePage = {
    ...given,
    left,
    popups,
    listeners,
    blocksPopups: false,
    location: { href: url, origin: new URL(url).origin, assign: (to) => left.push(to) },
    history: {
      replaceState: (_data, _unused, to) => {
        self.location.href = to;
      },
    },
    open() {
      if (self.blocksPopups) return null;
      const popup = openedPopup();
      popups.push(popup);
      return popup;
    },
    addEventListener: (_type, listener) => listeners.add(listener),
    removeEventListener: (_type, listener) => listeners.delete(listener),
    receive(message) {
      for (const listener of listeners) listener(message);
    },
  };
  return self;
}

function openedPopup(): FakePopup {
  const visited: string[] = [];
  const popup: FakePopup = {
    closed: false,
    visited,
    location: { replace: (url) => visited.push(url) },
    close() {
      popup.closed = true;
    },
  };
  return popup;
}
