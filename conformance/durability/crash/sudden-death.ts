/** Lets this very process die at a chosen statement of its database, so that no moment of a transaction goes untried. */
import { createRequire } from 'node:module';

export interface Death {
  /** A regular expression for the statement's text; the database's own closing is `close`. */
  readonly statement: string;
  /** Right before the statement, or right after it and before anybody hears of it. */
  readonly when: 'before' | 'after';
  /** At the first such statement from now on, the second … */
  readonly count: number;
}

let awaited: Death | undefined;
let seen = 0;

export const dieAt = (death: Death): void => {
  awaited = death;
  seen = 0;
};

const strike = (statement: string, when: Death['when']): void => {
  if (awaited === undefined || awaited.when !== when || !new RegExp(awaited.statement, 'i').test(statement)) return;
  seen += 1;
  if (seen === awaited.count) process.kill(process.pid, 'SIGKILL');
};

type Method = (...given: unknown[]) => unknown;

/** Puts something around a method. */
const watch = (target: object, name: string, around: (original: Method, given: unknown[]) => unknown): void => {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== 'function') throw new Error(`There is no method ${name}.`);
  Object.defineProperty(target, name, {
    value(this: unknown, ...given: unknown[]): unknown {
      return around((...all) => Reflect.apply(original, this, all), given);
    },
  });
};

const endangered = (statement: string, run: Method, given: unknown[]): unknown => {
  strike(statement, 'before');
  const answer = run(...given);
  strike(statement, 'after');
  return answer;
};

/** The driver that the server itself uses, found from where the server stands. */
const driver: unknown = createRequire(import.meta.resolve('@stile/server'))('better-sqlite3');
const prototype: unknown = typeof driver === 'function' ? Reflect.get(driver, 'prototype') : undefined;
if (typeof prototype !== 'object' || prototype === null) throw new Error('The driver is not what it was.');

watch(prototype, 'prepare', (original, given) => {
  const statement = original(...given);
  if (typeof statement !== 'object' || statement === null) throw new Error('The driver is not what it was.');
  for (const name of ['run', 'all', 'get']) {
    watch(statement, name, (run, parameters) => endangered(String(given[0]), run, parameters));
  }
  return statement;
});
watch(prototype, 'close', (original, given) => endangered('close', original, given));
