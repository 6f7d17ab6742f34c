import type { UserProfile } from '../../profile-ports.ts';
import { anyObject } from './facts.ts';
import { json, nullable, seconds, table, whole } from './table.ts';

/** The rest of a user's row. */
export const profiles = table<UserProfile>()({
  userMetadata: json('user_metadata', anyObject),
  appMetadata: json('app_metadata', anyObject),
  logins: whole('logins'),
  lastLoginAt: nullable(seconds('last_login_at')),
});
