import { z } from 'zod';

const guard = z.enum(['ticket', 'email']);

/**
 * What happens to a person who needs a second proof and has none. They are refused; or they may enrol one behind a guard, which asks for
 * something that whoever stole the password does not have: an administrator's ticket, a code that is mailed to their verified address, or
 * either of the two. Behind the mail, whoever has both the password and the mailbox gets in.
 */
export const enrolmentSchema = z
  .union(
    [z.enum(['ticket', 'email', 'refuse']), z.array(guard).min(1)],
    "Write 'ticket', 'email', ['ticket', 'email'] or 'refuse'.",
  )
  .default('ticket');

/** What may be asked for before somebody enrols. */
export type Guard = z.output<typeof guard>;

/** The guards that a configuration allows; none: nobody enrols while they step up. */
export const guardsIn = (enrolment: z.output<typeof enrolmentSchema>): readonly Guard[] => {
  if (enrolment === 'refuse') return [];
  return typeof enrolment === 'string' ? [enrolment] : [...new Set(enrolment)];
};
