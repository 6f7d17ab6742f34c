/**
 * T9: a password that was set by way of a mailbox and a code to the same mailbox are one proof of one thing. As long as the password
 * rests on the channel it was reset by, that channel is no second factor of its person; a proof of another second factor, or a password that
 * is set by somebody who has stepped up, makes it one again. Kept on the password: `{ hash, resetBy: 'email' }`.
 */
import type { Authenticator } from '../store/records.ts';

/** The factor that a person's password was reset by, if it still rests on that alone. */
export const recoveryChannelOf = (
  theirs: readonly Pick<Authenticator, 'factor' | 'material'>[],
): string | undefined => {
  const { resetBy } = theirs.find(({ factor }) => factor === 'password')?.material ?? {};
  return typeof resetBy === 'string' ? resetBy : undefined;
};

/** What the material of a password becomes that rests on nothing but itself. */
export const withoutChannel = { resetBy: undefined } satisfies Authenticator['material'];

/** Whether a proof by that factor shows that the person is more than whoever reads the channel. */
export const isIndependentOf = (channel: string, factor: string): boolean =>
  factor !== 'password' && factor !== channel;
