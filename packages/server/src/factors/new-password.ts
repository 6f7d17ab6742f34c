/** The judge of every new password, wherever one is set. */
import type { Result } from '@stile/core';
import { refused } from '@stile/core';
import type { Deps } from '../deps.ts';
import type { PasswordProblem } from './password.ts';
import { checkNewPassword } from './password.ts';

/** Why a new password is refused: `breached` when it leaked somewhere, `unchecked` when that could not be found out and must be. */
export type NewPasswordProblem = PasswordProblem | 'breached' | 'unchecked';

/** Whose it is to be. */
interface Owner {
  /** The name people sign in with. */
  readonly username: string;
  /** Whether they have something besides to prove who they are. A password that is all there is must be longer. */
  readonly hasSecondFactor: boolean;
}

/**
 * Judges a new password: by its length and by those that are guessed first, and where it is configured by those that leaked. What is
 * refused without asking anybody is not looked up.
 *
 * @returns the password as it came, or the first problem
 */
export const judgeNewPassword = async (
  password: string,
  { username, hasSecondFactor }: Owner,
  { config, breachedPasswords }: Pick<Deps, 'config' | 'breachedPasswords'>,
): Promise<Result<string, NewPasswordProblem>> => {
  const { minimumLength, minimumLengthWithSecondFactor, breached } = config.passwords;
  const checked = checkNewPassword(password, {
    username,
    minimumLength: hasSecondFactor ? minimumLengthWithSecondFactor : minimumLength,
  });
  if (!checked.ok || !breachedPasswords) return checked;
  const verdict = await breachedPasswords.look(password);
  if (verdict === 'breached') return refused('breached');
  return verdict === 'unknown' && breached?.whenUnreachable === 'refuse' ? refused('unchecked') : checked;
};
