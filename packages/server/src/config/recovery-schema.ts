import { z } from 'zod';
import { duration, lifetime } from './duration.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** How people get back in who forgot their password or lost what they prove themselves with. */
export const recoverySchema = z
  .strictObject({
    /** Whether a forgotten password can be replaced behind a code that is mailed to the person's verified address. */
    passwordByEmail: z.boolean().default(true),
    /** How long a mailed code works: of a new password, and of the guard before an enrolment. */
    mailedCode: lifetime
      .refine((seconds) => seconds >= 60 && seconds <= HOUR, 'A mailed code works for a minute to an hour.')
      .default(900),
    /** How long an administrator's recovery ticket works, with the waiting time in it. */
    ticket: lifetime.default(7 * DAY),
    /** How long somebody waits between showing the ticket and enrolling anew, in which whoever owns the account can stop it; 0: not at all. */
    waiting: duration.default(DAY),
    /** What the new authenticator takes the place of: everything that proved more than the password, or nothing. */
    replaces: z.enum(['everything', 'nothing']).default('everything'),
  })
  .refine(({ ticket, waiting }) => waiting < ticket, {
    path: ['waiting'],
    message: 'The waiting time must be over before the ticket is.',
  })
  .prefault({});
