import { durationInSeconds } from '@stile/core';
import { z } from 'zod';

/** A duration: whole seconds, or a number with a unit: `30s`, `5m`, `12h`, `3d`. Becomes seconds. */
export const duration = z.union([z.int().nonnegative(), z.string()]).transform((value, context) => {
  const seconds = typeof value === 'number' ? value : durationInSeconds(value);
  if (seconds === undefined) {
    context.addIssue({
      code: 'custom',
      message: "Write a duration like '30s', '5m', '12h' or '3d', or a number of seconds.",
    });
    return z.NEVER;
  }
  return seconds;
});
