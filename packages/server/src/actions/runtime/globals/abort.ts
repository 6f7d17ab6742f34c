/** AbortController and AbortSignal, with as much of events as they need. */
import { abortError } from './bridge.ts';
import { DOMException } from './dom-exception.ts';
import { setTimeout } from './timers.ts';

type Listener = (event: { readonly type: string; readonly target: AbortSignal }) => void;

const isListener = (value: unknown): value is Listener => typeof value === 'function';

let abort: (signal: AbortSignal, reason: unknown) => void;

export class AbortSignal {
  #aborted = false;
  #reason: unknown;
  readonly #listeners = new Set<Listener>();
  onabort: Listener | null = null;

  static {
    abort = (signal, reason) => {
      if (signal.#aborted) return;
      signal.#aborted = true;
      signal.#reason = reason ?? abortError();
      const event = { type: 'abort', target: signal };
      for (const listener of [signal.onabort, ...signal.#listeners]) listener?.(event);
    };
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal();
    abort(signal, reason);
    return signal;
  }

  static timeout(ms: unknown): AbortSignal {
    const signal = new AbortSignal();
    setTimeout(() => abort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const any = new AbortSignal();
    for (const signal of signals) {
      if (signal.aborted) abort(any, signal.reason);
      else signal.addEventListener('abort', () => abort(any, signal.reason));
    }
    return any;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  addEventListener(type: unknown, listener: unknown): void {
    if (type === 'abort' && isListener(listener)) this.#listeners.add(listener);
  }

  removeEventListener(type: unknown, listener: unknown): void {
    if (type === 'abort' && isListener(listener)) this.#listeners.delete(listener);
  }
}

export class AbortController {
  readonly signal = new AbortSignal();

  abort(reason?: unknown): void {
    abort(this.signal, reason);
  }
}
