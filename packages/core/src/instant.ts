/**
 * A moment, in whole seconds since the epoch (the unit of `auth_time`, `exp` and `iat`: RFC 7519, section 2).
 *
 * The brand keeps milliseconds and durations from being passed by accident: only {@link instant} makes one.
 */
export type Instant = number & { readonly [unit]: 'seconds since the epoch' };
declare const unit: unique symbol;

/** Later than any moment in seconds (year 5138), earlier than any recent moment in milliseconds. */
const END_OF_TIME = 100_000_000_000;

/**
 * Checks that a number is a moment in whole seconds.
 *
 * @throws RangeError for fractions, negatives, and numbers so large that they can only be milliseconds.
 */
export const instant = (seconds: number): Instant => {
  if (!isInstant(seconds)) throw new RangeError('A moment is a whole number of seconds since the epoch.');
  return seconds;
};

/** True for a whole number of seconds since the epoch that is not, in truth, milliseconds. */
export const isInstant = (value: unknown): value is Instant =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < END_OF_TIME;

/** The moment `seconds` before another; the epoch itself when that would lie before it. */
export const secondsBefore = (moment: Instant, seconds: number): Instant => instant(Math.max(0, moment - seconds));

/** The moment `seconds` after another. */
export const secondsAfter = (moment: Instant, seconds: number): Instant => instant(moment + seconds);

/** The later of several moments. */
export const latest = (first: Instant, ...rest: readonly Instant[]): Instant => instant(Math.max(first, ...rest));
