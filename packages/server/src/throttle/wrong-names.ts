/**
 * Networks that many different names fail from: whoever tries the passwords of one leak on the people of another has few tries for each
 * name and many names. Such a network becomes slower first, then it is refused for a time. A browser in which the person has
 * signed in before is not held up by what its neighbours do.
 */
import type { Deps } from '../deps.ts';
import type { ThrottleOutcome } from '../store/ports.ts';
import type { Limit } from './limits.ts';
import { wrongNameLimits, wrongNameOnce } from './limits.ts';
import { lookAtTry, takeTry } from './take-try.ts';

type Counting = Pick<Deps, 'config' | 'store' | 'now'>;

/** The tries of a known browser are not those of its network. */
const isOfNetwork = (limits: readonly Limit[]): boolean => limits.some(({ kind }) => kind === 'address');

/**
 * Takes a try of a password.
 *
 * @param limits of the name that was typed
 */
export const takePasswordTry = async (
  limits: readonly Limit[],
  address: string,
  deps: Counting,
): Promise<ThrottleOutcome> => {
  if (!isOfNetwork(limits)) return takeTry(limits, deps);
  const { slower, refused, suspicious } = wrongNameLimits(address);
  const outcome = await lookAtTry([refused], deps);
  if (!outcome.allowed) return outcome;
  const isSuspicious = !(await lookAtTry([slower], deps)).allowed;
  // Beside the everyday one: tries that come at once, before and after it became suspicious, have no more than that together.
  return takeTry(isSuspicious ? [...limits, suspicious] : limits, deps);
};

/**
 * Notes that a name failed; alike whether anybody has it.
 *
 * @param limits that the try was taken from
 * @param username normalised
 */
export const noteWrongName = async (
  limits: readonly Limit[],
  username: string,
  address: string,
  deps: Counting,
): Promise<void> => {
  if (!isOfNetwork(limits)) return;
  const { allowed } = await takeTry([wrongNameOnce(username, address)], deps);
  if (!allowed) return;
  const { slower, refused } = wrongNameLimits(address);
  await Promise.all([takeTry([slower], deps), takeTry([refused], deps)]);
};
