/** What an Action is told of a person, of what is kept about them. */
import type { UserProfile } from '../store/profile-ports.ts';
import type { User } from '../store/records.ts';
import type { JsonObject } from './call.ts';
import type { EnrolledInput, PersonInput } from './event-input.ts';
import { isJsonRecord } from './json.ts';

/** Metadata as Actions left it; what somebody else put there that is no JSON is not shown. */
export const asRecord = (metadata: Readonly<Record<string, unknown>> | undefined): JsonObject =>
  isJsonRecord(metadata) ? metadata : {};

/** @param authenticators those that can be used, the password aside */
export const personInput = (
  { id, username, claims, createdAt }: User,
  profile: UserProfile | undefined,
  authenticators: readonly EnrolledInput[],
): PersonInput => {
  const { roles } = claims;
  return {
    id,
    username,
    claims,
    createdAt,
    userMetadata: asRecord(profile?.userMetadata),
    appMetadata: asRecord(profile?.appMetadata),
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    authenticators: authenticators.filter(({ factor }) => factor !== 'password'),
  };
};
