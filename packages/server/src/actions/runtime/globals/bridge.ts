/**
 * The way out of the sandbox: a name and JSON in, JSON out. What is taken from the globals here is taken before any program can
 * change it.
 */
import { DOMException } from './dom-exception.ts';

declare const __bridge: (operation: string, text: string) => string;

const toHost = __bridge;
const { parse, stringify } = JSON;
const { hasOwn } = Object;

/** What crosses at once is held twice for a moment, here and there. */
const LONGEST = 8 * 1024 * 1024;

const errors: Readonly<Record<string, new (message: string) => Error>> = { TypeError, RangeError };

const errorOf = (name: string, message: string): Error => {
  const Known = hasOwn(errors, name) ? errors[name] : undefined;
  if (Known) return new Known(message);
  const error = new Error(message);
  error.name = name;
  return error;
};

interface Answer {
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null;

/**
 * Asks the host for something that it answers at once.
 *
 * @throws what the host refuses
 */
export const ask = (operation: string, ...given: readonly unknown[]): unknown => {
  const text = stringify(given);
  if (text.length > LONGEST) throw new RangeError(`That is larger than ${LONGEST} characters`);
  const answer: unknown = parse(toHost(operation, text));
  if (!isAnswer(answer)) throw new TypeError('The host did not answer');
  if (answer.error !== undefined && hasOwn(answer, 'error')) throw errorOf(answer.error.name, answer.error.message);
  return answer.value;
};

/** The same for answers that are text. */
export const askText = (operation: string, ...given: readonly unknown[]): string => String(ask(operation, ...given));

/** Says that something is not there, which ends the Action unless it is caught. */
export const unsupported = (message: string): never => {
  const error = new Error(message);
  error.name = 'Unsupported';
  throw error;
};

export const abortError = (message = 'This operation was aborted'): Error => new DOMException(message, 'AbortError');
