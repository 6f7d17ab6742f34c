/** Clients that could not bring anybody to meet what a policy demands of them. */
import type { Client } from '@stile/core';
import { isAttainable, isElevated } from '@stile/core';
import type { DeclaredDemand } from './declared-demands.ts';
import { demandsIn } from './declared-demands.ts';
import type { Policy } from './policy.ts';

export interface ClientProblem {
  readonly clientId: string;
  readonly audience: string | null;
  /** Null: everything there. */
  readonly scope: string | null;
  /**
   * `client_gone`: it is not registered any more. `not_allowed_any_more`: it may not have the scope. `needs_a_person`: the scope demands a
   * proof, and the client acts for itself alone. `unattainable`: no factor that can be asked for would do.
   */
  readonly problem: 'client_gone' | 'not_allowed_any_more' | 'needs_a_person' | 'unattainable';
  /** Whether it is otherwise by the policy in force; false where that is not known. */
  readonly newly: boolean;
}

const scopesOf = ({ apis }: Client): readonly (readonly [audience: string, scope: string])[] =>
  Object.entries(apis).flatMap(([audience, scopes]) => scopes.map((scope) => [audience, scope] as const));

const bringsPeople = ({ grantTypes }: Client): boolean => grantTypes.includes('authorization_code');

/** What clients have by the policy in force, and not by the candidate. */
const takenAway = (candidate: Policy, before: Policy): readonly ClientProblem[] =>
  [...before.clients.values()].flatMap((client): readonly ClientProblem[] => {
    const now = candidate.clients.get(client.id);
    const about = { clientId: client.id, newly: true } as const;
    if (!now) return [{ ...about, audience: null, scope: null, problem: 'client_gone' }];
    const still = new Set(scopesOf(now).map(([audience, scope]) => `${audience} ${scope}`));
    return scopesOf(client)
      .filter(([audience, scope]) => !still.has(`${audience} ${scope}`))
      .map(([audience, scope]) => ({ ...about, audience, scope, problem: 'not_allowed_any_more' }));
  });

/** Scopes that demand a proof, of clients at which nobody is there to give one. */
const withoutPeople = ({ clients, apis }: Policy): readonly Omit<ClientProblem, 'newly'>[] =>
  [...clients.values()]
    .filter((client) => !bringsPeople(client))
    .flatMap((client) =>
      scopesOf(client)
        .filter(([audience, scope]) => isElevated(scope, apis.get(audience)))
        .map(([audience, scope]) => ({ clientId: client.id, audience, scope, problem: 'needs_a_person' as const })),
    );

const unattainable = (policy: Policy): readonly Omit<ClientProblem, 'newly'>[] =>
  demandsIn(policy)
    .filter(({ requirements }) => !isAttainable(requirements, policy.installed, policy.levels))
    .map(({ clientId, audience, scope }: DeclaredDemand) => ({ clientId, audience, scope, problem: 'unattainable' }));

const nameOf = ({ clientId, audience, scope, problem }: Omit<ClientProblem, 'newly'>): string =>
  [clientId, audience, scope, problem].join(' ');

export const clientProblems = (candidate: Policy, before: Policy | undefined): readonly ClientProblem[] => {
  const inPolicy = (policy: Policy) => [...withoutPeople(policy), ...unattainable(policy)];
  const old = before && new Set(inPolicy(before).map(nameOf));
  return [
    ...(before ? takenAway(candidate, before) : []),
    ...inPolicy(candidate).map((problem) => ({ ...problem, newly: old !== undefined && !old.has(nameOf(problem)) })),
  ];
};
