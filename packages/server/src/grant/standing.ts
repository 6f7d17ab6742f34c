import type { Api, OAuthError, Requirement, Result } from '@stile/core';
import {
  clientRequirements,
  contextThatMeets,
  countingProofs,
  inTodaysNames,
  oauthError,
  ok,
  refused,
  targetApi,
} from '@stile/core';
import type { RegisteredClient } from '../config/config.ts';
import type { Deps } from '../deps.ts';
import type { Standing } from '../store/ports.ts';
import type { Grant, User } from '../store/records.ts';

/** A grant that still stands, with what it stands on today. */
export interface StandingGrant {
  readonly grant: Grant;
  readonly user: User;
  readonly api: Api | undefined;
}

const invalidGrant = (reason: string, description: string): Result<never, OAuthError> =>
  refused(oauthError('invalid_grant', reason, description));

/** The requirements of a grant, by the names that levels have today. */
export const requirementsOf = (grant: Grant, { config }: Pick<Deps, 'config'>): readonly Requirement[] =>
  inTodaysNames(grant.requirements, config.levels);

/**
 * Whether a grant may still give tokens, by the person and the configuration of today: what was taken away since is gone.
 *
 * @param audience the API that the token request names, if it names one
 * @param description what the client is told of a grant that stands no more, whatever the reason
 */
export const judgeStanding = (
  { grant, user }: Standing,
  { client, audience }: { readonly client: RegisteredClient; readonly audience: string | undefined },
  description: string,
  deps: Pick<Deps, 'config' | 'now'>,
): Result<StandingGrant, OAuthError> => {
  // Auth0's SDKs look for these words.
  if (!user || user.blockedAt !== null) return invalidGrant('user_blocked', 'user is blocked');
  // They were dated by a clock that has been set back since. Nothing is issued for them, and signing in again helps.
  if (countingProofs(grant.events, deps.now()).length < grant.events.length) {
    return invalidGrant('proofs_from_the_future', description);
  }
  // RFC 8707, section 2.2: a client that names an API here gets a token for that one or none.
  if (audience !== undefined && audience !== grant.audience) {
    return refused(oauthError('invalid_target', 'audience_not_granted', 'The grant is for another API'));
  }
  const { apis, levels } = deps.config;
  const api = targetApi(apis, grant.audience ?? undefined, client);
  if (!api.ok) return invalidGrant('api_taken_away', description);
  const demands = [...requirementsOf(grant, deps), ...clientRequirements(client, levels)];
  return contextThatMeets(grant.events, demands, levels)
    ? ok({ grant, user, api: api.value })
    : invalidGrant('requirements_unmet', description);
};
