/** What follows a first proof, whatever it was. */
import { tellOwner } from '../authenticator/notices.ts';
import { problemPage } from '../authorization/respond.ts';
import type { Deps } from '../deps.ts';
import type { ProofOutcome } from '../factors/factor.ts';
import { seeOther } from '../http/responses.ts';
import { isNewcomer } from '../risk/newcomer.ts';
import { knownBrowserCookie } from '../session/known-browser.ts';
import type { Once } from '../store/ports.ts';
import type { Authenticator, User } from '../store/records.ts';
import type { Answered } from './open.ts';
import { answerSecondClick, home } from './open.ts';
import { recordFailure, recordProof } from './record.ts';

/** Somebody whose first proof was checked. */
interface SigningIn {
  readonly user: User;
  readonly authenticator: Authenticator;
  readonly outcome: ProofOutcome & { readonly valid: true };
  /** What the proof uses up besides its own. */
  readonly consume: readonly Once[];
  readonly clearThrottles: readonly string[];
}

/** Whoever began to answer a request is the one who finishes it; anybody else is told to begin anew. */
const isAnotherPerson = ({ interaction }: Answered, user: User): boolean =>
  interaction.userId !== null && interaction.userId !== user.id;

/** Begins the session, or appends to it, and leads home. */
export const signInAs = async (signingIn: SigningIn, answered: Answered, deps: Deps): Promise<Response> => {
  const { user, authenticator, outcome, clearThrottles } = signingIn;
  if (isAnotherPerson(answered, user)) {
    const { factor } = authenticator;
    await recordFailure(
      answered,
      { userId: user.id, factor, reason: 'another_person' },
      answered.decided.current,
      deps,
    );
    return problemPage('someoneElse', 400, answered.request, answered.caller);
  }
  const { current } = answered.decided;
  const isNew = current?.user.id !== user.id && (await isNewcomer({ ...answered, user }, deps));
  const consume = [...signingIn.consume, ...outcome.consume];
  const recorded = await recordProof(answered, user, { ...outcome, consume, clearThrottles }, deps);
  if (typeof recorded === 'string')
    return (await answerSecondClick(answered, deps)) ?? seeOther(home(answered.interaction));
  if (isNew) tellOwner({ ...answered, user }, 'new-device', deps);
  return seeOther(home(answered.interaction), [
    recorded.cookie,
    await knownBrowserCookie(user.id, answered.request, deps),
  ]);
};
