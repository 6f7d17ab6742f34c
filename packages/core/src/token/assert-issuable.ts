import type { AuthenticationContext } from '../authentication-context.ts';
import type { AuthenticationEvent } from '../authentication-event.ts';
import type { Instant } from '../instant.ts';
import type { Api } from '../policy/api.ts';
import { isOpenidScope, scopePolicy } from '../policy/api.ts';
import { scopeRequirements } from '../policy/collect.ts';
import type { Level } from '../policy/levels.ts';
import type { Requirement } from '../policy/requirement.ts';
import { contextThatMeets } from '../step-up.ts';

/** A token was about to say something untrue or give something that was not earned: a bug, caught at the last gate. */
export class NotIssuable extends Error {
  override readonly name = 'NotIssuable';
}

/**
 * The last gate before any token for a person is signed: laws 1 and 2, asked again of the facts, whichever way they came.
 *
 * @param scopesGrantedAt the moment the scopes' ages are counted from: the request for a code, now for a refresh
 * @throws NotIssuable when the API does not define a scope, a scope's requirement is not met by the events, or the
 *   context is not what the events show
 */
export const assertIssuable = (issue: {
  readonly events: readonly AuthenticationEvent[];
  readonly requirements: readonly Requirement[];
  readonly context: AuthenticationContext;
  readonly scopes: readonly string[];
  readonly api: Api | undefined;
  readonly levels: readonly Level[];
  readonly scopesGrantedAt: Instant;
}): void => {
  const { events, requirements, context, scopes, api, levels, scopesGrantedAt } = issue;
  if (!scopes.every((scope) => isOpenidScope(scope) || scopePolicy(api, scope))) {
    throw new NotIssuable('A scope is not defined.');
  }
  for (const requirement of scopeRequirements(api, scopes, levels, scopesGrantedAt)) {
    if (!contextThatMeets(events, [requirement], levels)) throw new NotIssuable('A scope was not earned.');
  }
  const derived = contextThatMeets(events, requirements, levels);
  if (!derived || !sameContext(derived, context)) throw new NotIssuable('The context is not what the events show.');
};

const sameContext = (one: AuthenticationContext, other: AuthenticationContext): boolean =>
  one.acr === other.acr &&
  one.authTime === other.authTime &&
  sameList(one.acrs, other.acrs) &&
  sameList(one.amr, other.amr) &&
  Object.keys(one.amrTimes).length === Object.keys(other.amrTimes).length &&
  one.amr.every((method) => one.amrTimes[method] === other.amrTimes[method]);

const sameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((item, i) => item === other[i]);
