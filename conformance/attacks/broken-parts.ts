/** A server whose every part can be made to fail: each call that a handler makes to one of its parts is a place where it may break. */
import type { Deps } from '@stile/server';

/** `instead`: the call does nothing and throws. `afterwards`: it does its work, and the answer is lost. */
export type Failing = 'instead' | 'afterwards';

export interface BrokenParts {
  /** Given to a server as it starts. */
  readonly replace: (deps: Deps) => Deps;
  /** The parts that were called while something was done, in order. */
  watch(doing: () => Promise<unknown>): Promise<readonly string[]>;
  /** Does something while the call of that number fails; gives back the part that did, if it came so far. */
  breaking<T>(
    index: number,
    failing: Failing,
    doing: () => Promise<T>,
  ): Promise<{ readonly did: T; readonly broke?: string }>;
  /** What was logged as an error since the last time somebody asked, with the numbers of the requests. */
  errors(): readonly string[];
}

class PartBroke extends Error {
  override readonly name = 'PartBroke';
}

export const brokenParts = (): BrokenParts => {
  let seen: string[] | undefined;
  let armed: { readonly index: number; readonly failing: Failing } | undefined;
  const logged: string[] = [];

  /** Throws if this call is to fail instead; tells whether it is to fail afterwards. */
  const called = (part: string): boolean => {
    if (!seen) return false;
    seen.push(part);
    if (armed?.index !== seen.length - 1) return false;
    if (armed.failing === 'instead') throw new PartBroke(part);
    return true;
  };

  const watched =
    (part: string, work: (...given: unknown[]) => unknown) =>
    (...given: unknown[]): unknown => {
      const isLost = called(part);
      const outcome = work(...given);
      if (!isLost) return outcome;
      const lose = (): never => {
        throw new PartBroke(part);
      };
      return outcome instanceof Promise ? outcome.then(lose) : lose();
    };

  const partOf = <T extends object>(name: string, part: T): T =>
    new Proxy(part, {
      get: (target, key): unknown => {
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== 'function') return member;
        return watched(`${name}.${String(key)}`, (...given) => Reflect.apply(member, target, given));
      },
    });

  /** Every reading of the configuration is a place as well: the policy is read from there, wherever it is asked. */
  const configOf = (config: Deps['config']): Deps['config'] =>
    new Proxy(config, {
      get: (target, key): unknown => {
        called(`config.${String(key)}`);
        return Reflect.get(target, key, target);
      },
    });

  const logOf = (log: Deps['log']): Deps['log'] =>
    new Proxy(log, {
      get: (target, key): unknown => {
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]): unknown => {
          if (key === 'error') logged.push(JSON.stringify(given));
          return Reflect.apply(member, target, given);
        };
      },
    });

  const replace = (deps: Deps): Deps => {
    const { config, store, keys, passwords, randomBytes, now, log } = deps;
    return {
      ...deps,
      config: configOf(config),
      store: {
        ...store,
        users: partOf('users', store.users),
        authenticators: partOf('authenticators', store.authenticators),
        sessions: partOf('sessions', store.sessions),
        interactions: partOf('interactions', store.interactions),
        grants: partOf('grants', store.grants),
        once: partOf('once', store.once),
        throttles: partOf('throttles', store.throttles),
        audit: partOf('audit', store.audit),
      },
      keys: partOf('keys', keys),
      passwords: partOf('passwords', passwords),
      randomBytes: partOf('random', { bytes: randomBytes }).bytes,
      now: partOf('clock', { now }).now,
      log: logOf(log),
    };
  };

  const during = async <T>(doing: () => Promise<T>): Promise<{ did: T; parts: readonly string[] }> => {
    const parts: string[] = [];
    seen = parts;
    try {
      return { did: await doing(), parts };
    } finally {
      seen = undefined;
      armed = undefined;
    }
  };

  return {
    replace,
    watch: async (doing) => (await during(doing)).parts,
    breaking: async (index, failing, doing) => {
      armed = { index, failing };
      const { did, parts } = await during(doing);
      const broke = parts[index];
      return { did, ...(broke !== undefined && { broke }) };
    },
    errors: () => logged.splice(0),
  };
};
