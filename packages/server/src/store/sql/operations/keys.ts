import type { Instant } from '@stile/core';
import type { AuditRecord, SigningKey } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { serverSecrets, signingKeys } from '../tables/upkeep.ts';
import { appendAudit } from './audit.ts';

export const allKeys = (): Operation<readonly SigningKey[]> =>
  rows(build.selectFrom('signing_key').selectAll().orderBy('created_at').orderBy('kid'), signingKeys);

export function* ensureKeys(keys: readonly SigningKey[]): Operation<void> {
  const known = yield* allKeys();
  for (const key of keys) {
    if (!known.some(({ alg }) => alg === key.alg)) yield* insertKey(key);
  }
}

const insertKey = (key: SigningKey): Operation<void> =>
  runOnOne(build.insertInto('signing_key').values(signingKeys.row(key)));

/**
 * Moves the keys of each algorithm of the new ones one state on.
 *
 * @param knownSince each next key must have been made by then, or nothing changes; null: whenever it was made
 */
export function* rotateKeys(
  newNext: readonly SigningKey[],
  now: Instant,
  retiresAt: Instant,
  knownSince: Instant | null,
  audit: readonly AuditRecord[],
): Operation<boolean> {
  if (newNext.some(({ state }) => state !== 'next')) throw new Error('A new key must be the next one.');
  const known = yield* allKeys();
  const tooYoung = ({ alg, state, createdAt }: SigningKey): boolean =>
    state === 'next' && knownSince !== null && createdAt > knownSince && newNext.some((key) => key.alg === alg);
  if (known.some(tooYoung)) return false;
  yield* run(build.deleteFrom('signing_key').where('state', '=', 'retired').where('retires_at', '<=', now));
  for (const key of newNext) {
    const ofAlg = build.updateTable('signing_key').where('alg', '=', key.alg);
    yield* run(ofAlg.set({ state: 'retired', retires_at: retiresAt }).where('state', '=', 'current'));
    // Throws, and so leaves everything as it was, when there is no next key: an algorithm never remains without one that signs.
    yield* runOnOne(ofAlg.set({ state: 'current' }).where('state', '=', 'next'));
    yield* insertKey(key);
  }
  yield* appendAudit(audit);
  return true;
}

/** Forgets a key at once. When it signed, the next one signs from now on; whichever it was, there is a next one afterwards. */
export function* withdrawKey(
  kid: string,
  newNext: SigningKey,
  audit: readonly AuditRecord[],
): Operation<SigningKey['state'] | undefined> {
  const found = yield* first(build.selectFrom('signing_key').selectAll().where('kid', '=', kid), signingKeys);
  if (found === undefined) return undefined;
  const { alg, state } = found;
  if (newNext.alg !== alg || newNext.state !== 'next') throw new Error(`The new key must be the next one of ${alg}.`);
  yield* run(build.deleteFrom('signing_key').where('kid', '=', kid));
  if (state === 'current') {
    const next = build.updateTable('signing_key').where('alg', '=', alg).where('state', '=', 'next');
    yield* runOnOne(next.set({ state: 'current' }));
  }
  if (state !== 'retired') yield* insertKey(newNext);
  yield* appendAudit(audit);
  return state;
}

export function* serverSecret(name: string, candidate: Uint8Array): Operation<Uint8Array> {
  yield* run(
    build
      .insertInto('server_secret')
      .values(serverSecrets.row({ name, value: candidate }))
      .onConflict((conflict) => conflict.column('name').doNothing()),
  );
  const found = yield* first(build.selectFrom('server_secret').selectAll().where('name', '=', name), serverSecrets);
  if (found === undefined) throw new Error('A secret that was kept cannot be found.');
  return found.value;
}

export function* allServerSecrets(): Operation<ReadonlyMap<string, Uint8Array>> {
  const found = yield* rows(build.selectFrom('server_secret').selectAll(), serverSecrets);
  return new Map(found.map(({ name, value }) => [name, value]));
}

export function* renewServerSecrets(
  secrets: ReadonlyMap<string, Uint8Array>,
  audit: readonly AuditRecord[],
): Operation<void> {
  yield* run(build.deleteFrom('server_secret'));
  for (const [name, value] of secrets) {
    yield* runOnOne(build.insertInto('server_secret').values(serverSecrets.row({ name, value })));
  }
  yield* appendAudit(audit);
}
