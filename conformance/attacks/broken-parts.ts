/** A server whose every part can be made to fail: each call that a handler makes to one of its parts is a place where it may break. */
import type { Deps } from '@stile/server';

/** `instead`: the call does nothing and throws. `afterwards`: it does its work, and the answer is lost. */
export type Failing = 'instead' | 'afterwards';

class PartBroke extends Error {
  override readonly name = 'PartBroke';
}

type Work = (...given: readonly unknown[]) => unknown;

/** The same object, in which each method is replaced by what is made of it. */
const withMethods = <T extends object>(part: T, made: (name: string, method: Work) => Work): T =>
  new Proxy(part, {
    get: (target, key): unknown => {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return made(String(key), (...given) => Reflect.apply(member, target, given));
    },
  });

export class BrokenParts {
  /** The calls of what is being watched, in order. */
  #seen: string[] | undefined;
  #armed: { readonly index: number; readonly failing: Failing } | undefined;
  readonly #logged: string[] = [];

  /** Given to a server as it starts. */
  readonly replace = (deps: Deps): Deps => {
    const { config, store, keys, passwords, randomBytes, now, log } = deps;
    return {
      ...deps,
      config: this.#configOf(config),
      store: {
        ...store,
        users: this.#partOf('users', store.users),
        authenticators: this.#partOf('authenticators', store.authenticators),
        sessions: this.#partOf('sessions', store.sessions),
        interactions: this.#partOf('interactions', store.interactions),
        grants: this.#partOf('grants', store.grants),
        once: this.#partOf('once', store.once),
        throttles: this.#partOf('throttles', store.throttles),
        audit: this.#partOf('audit', store.audit),
      },
      keys: this.#partOf('keys', keys),
      passwords: this.#partOf('passwords', passwords),
      randomBytes: this.#partOf('random', { bytes: randomBytes }).bytes,
      now: this.#partOf('clock', { now }).now,
      log: this.#logOf(log),
    };
  };

  /** The parts that are called while something is done, in order. */
  async watch(doing: () => Promise<unknown>): Promise<readonly string[]> {
    return (await this.#during(doing)).parts;
  }

  /** Does something while the call of that number fails; gives back the part that did, if it came so far. */
  async breaking<T>(
    index: number,
    failing: Failing,
    doing: () => Promise<T>,
  ): Promise<{ readonly did: T; readonly broke?: string }> {
    this.#armed = { index, failing };
    const { did, parts } = await this.#during(doing);
    const broke = parts[index];
    return { did, ...(broke !== undefined && { broke }) };
  }

  /** What was logged as an error since the last time somebody asked, with the numbers of the requests. */
  errors(): readonly string[] {
    return this.#logged.splice(0);
  }

  async #during<T>(doing: () => Promise<T>): Promise<{ readonly did: T; readonly parts: readonly string[] }> {
    const parts: string[] = [];
    this.#seen = parts;
    try {
      return { did: await doing(), parts };
    } finally {
      this.#seen = undefined;
      this.#armed = undefined;
    }
  }

  /** Throws if this call is to fail instead; tells whether it is to fail afterwards. */
  #called(part: string): boolean {
    if (!this.#seen) return false;
    this.#seen.push(part);
    if (this.#armed?.index !== this.#seen.length - 1) return false;
    if (this.#armed.failing === 'instead') throw new PartBroke(part);
    return true;
  }

  #partOf<T extends object>(name: string, part: T): T {
    return withMethods(part, (method, work) => (...given) => {
      const called = `${name}.${method}`;
      const isLost = this.#called(called);
      const outcome = work(...given);
      if (!isLost) return outcome;
      const lose = (): never => {
        throw new PartBroke(called);
      };
      return outcome instanceof Promise ? outcome.then(lose) : lose();
    });
  }

  /** Every reading of the configuration is a place as well: the policy is read from there, wherever it is asked. */
  #configOf(config: Deps['config']): Deps['config'] {
    return new Proxy(config, {
      get: (target, key): unknown => {
        this.#called(`config.${String(key)}`);
        return Reflect.get(target, key, target);
      },
    });
  }

  #logOf(log: Deps['log']): Deps['log'] {
    return withMethods(log, (level, write) => (...given) => {
      if (level === 'error') this.#logged.push(JSON.stringify(given));
      return write(...given);
    });
  }
}
