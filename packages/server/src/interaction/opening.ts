/** What the server speaks first of within an interaction: a challenge that is made, a code that is sent, a device that is asked. */

import { secondsAfter } from '@stile/core';
import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import type { Asked, Refusal } from '../factors/factor.ts';
import type { CurrentSession } from '../session/current-session.ts';
import { provenBrowser } from '../session/known-browser.ts';
import type { CeremonyKey, Once } from '../store/ports.ts';
import type { Authenticator, Ceremony, Session } from '../store/records.ts';
import type { Candidate } from './candidates.ts';
import type { Opened } from './open.ts';
import { reasonOf } from './why.ts';

/** What went wrong, and what was opened all the same. */
export interface Failure {
  readonly error?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly ceremony?: Ceremony;
}

/** The session, if this very authenticator was proven in it before: somebody who merely knows the password cannot have such a one. */
export const provenInSession = (
  { id, events }: Pick<Session, 'id' | 'events'>,
  authenticator: Pick<Authenticator, 'id'>,
): string | undefined => (events.some((event) => event.authenticator === authenticator.id) ? id : undefined);

export const askedOf = (
  opened: Opened,
  { user }: CurrentSession,
  { authenticator, anyOf }: Candidate,
  deps: Deps,
): Asked => ({
  user,
  authenticator,
  anyOf,
  request: opened.request,
  caller: opened.caller,
  t: opened.t,
  application: opened.application.name,
  what: reasonOf(opened, deps).what,
});

const keyOf = ({ interaction }: Opened, { authenticator, factor }: Candidate): CeremonyKey => ({
  purpose: 'prove',
  boundTo: interaction.id,
  // Of several that are asked for together it is not known yet who answers.
  authenticatorId: factor.lookupIn ? null : authenticator.id,
});

/** What was opened in this interaction for this authenticator, or for several together, and waits for its answer. */
export const underWay = async (opened: Opened, usable: Candidate, deps: Deps): Promise<Ceremony | undefined> =>
  usable.factor.opening ? deps.store.ceremonies.underWay(keyOf(opened, usable), deps.now()) : undefined;

/** What a proof uses up beside its own: what was opened serves once. */
export const onceOf = (ceremony: Ceremony | undefined): readonly Once[] =>
  ceremony ? [{ kind: 'ceremony', key: ceremony.id, expiresAt: ceremony.expiresAt }] : [];

/** Opens anew, in place of what was opened before. */
export const open = async (
  opened: Opened,
  current: CurrentSession,
  usable: Candidate,
  deps: Deps,
): Promise<Failure> => {
  const { opening } = usable.factor;
  if (!opening) return {};
  const id = randomId(deps, 'cer');
  const asked = askedOf(opened, current, usable, deps);
  const { user, session } = current;
  const provenIn =
    provenInSession(session, usable.authenticator) ??
    (await provenBrowser(user.id, usable.authenticator.id, opened.request, deps));
  const begun = await opening.open({ ...asked, provenIn }, id, deps);
  if (!begun.ok) return begun;
  const ceremony: Ceremony = {
    ...keyOf(opened, usable),
    id,
    factor: usable.factor.name,
    userId: current.user.id,
    data: begun.data,
    answer: null,
    createdAt: deps.now(),
    expiresAt: secondsAfter(deps.now(), opening.lifetimeSeconds),
  };
  await deps.store.ceremonies.begin(ceremony);
  return { ceremony };
};

/** Opens unless the very same is open: the same page in another tab, or seen again, leaves the first one answerable. */
export const openOnce = async (
  opened: Opened,
  current: CurrentSession,
  usable: Candidate,
  deps: Deps,
): Promise<Failure> => {
  const ceremony = await underWay(opened, usable, deps);
  const isSame = ceremony && (usable.factor.opening?.asks?.(ceremony.data, usable.anyOf) ?? true);
  return isSame ? { ceremony } : open(opened, current, usable, deps);
};

/** Says what was wrong with the last answer; a challenge that costs nothing is made anew for the next. */
export const reopened = async (
  opened: Opened,
  current: CurrentSession,
  usable: Candidate,
  reason: Refusal,
  deps: Deps,
): Promise<Failure> => {
  const error = usable.factor.view.refused(reason, opened.t);
  if (usable.factor.opening?.when !== 'shown') return { error };
  return { error, ...(await open(opened, current, usable, deps)) };
};
