import { durationInSeconds } from '@stile/core';
import { z } from 'zod';

/** A hundred years: so long that it means for ever, and so short that moments stay moments. */
const LONGEST_SECONDS = 3_155_760_000;

const HOW_TO_WRITE = "Write a duration like '30s', '5m', '12h' or '3d', or a number of seconds.";

/** A duration: whole seconds, or a number with a unit: `30s`, `5m`, `12h`, `3d`. Becomes seconds. */
export const duration = z.union([z.int().nonnegative(), z.string()], HOW_TO_WRITE).transform((value, context) => {
  const seconds = typeof value === 'number' ? value : durationInSeconds(value);
  if (seconds === undefined || seconds > LONGEST_SECONDS) {
    context.addIssue({ code: 'custom', message: HOW_TO_WRITE });
    return z.NEVER;
  }
  return seconds;
});

/** How long something lives: at least a second, for what is dead from the start is of no use. */
export const lifetime = duration.refine((seconds) => seconds > 0, 'A lifetime is at least one second.');
