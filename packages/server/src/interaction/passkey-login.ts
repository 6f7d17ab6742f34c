/** A passkey as the login itself: whose it is, it says. */
import type { JsonObject } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import type { Refusal } from '../factors/factor.ts';
import { askedIn, checkPasskey } from '../factors/webauthn-factor.ts';
import { lookupOf } from '../factors/webauthn-material.ts';
import { newChallenge, requestOptions } from '../factors/webauthn-options.ts';
import { relyingParty } from '../factors/webauthn-relying-party.ts';
import { readAssertionResponse } from '../factors/webauthn-response.ts';
import type { Authenticator, Ceremony, User } from '../store/records.ts';
import { clearedBySuccess, limitsOf } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import type { Answered, Opened } from './open.ts';
import { onceOf } from './opening.ts';
import { provenAt, recordFailure } from './record.ts';
import { signInAs } from './sign-in.ts';

const keyOf = ({ interaction }: Opened) =>
  ({ purpose: 'login', boundTo: interaction.id, authenticatorId: null }) as const;

const underWay = (opened: Opened, deps: Deps): Promise<Ceremony | undefined> =>
  deps.store.ceremonies.underWay(keyOf(opened), deps.now());

/** What the login page asks the browser for; nothing where there are no passkeys. The same page seen again asks the same. */
export const passkeyOffer = async (opened: Opened, deps: Deps): Promise<JsonObject | undefined> => {
  const party = relyingParty(deps.config);
  if (!party) return undefined;
  const former = await underWay(opened, deps);
  if (former) return askedIn(former.data)?.options;
  const options = requestOptions(party, newChallenge(deps), []);
  await deps.store.ceremonies.begin({
    ...keyOf(opened),
    id: randomId(deps, 'cer'),
    factor: 'webauthn',
    userId: null,
    data: { options },
    answer: null,
    createdAt: deps.now(),
    // The browser offers passkeys beside the username for as long as the page is open.
    expiresAt: secondsAfter(deps.now(), deps.config.lifetimes.interaction),
  });
  return options;
};

interface Claimed {
  readonly user: User;
  readonly authenticator: Authenticator;
}

/** Who says to be here: the owner of the credential, whom it has to name as well. */
const claimedBy = async (credentialId: string, deps: Deps): Promise<Claimed | undefined> => {
  const authenticator = await deps.store.authenticators.findByLookup(lookupOf(credentialId));
  const user = authenticator && (await deps.store.users.find(authenticator.userId));
  return authenticator && user && user.blockedAt === null ? { user, authenticator } : undefined;
};

/**
 * Signs somebody in by what their passkey says.
 *
 * @returns how long to wait, if there were too many tries; otherwise nothing more than that it failed
 */
export const signInByPasskey = async (
  answered: Answered,
  sent: string,
  deps: Deps,
): Promise<Response | { readonly retryAfterSeconds?: number }> => {
  const response = readAssertionResponse(sent);
  const claimed = response && (await claimedBy(response.id, deps));
  const limits = limitsOf('webauthn', {
    // What nobody has is limited as if somebody had it.
    userId: claimed?.user.id ?? `nobody ${response?.id ?? ''}`,
    authenticatorId: claimed?.authenticator.id ?? '',
    address: answered.caller.address,
  });
  const throttle = await takeTry(limits, deps);
  if (!throttle.allowed) return { retryAfterSeconds: throttle.retryAfterSeconds };
  const refuse = async (reason: Refusal) => {
    const userId = claimed?.user.id ?? null;
    await recordFailure(answered, { userId, factor: 'webauthn', reason }, answered.decided.current, deps);
    return {};
  };
  const ceremony = await underWay(answered, deps);
  const asked = ceremony && askedIn(ceremony.data);
  if (!asked) return refuse('expired');
  if (!claimed || response?.userHandle === undefined) return refuse('wrong');
  const expected = { challenge: asked.challenge, userVerification: true };
  const outcome = await checkPasskey(sent, claimed.authenticator, expected, provenAt(answered, deps), deps);
  if (!outcome.valid) return refuse(outcome.reason);
  // Whatever it says today, one that was enrolled without verifying its user begins no session.
  if (!outcome.event.first) return refuse('not_verified');
  const clearThrottles = clearedBySuccess(limits);
  return signInAs({ ...claimed, outcome, consume: onceOf(ceremony), clearThrottles }, answered, deps);
};
