/** `console`: every line is kept with the run, up to its limit. */

import { ask } from './bridge.ts';
import { format, inspect } from './inspect.ts';
import { asText } from './plain.ts';

type Level = 'debug' | 'info' | 'log' | 'warn' | 'error';

/** Longer than any limit for all lines together should be. */
const LONGEST = 512 * 1024;

let indent = '';

const print =
  (level: Level) =>
  (...given: readonly unknown[]): void => {
    const short = given.map((value) => (typeof value === 'string' ? value.slice(0, LONGEST) : value));
    const text = format(...short).slice(0, LONGEST);
    ask('console', level, indent === '' ? text : text.replace(/^/gm, indent));
  };

const log = print('log');
const warn = print('warn');
const error = print('error');

const counts = new Map<string, number>();
const started = new Map<string, number>();

const elapsed = (label: unknown): string => {
  const name = asText(label ?? 'default');
  return `${name}: ${Date.now() - (started.get(name) ?? Date.now())}ms`;
};

const group = (...given: readonly unknown[]): void => {
  if (given.length > 0) log(...given);
  indent += '  ';
};

export const console = {
  log,
  warn,
  error,
  debug: print('debug'),
  info: print('info'),
  trace: (...given: readonly unknown[]) => error('Trace:', ...given),
  dir: (value: unknown) => log(inspect(value)),
  table: (value: unknown) => log(value),
  assert: (condition: unknown, ...given: readonly unknown[]) => {
    if (condition !== true && !condition) error('Assertion failed', ...given);
  },
  count: (label: unknown = 'default') => {
    const name = String(label);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    log(`${name}: ${counts.get(name)}`);
  },
  group,
  groupCollapsed: group,
  groupEnd: () => {
    indent = indent.slice(2);
  },
  time: (label?: unknown) => {
    started.set(asText(label ?? 'default'), Date.now());
  },
  timeLog: (label?: unknown) => log(elapsed(label)),
  timeEnd: (label?: unknown) => log(elapsed(label)),
};
