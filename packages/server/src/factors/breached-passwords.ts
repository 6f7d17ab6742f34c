/** Passwords that leaked somewhere, looked up without telling anybody which. */
import { createHash } from 'node:crypto';

/** What is known of a password. `unknown` when it could not be asked. */
export type BreachVerdict = 'breached' | 'not_found' | 'unknown';

export interface BreachedPasswords {
  /** @throws never */
  readonly look: (password: string) => Promise<BreachVerdict>;
}

interface RangeApi {
  /** Up to where the prefix goes. */
  readonly url: string;
  readonly timeoutSeconds: number;
  /** Told why it could not be asked: a word, nothing of the password. */
  readonly complain: (reason: string) => void;
}

const PREFIX_DIGITS = 5;
const SUFFIX_DIGITS = 35;

/** The longest range that is known has a twentieth of that. */
const MOST_BYTES = 1_000_000;

/** A look-up waits for at most so many others; beyond, it is not made. */
const MOST_AT_ONCE = 32;

/**
 * A range API, as Have I Been Pwned has one (k-anonymity): it is told the first five hexadecimal digits of the password's SHA-1 and
 * answers with the rest of all that begin so, some eight hundred. It is asked for padding, so that the length of the answer tells
 * nothing either.
 */
export const rangeApi = ({ url, timeoutSeconds, complain }: RangeApi): BreachedPasswords => {
  let underWay = 0;
  const ask = async (digest: string): Promise<BreachVerdict> => {
    const response = await fetch(`${url}${digest.slice(0, PREFIX_DIGITS)}`, {
      headers: { 'add-padding': 'true', accept: 'text/plain', 'user-agent': 'stile' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new UnusableAnswer(`status_${response.status}`);
    }
    return isInRange(digest.slice(PREFIX_DIGITS), await boundedText(response)) ? 'breached' : 'not_found';
  };
  return {
    look: async (password) => {
      if (underWay >= MOST_AT_ONCE) {
        complain('too_many_at_once');
        return 'unknown';
      }
      underWay += 1;
      try {
        // SHA-1 is what such services are indexed by; it protects nothing here.
        return await ask(createHash('sha1').update(password.normalize('NFKC')).digest('hex').toUpperCase());
      } catch (error) {
        complain(reasonOf(error));
        return 'unknown';
      } finally {
        underWay -= 1;
      }
    },
  };
};

class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}

/** The message of a failed request may hold the address, and with it the prefix. */
const reasonOf = (error: unknown): string => {
  if (error instanceof UnusableAnswer) return error.message;
  return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable';
};

const boundedText = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new UnusableAnswer('too_long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
};

const LINE = new RegExp(`^([0-9A-F]{${SUFFIX_DIGITS}}):(\\d{1,15})\\r?$`, 'i');

/**
 * Whether a range holds a digest. Padding has a count of zero, and is no password that anybody had.
 *
 * @throws UnusableAnswer when it is no range: an empty page, or HTML, would pass for good news
 */
export const isInRange = (suffix: string, range: string): boolean => {
  let [lines, found] = [0, false];
  for (const line of range.split('\n')) {
    if (line.trim() === '') continue;
    const [, digits = '', count = ''] = LINE.exec(line) ?? [];
    if (digits === '') throw new UnusableAnswer('not_a_range');
    lines += 1;
    if (digits.toUpperCase() === suffix && Number(count) > 0) found = true;
  }
  if (lines === 0) throw new UnusableAnswer('not_a_range');
  return found;
};
