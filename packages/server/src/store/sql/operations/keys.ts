import type { Instant } from '@stile/core';
import type { SigningKey } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { serverSecrets, signingKeys } from '../tables/upkeep.ts';

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

export function* rotateKeys(
  alg: SigningKey['alg'],
  newNext: SigningKey,
  now: Instant,
  retiresAt: Instant,
): Operation<void> {
  if (newNext.alg !== alg || newNext.state !== 'next') throw new Error(`The new key must be the next one of ${alg}.`);
  yield* run(build.deleteFrom('signing_key').where('state', '=', 'retired').where('retires_at', '<=', now));
  const ofAlg = build.updateTable('signing_key').where('alg', '=', alg);
  yield* run(ofAlg.set({ state: 'retired', retires_at: retiresAt }).where('state', '=', 'current'));
  // Throws, and so leaves everything as it was, when there is no next key: an algorithm never remains without one that signs.
  yield* runOnOne(ofAlg.set({ state: 'current' }).where('state', '=', 'next'));
  yield* insertKey(newNext);
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
