/** What a person does to the authenticators they have. Whose they are is part of every write, so that an id of somebody else's finds nothing. */
import type { Deps } from '../deps.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import type { Changed } from '../store/ports.ts';
import type { Authenticator } from '../store/records.ts';
import { changeRecord, tellOwner } from './notices.ts';
import type { Owner } from './owner.ts';
import type { Hindrance } from './removal.ts';
import { hindranceTo } from './removal.ts';

/** One of this person's authenticators; nobody learns of anybody else's. */
export const ownAuthenticator = async (
  userId: string,
  id: string | undefined,
  { store }: Pick<Deps, 'store'>,
): Promise<Authenticator | undefined> =>
  (await store.authenticators.ofUser(userId)).find((authenticator) => authenticator.id === id);

const about = ({ id, factor }: Authenticator) => ({ authenticator: id, factor });

/** @param name as `authenticatorName` took it */
export const renameAuthenticator = async (
  owner: Owner,
  authenticator: Authenticator,
  name: string,
  deps: Deps,
): Promise<Changed> => {
  const record = changeRecord(owner, 'authenticator.renamed', about(authenticator), deps);
  const { user, guard } = owner;
  const renamed = await deps.store.authenticators.rename(user.id, authenticator.id, name, [record], guard);
  if (renamed === 'done') tellOwner(owner, 'authenticator.renamed', deps, name);
  return renamed;
};

export const preferAuthenticator = async (owner: Owner, authenticator: Authenticator, deps: Deps): Promise<Changed> => {
  const record = changeRecord(owner, 'authenticator.preferred', about(authenticator), deps);
  const { user, guard } = owner;
  const preferred = await deps.store.authenticators.prefer(user.id, authenticator.id, deps.now(), [record], guard);
  if (preferred === 'done') tellOwner(owner, 'authenticator.preferred', deps, authenticator.name);
  return preferred;
};

/** How often it is judged anew whether an authenticator may go, when others come or go meanwhile. */
const JUDGEMENTS = 3;

/**
 * Takes an authenticator away, unless its owner could then not sign in any more or not reach what is demanded of them. Two that are
 * removed at once are judged one after the other: each only goes among the others that it was judged by.
 */
export const removeAuthenticator = async (
  owner: Owner,
  authenticator: Authenticator,
  deps: Deps,
): Promise<Changed | Hindrance> => {
  const { user, guard } = owner;
  for (let judgements = 0; judgements < JUDGEMENTS; judgements += 1) {
    const among = (await deps.store.authenticators.ofUser(user.id)).map(({ id }) => id);
    if (!among.includes(authenticator.id)) return 'unknown';
    const hindrance = hindranceTo(authenticator.id, await usableAuthenticators(user.id, deps), deps.config);
    if (hindrance) return hindrance;
    const record = changeRecord(owner, 'authenticator.removed', about(authenticator), deps);
    const lost = await deps.store.authenticators.remove(user.id, authenticator.id, deps.now(), [record], guard, among);
    if (lost === 'session-gone') return lost;
    if (lost === 'unknown') continue;
    tellOwner(owner, 'authenticator.removed', deps, authenticator.name);
    return 'done';
  }
  throw new Error('The authenticators of a person changed each time one was judged.');
};
