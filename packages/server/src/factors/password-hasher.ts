import { hash, parseOptions, verify } from '@node-rs/argon2';
import { passwordBytes } from './password.ts';

/** Argon2id's parameters in the terms of RFC 9106, section 3.1. */
export interface Argon2Parameters {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

export interface PasswordHasher {
  /**
   * Hashes a new password with a new salt.
   *
   * @returns a PHC string.
   * @throws RangeError for a password that `checkNewPassword` would have refused for its size or characters.
   * @throws PasswordHasherBusy when too many are waiting already.
   */
  hash(password: string): Promise<string>;
  /**
   * Compares a password with the stored PHC string. For an unknown user (`undefined`), as for a stored text that is no
   * hash we could have made, a dummy of the current parameters is verified: the same work, never valid. A hash of older
   * parameters costs what it cost then, which is why `needsRehash` asks for it to be replaced at the next login.
   *
   * A password that could be nobody's (empty, over 1,024 bytes, not Unicode) is refused without work; that depends on
   * nothing but the input, so it tells nothing about any user.
   *
   * @throws PasswordHasherBusy when too many are waiting already; alike for known and unknown users.
   */
  verify(phc: string | undefined, password: string): Promise<PasswordVerdict>;
  /** How many are waiting for their turn, for the metrics. */
  queueLength(): number;
  /** How many are being computed, for the metrics. */
  running(): number;
  /** Whether the next one would be turned away; asked before a try is counted that could not be judged. */
  isFull(): boolean;
}

export interface PasswordVerdict {
  readonly valid: boolean;
  /** Valid, and hashed with parameters other than the current ones. */
  readonly needsRehash: boolean;
}

/** Thrown instead of letting the queue grow: the caller answers 503 with `Retry-After`. */
export class PasswordHasherBusy extends Error {
  override readonly name = 'PasswordHasherBusy';
}

/** The native functions: replaced in tests to see what is computed. */
export interface Argon2 {
  readonly hash: typeof hash;
  readonly verify: typeof verify;
}

export interface PasswordHasherOptions {
  /** How many are computed at a time: the number of cores. */
  readonly concurrency: number;
  /** How many may wait beyond those. */
  readonly queueLimit: number;
  /** By default OWASP's minimum: 19 MiB, 2 passes, 1 lane. */
  readonly parameters?: Argon2Parameters;
  readonly argon2?: Argon2;
  /** Told how long each computation took, in seconds and without the wait for its turn. */
  readonly onComputed?: (seconds: number) => void;
}

const owaspMinimum: Argon2Parameters = { memoryKib: 19_456, passes: 2, parallelism: 1 };
/**
 * What is computed at all. A stored string is data: with `m=4294967295` in it the library would ask for 4 TiB and the
 * system would end the process.
 */
const most: Argon2Parameters = { memoryKib: 262_144, passes: 16, parallelism: 16 };
const saltBytes = 16;
const outputBytes = 32;
const mostPhcLength = 256;

const invalid: PasswordVerdict = { valid: false, needsRehash: false };

/**
 * Argon2id (RFC 9106) in the thread pool, off the event loop, behind a bounded queue.
 *
 * @throws RangeError for parameters or bounds that make no sense.
 */
export function createPasswordHasher(options: PasswordHasherOptions): PasswordHasher {
  const { concurrency, queueLimit, parameters = owaspMinimum, argon2 = { hash, verify } } = options;
  if (!isComputable(parameters)) throw new RangeError('the parameters of Argon2 are out of bounds');
  const queue = createQueue(concurrency, queueLimit, options.onComputed);
  const dummy = dummyHash(parameters);
  const settings = {
    memoryCost: parameters.memoryKib,
    timeCost: parameters.passes,
    parallelism: parameters.parallelism,
    outputLen: outputBytes,
  };

  return {
    async hash(password) {
      const bytes = passwordBytes(password);
      if (bytes === undefined) throw new RangeError('not a password that can be hashed');
      return queue.run(() => argon2.hash(bytes, settings));
    },
    async verify(phc, password) {
      const bytes = passwordBytes(password);
      if (bytes === undefined) return invalid;
      const stored = phc === undefined ? undefined : parseStoredHash(phc);
      const matches = await queue.run(() => argon2.verify(stored?.phc ?? dummy, bytes));
      if (stored === undefined || !matches) return invalid;
      return { valid: true, needsRehash: !stored.current(parameters) };
    },
    queueLength: () => queue.length(),
    running: () => queue.running(),
    isFull: () => queue.isFull(),
  };
}

function isComputable({ memoryKib, passes, parallelism }: Argon2Parameters): boolean {
  return (
    isWithin(passes, 1, most.passes) &&
    isWithin(parallelism, 1, most.parallelism) &&
    // RFC 9106, section 3.1: at least 8 KiB for every lane.
    isWithin(memoryKib, 8 * parallelism, most.memoryKib)
  );
}

function isWithin(value: number, least: number, greatest: number): boolean {
  return Number.isInteger(value) && value >= least && value <= greatest;
}

/** A hash of no password: its output is all zeros, which nobody can aim at, and a match would be thrown away. */
function dummyHash({ memoryKib, passes, parallelism }: Argon2Parameters): string {
  const zeros = (length: number): string => Buffer.alloc(length).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${zeros(saltBytes)}$${zeros(outputBytes)}`;
}

interface StoredHash {
  readonly phc: string;
  current(parameters: Argon2Parameters): boolean;
}

/** Parses what the store holds: Argon2id of version 1.3 with parameters that are safe to compute, or nothing. */
function parseStoredHash(phc: string): StoredHash | undefined {
  // The library reads more than the format allows, and what it makes of that is its own affair.
  if (phc.length > mostPhcLength || !/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$/.test(phc)) return undefined;
  const parsed = parsedOptions(phc);
  if (parsed === undefined) return undefined;
  const stored = { memoryKib: parsed.memoryCost, passes: parsed.timeCost, parallelism: parsed.parallelism };
  // An output of few bytes would be met by chance.
  if (!isComputable(stored) || parsed.outputLen < saltBytes) return undefined;
  return {
    phc,
    current: ({ memoryKib, passes, parallelism }) =>
      stored.memoryKib === memoryKib &&
      stored.passes === passes &&
      stored.parallelism === parallelism &&
      parsed.outputLen >= outputBytes &&
      parsed.saltLen >= saltBytes,
  };
}

function parsedOptions(phc: string): ReturnType<typeof parseOptions> | undefined {
  try {
    return parseOptions(phc);
  } catch {
    return undefined;
  }
}

interface Queue {
  run<T>(job: () => Promise<T>): Promise<T>;
  length(): number;
  running(): number;
  isFull(): boolean;
}

/** First come, first served; whoever finds the queue full is turned away at once. */
function createQueue(concurrency: number, limit: number, onDone?: (seconds: number) => void): Queue {
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError('the concurrency is at least 1');
  if (!Number.isInteger(limit) || limit < 0) throw new RangeError('the queue limit is at least 0');
  const waiting: Array<() => void> = [];
  let running = 0;
  const isFull = (): boolean => running >= concurrency && waiting.length >= limit;
  return {
    async run(job) {
      if (isFull()) throw new PasswordHasherBusy('too many passwords are waiting to be hashed');
      if (running < concurrency) running += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      const started = performance.now();
      try {
        return await job();
      } finally {
        onDone?.((performance.now() - started) / 1000);
        // The place passes to the next in line directly, so that a newcomer cannot slip in between.
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
    length: () => waiting.length,
    running: () => running,
    isFull,
  };
}
