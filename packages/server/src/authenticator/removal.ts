/** What would be lost with an authenticator: whether its owner could still sign in, and still reach what is demanded of them. */
import type { Proof, Requirement } from '@stile/core';
import { clientRequirements, instant, isAttainable, scopePolicy, scopeRequirements } from '@stile/core';
import type { Config } from '../config/config.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';

/** Why an authenticator may not go: nothing would be left to sign in with, or to reach a level that is demanded somewhere. */
export type Hindrance = 'last_sign_in' | 'last_for_level';

/** Everything that a scope which some client may have, or a client itself, demands of people: one requirement each. */
const demandsOf = ({ apis, clients, levels }: Pick<Config, 'apis' | 'clients' | 'levels'>): readonly Requirement[] =>
  [...clients.values()].flatMap((client) => [
    ...clientRequirements(client, levels),
    ...Object.entries(client.apis).flatMap(([audience, scopes]) => {
      const api = apis.get(audience);
      const known = scopes.filter((scope) => scopePolicy(api, scope)?.requires.acr !== undefined);
      return scopeRequirements(api, known, levels, instant(0));
    }),
  ]);

/** Codes that run out are for the day on which the rest is lost; nothing else may come to rest on them alone. */
const lasts = ({ codesLeft }: UsableAuthenticator): boolean => codesLeft === undefined;

const proofsOf = (usable: readonly UsableAuthenticator[]): readonly Proof[] => usable.map(({ proof }) => proof);

/**
 * What stands in the way of taking an authenticator away; nothing when it may go. What its owner could not reach before is not held
 * against it.
 *
 * @param usable all that its owner can prove now, itself included if it is usable
 */
export const hindranceTo = (
  id: string,
  usable: readonly UsableAuthenticator[],
  config: Pick<Config, 'apis' | 'clients' | 'levels'>,
): Hindrance | undefined => {
  const removed = usable.find(({ authenticator }) => authenticator.id === id);
  if (!removed) return undefined;
  const others = usable.filter((one) => one !== removed);
  if (removed.proof.first && !others.some(({ proof }) => proof.first)) return 'last_sign_in';
  const remaining = lasts(removed) ? others.filter(lasts) : others;
  const isLost = (demand: Requirement): boolean =>
    isAttainable([demand], proofsOf(usable), config.levels) &&
    !isAttainable([demand], proofsOf(remaining), config.levels);
  return demandsOf(config).some(isLost) ? 'last_for_level' : undefined;
};
