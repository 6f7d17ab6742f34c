/** What a policy demands, place by place: of everybody at a client, and of whoever wants a scope there. */
import type { Instant, Requirement } from '@stile/core';
import { clientRequirements, instant, isElevated, scopeRequirements } from '@stile/core';
import { everySignInDemands } from './decide.ts';
import type { Policy } from './policy.ts';

/** A client, or a scope at a client, and all that is demanded there whatever the request says. */
export interface DeclaredDemand {
  readonly clientId: string;
  /** Null: of everybody who signs in there. */
  readonly scope: string | null;
  readonly audience: string | null;
  readonly requirements: readonly Requirement[];
}

/** Ages are met by whoever can prove something now. */
const ANY_MOMENT: Instant = instant(0);

/** Every place at which something is demanded of people. A client that brings no people demands nothing of them. */
export const demandsIn = (policy: Policy): readonly DeclaredDemand[] => {
  const { apis, clients, levels } = policy;
  return [...clients.values()]
    .filter(({ grantTypes }) => grantTypes.includes('authorization_code'))
    .flatMap((client): readonly DeclaredDemand[] => {
      const always = [...everySignInDemands(policy), ...clientRequirements(client, levels)];
      const scopes = Object.entries(client.apis).flatMap(([audience, names]) =>
        names
          .filter((scope) => isElevated(scope, apis.get(audience)))
          .map((scope): DeclaredDemand => {
            const own = scopeRequirements(apis.get(audience), [scope], levels, ANY_MOMENT);
            return { clientId: client.id, scope, audience, requirements: [...always, ...own] };
          }),
      );
      const everybody =
        always.length > 0 ? [{ clientId: client.id, scope: null, audience: null, requirements: always }] : [];
      return [...everybody, ...scopes];
    });
};
