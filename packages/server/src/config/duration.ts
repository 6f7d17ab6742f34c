import { z } from 'zod';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration as people write it: whole seconds, or a number with a unit: `30s`, `5m`, `12h`, `3d`. Becomes seconds. */
export const duration = z.union([z.int().nonnegative(), z.string()]).transform((value, context) => {
  if (typeof value === 'number') return value;
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  const seconds = unit === undefined ? undefined : SECONDS[unit];
  if (amount === undefined || seconds === undefined) {
    context.addIssue({
      code: 'custom',
      message: "Write a duration like '30s', '5m', '12h' or '3d', or a number of seconds.",
    });
    return z.NEVER;
  }
  return Number(amount) * seconds;
});
