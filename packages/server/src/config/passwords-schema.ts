/** What a new password must be (NIST SP 800-63B-4, section 3.1.1.2). */
import { z } from 'zod';
import { lifetime } from './duration.ts';

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/;

const leastLength = (atLeast: number, standard: number) =>
  z.int().min(atLeast, `At least ${atLeast} characters, or guessing is too easy.`).max(64).default(standard);

export const passwordsSchema = z
  .strictObject({
    /** In characters: of a password that is all that somebody has, and of one that a second factor follows. */
    minimumLength: leastLength(8, 15),
    minimumLengthWithSecondFactor: leastLength(8, 8),
    /** Whether new passwords are looked up among those that leaked somewhere. Only a fifth of a digest is sent. Off by default. */
    breached: z
      .strictObject({
        /** Of a range API, up to where the first five digits of the digest go. */
        url: z
          .url()
          .refine((url) => url.startsWith('https://') || LOOPBACK.test(url), 'Use https: what it answers is believed.')
          .default('https://api.pwnedpasswords.com/range/'),
        timeout: lifetime.refine((seconds) => seconds <= 30, 'People wait for it: 30 seconds at most.').default(3),
        /** What is done with a password that could not be looked up. */
        whenUnreachable: z.enum(['accept', 'refuse']).default('accept'),
      })
      .optional(),
  })
  .prefault({});
