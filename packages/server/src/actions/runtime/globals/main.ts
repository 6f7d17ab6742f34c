/**
 * What is inside before any program is: the globals, and the one function by which the worker comes in. It is run once; what it
 * leaves is kept, and every call starts from there.
 */
import { AbortController, AbortSignal } from './abort.ts';
import { ask, askText } from './bridge.ts';
import { Buffer } from './buffer.ts';
import { utf8Bytes } from './bytes.ts';
import { console } from './console.ts';
import { DOMException } from './dom-exception.ts';
import { fetch, Request, Response } from './fetch.ts';
import { Headers } from './headers.ts';
import { askLater, settleQuestion } from './questions.ts';
import { require } from './require.ts';
import { structuredClone } from './structured-clone.ts';
import { atob, btoa, TextDecoder, TextEncoder } from './text-coding.ts';
import { clearTimeout, fire, setImmediate, setInterval, setTimeout } from './timers.ts';
import { URL, URLSearchParams } from './url.ts';
import { CryptoKey, crypto, random } from './web-crypto.ts';

type Plain = (...given: readonly unknown[]) => unknown;

interface Input {
  readonly handler: string;
  readonly event: unknown;
  readonly context: unknown;
}

const { parse } = JSON;
const { apply } = Reflect;

let buildAction: Plain | undefined;
let program: Plain | undefined;
let startedAtMs = 0;

const isFunction = (value: unknown): value is Plain => typeof value === 'function';

/** What was thrown, as text; reading it may throw as well. */
const described = (thrown: unknown): readonly [failure: string, message: string] => {
  try {
    if (typeof thrown !== 'object' || thrown === null) return ['threw', `It threw ${String(thrown)}`];
    const [name, message, stack] = ['name', 'message', 'stack'].map((key) => String(Reflect.get(thrown, key) ?? ''));
    const place = /action\.js:\d+/.exec(stack ?? '')?.[0].replace('action.js:', ' (line ') ?? '';
    const text = `${name}: ${message}${place === '' ? '' : `${place})`}`;
    if (name === 'Unsupported') return ['unsupported', text];
    if (name === 'NotRunnable') return ['not_runnable', message ?? ''];
    return [name === 'InternalError' && message?.includes('memory') ? 'memory_exceeded' : 'threw', text];
  } catch {
    return ['threw', 'It threw something that cannot be read'];
  }
};

const settle = (failure: string | null, message = ''): void => void ask('settled', failure, message.slice(0, 4096));

const settleThrown = (thrown: unknown): void => settle(...described(thrown));

const hostFor = ({ event, context, handler }: Input) => ({
  event,
  context,
  handler,
  record: (call: unknown, args: unknown) => void ask('record', call, args),
  ask: (question: unknown) => askLater(question).answer,
  hmacSha256: (key: string, data: string) =>
    askText('bytes.to', askText('hmac', 'sha256', utf8Bytes(key), utf8Bytes(data)), 'base64url'),
  nowMs: () => Date.now(),
});

const notRunnable = (message: string): never => {
  const error = new Error(message);
  error.name = 'NotRunnable';
  throw error;
};

const handlerIn = (name: string): Plain => {
  const module = { exports: {} };
  if (program) apply(program, module.exports, [module.exports, require, module]);
  const exported: unknown = module.exports;
  const handler: unknown = typeof exported === 'object' && exported !== null ? Reflect.get(exported, name) : undefined;
  return isFunction(handler) ? handler : notRunnable(`It exports no function ${name}`);
};

const start = async (input: Input): Promise<void> => {
  try {
    startedAtMs = Date.now();
    const built: unknown = buildAction?.(hostFor(input));
    const { event, api } =
      typeof built === 'object' && built !== null
        ? { event: undefined, api: undefined, ...built }
        : notRunnable('There is no api');
    const returned: unknown = handlerIn(input.handler)(event, api);
    await Promise.resolve(returned);
    settle(null);
  } catch (thrown) {
    settleThrown(thrown);
  }
};

/** An error in a callback has nobody to catch it, so it ends the Action. */
const guarded =
  (call: Plain): Plain =>
  (...given) => {
    try {
      return call(...given);
    } catch (thrown) {
      settleThrown(thrown);
      return undefined;
    }
  };

const queueMicrotask = (call: unknown): void => {
  if (!isFunction(call)) throw new TypeError('The first argument must be a function');
  void Promise.resolve().then(guarded(call));
};

const isInput = (value: unknown): value is Input => typeof value === 'object' && value !== null && 'handler' in value;

const enter = (operation: string, given: unknown): void => {
  if (operation === 'inside' && isFunction(given)) {
    buildAction = given;
    return;
  }
  if (operation === 'program' && isFunction(given)) {
    program = given;
    return;
  }
  const value: unknown = parse(String(given));
  if (operation === 'start' && isInput(value)) void start(value);
  if (operation === 'answer' && Array.isArray(value)) settleQuestion(Number(value[0]), value[1]);
  if (operation === 'fire') guarded(() => fire(Number(value)))();
};

const performance = {
  now: () => Date.now() - startedAtMs,
  get timeOrigin() {
    return startedAtMs;
  },
};
const nodeProcess = {
  env: {},
  argv: [],
  version: 'v24.0.0',
  versions: { node: '24.0.0' },
  nextTick: (call: Plain, ...given: readonly unknown[]) => queueMicrotask(() => call(...given)),
};

const GLOBALS: Readonly<Record<string, unknown>> = {
  AbortController,
  AbortSignal,
  Buffer,
  CryptoKey,
  DOMException,
  Headers,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  atob,
  btoa,
  clearImmediate: clearTimeout,
  clearInterval: clearTimeout,
  clearTimeout,
  console,
  crypto,
  fetch,
  global: globalThis,
  performance,
  process: nodeProcess,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
  structuredClone,
  __enter: enter,
};

for (const [name, value] of Object.entries(GLOBALS)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}
Object.defineProperty(Math, 'random', { value: random, writable: true, configurable: true, enumerable: false });
// Without these nothing can wait for memory that another thread writes, or learn when memory is collected.
for (const name of ['Atomics', 'SharedArrayBuffer', 'WeakRef', 'FinalizationRegistry']) {
  Reflect.deleteProperty(globalThis, name);
}
