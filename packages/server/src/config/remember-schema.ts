/** What is demanded of every sign-in, and of whom it is not because their browser is remembered. */
import { z } from 'zod';
import { lifetime } from './duration.ts';
import { demandedLevels } from './risk-schema.ts';

export const everySignInSchema = z.strictObject({
  /** Shown at least once in every session, whatever the application asks for. */
  acr: demandedLevels,
  /** Whether a browser that its person wanted remembered is spared it. */
  unlessRemembered: z.boolean().default(false),
});

export const rememberDeviceSchema = z.strictObject({
  /** A browser may be remembered once one of these levels was shown in it, and is then spared demands of those alone. */
  acr: demandedLevels,
  /** How long it is remembered; it does not get longer by use. */
  age: lifetime
    .refine((seconds) => seconds <= 400 * 86_400, 'No browser keeps a cookie for more than 400 days.')
    .default(30 * 86_400),
});
