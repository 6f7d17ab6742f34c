import type { Instant } from '@stile/core';
import { sql } from 'kysely';
import type { Metadata, MetadataChange, UserProfile } from '../../profile-ports.ts';
import { MOST_METADATA_BYTES } from '../../profile-ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, runOnOne } from '../operation.ts';
import { profiles } from '../tables/profiles.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';

const profileOf = template<{ id: string }>((hole) =>
  build
    .selectFrom('user')
    .select(['user_metadata', 'app_metadata', 'logins', 'last_login_at'])
    .where('id', '=', hole('id')),
);

const oneMore = template<{ id: string; at: Instant }>((hole) =>
  build
    .updateTable('user')
    .set({ logins: sql`logins + 1`, last_login_at: hole('at') })
    .where('id', '=', hole('id')),
);

export const findProfile = (id: string): Operation<UserProfile | undefined> => first(profileOf({ id }), profiles);

/** Counts a session that was begun. */
export const countLogin = (id: string, at: Instant): Operation<void> => runOnOne(oneMore({ id, at }));

/** A name that JSON or JavaScript would take for something else cannot get lost: the entries are put together, never assigned. */
const merged = (old: Metadata, change: Metadata = {}): Metadata =>
  Object.fromEntries(
    [...new Map([...Object.entries(old), ...Object.entries(change)])].filter(
      ([, value]) => value !== null && value !== undefined,
    ),
  );

/** Merges what has to be kept. Throws when it cannot be, so that nothing of what it is kept with is. */
export function* keepMetadata(id: string, change: MetadataChange): Operation<void> {
  const outcome = yield* mergeMetadata(id, change, []);
  if (outcome !== 'merged') throw new Error(`What an Action keeps about a person could not be kept: ${outcome}.`);
}

export function* mergeMetadata(
  id: string,
  change: MetadataChange,
  audit: readonly AuditRecord[],
): Operation<'merged' | 'too-large' | 'gone'> {
  const old = yield* findProfile(id);
  if (old === undefined) return 'gone';
  const { user_metadata, app_metadata } = profiles.row({
    ...old,
    userMetadata: merged(old.userMetadata, change.userMetadata),
    appMetadata: merged(old.appMetadata, change.appMetadata),
  });
  if ([user_metadata, app_metadata].some((text) => Buffer.byteLength(text) > MOST_METADATA_BYTES)) return 'too-large';
  yield* runOnOne(build.updateTable('user').set({ user_metadata, app_metadata }).where('id', '=', id));
  yield* appendAudit(audit);
  return 'merged';
}
