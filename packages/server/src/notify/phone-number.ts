/** Telephone numbers in E.164: a plus sign, the code of a country, and 15 digits at most. */
import { callingCodeOf } from './calling-codes.ts';

/** So many digits has the shortest number of a country with its code; an emergency or short number is none. */
const LEAST_DIGITS = 8;
const MOST_DIGITS = 15;
const LONGEST_TYPED = 40;

/** What people put between the digits. */
const BETWEEN = /[ \t\u00a0\u2009\u202f().\-\u2010-\u2015/]/gu;

/**
 * Reads a number as people type it, in its international form: `+49 (0)30 123456`, `0049 30 123456`.
 *
 * @returns in E.164; nothing when it is no number of any country
 */
export const parsePhoneNumber = (typed: string): string | undefined => {
  if (typed.length > LONGEST_TYPED) return undefined;
  const text = typed
    .trim()
    .replace(/^(\+\d{1,4}) ?\(0\)/u, '$1')
    .replace(BETWEEN, '')
    .replace(/^00/u, '+');
  if (!/^\+[1-9][0-9]+$/.test(text)) return undefined;
  const digits = text.length - 1;
  if (digits < LEAST_DIGITS || digits > MOST_DIGITS) return undefined;
  // In North America every number has ten digits behind the one.
  if (text.startsWith('+1') && !/^\+1[2-9][0-9]{9}$/.test(text)) return undefined;
  return callingCodeOf(text) === undefined ? undefined : text;
};

/**
 * Whether a number may be sent to.
 *
 * @param regions calling codes; a shared one lets nobody in who has a longer one. None at all: every country, where nothing costs money
 */
export const isAllowedNumber = (number: string, regions: readonly string[]): boolean => {
  const code = callingCodeOf(number);
  if (code === undefined) return false;
  return regions.length === 0 || regions.some((region) => region.length >= code.length && number.startsWith(region));
};

/** `+49…23`: who knows the number recognises it. */
export const maskedPhoneNumber = (number: string): string => `${callingCodeOf(number) ?? '+'}…${number.slice(-2)}`;

/** What numbers have in common that somebody took in a row. */
export const rangeOf = (number: string): string => number.slice(0, -3);
