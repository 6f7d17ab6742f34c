import type { Api, Requirement } from '@stile/core';
import { inTodaysNames } from '@stile/core';
import type { TokenFacts } from '../decision/token-facts.ts';
import type { Deps } from '../deps.ts';
import { isAlive } from '../session/current-session.ts';
import type { Standing } from '../store/ports.ts';
import type { Grant, User } from '../store/records.ts';

/** A grant that still stands, with what it stands on today. */
export interface StandingGrant {
  readonly grant: Grant;
  readonly user: User;
  readonly api: Api | undefined;
}

/** The requirements of a grant, by the names that levels have today. */
export const requirementsOf = (grant: Grant, { config }: Pick<Deps, 'config'>): readonly Requirement[] =>
  inTodaysNames(grant.requirements, config.levels);

/** What a token decision rests on, of what was loaded. */
export const standingFacts = (
  { grant, session, user }: Standing,
  { config, now }: Pick<Deps, 'config' | 'now'>,
): Pick<TokenFacts, 'grant' | 'grantRevoked' | 'user' | 'sessionAlive'> => {
  const { userId, clientId, audience, scopes, events, requirements, requestedAt } = grant;
  return {
    grant: {
      userId,
      clientId,
      audience,
      scopes,
      events,
      requirements,
      ...(requestedAt !== null && { requestedAt }),
    },
    grantRevoked: grant.revokedAt !== null,
    user: user === undefined ? 'gone' : user.blockedAt === null ? 'active' : 'blocked',
    sessionAlive: session !== undefined && isAlive(session, now(), config),
  };
};
