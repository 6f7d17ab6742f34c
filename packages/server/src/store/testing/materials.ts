import assert from 'node:assert/strict';
import type { MaterialChange, Store } from '../ports.ts';
import {
  atOnce,
  audit,
  authenticator,
  beginning,
  count,
  event,
  interaction,
  session,
  user,
  withAlice,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const key = authenticator({
  id: 'key-of-alice',
  factor: 'webauthn',
  material: { publicKey: 'abc', signCount: 5, backedUp: false },
});

const withKey = async (store: Store): Promise<void> => {
  await withAlice(store);
  await store.authenticators.enrol({ userId: 'alice', guard: null, authenticators: [key], consume: [], audit: [] });
};

const counted = (from: number, to: number): MaterialChange => ({
  authenticatorId: key.id,
  seen: { signCount: from },
  becomes: { signCount: to, backedUp: true },
});

const proven = event({ authenticator: key.id, factor: 'webauthn' });

/** A sign-in by the key, in an interaction of its own. */
const signIn = async (store: Store, name: string, materials: readonly MaterialChange[]) => {
  await store.interactions.save(interaction({ id: name }));
  const begun = session({ id: name, secretHash: name, events: [proven] });
  const over = { event: proven, interactionId: name, materials, audit: [audit(name)] };
  return store.sessions.recordProof(beginning(over, begun));
};

const materialOf = async (store: Store, id: string) =>
  (await store.authenticators.ofUser('alice')).find((one) => one.id === id)?.material;

export const materialPromises: Promises = {
  'a proof changes what is kept of its authenticator, and leaves the rest as it is': async (store) => {
    await withKey(store);
    assert.equal(await signIn(store, 'first', [counted(5, 6)]), 'recorded');
    assert.deepEqual(await materialOf(store, key.id), { publicKey: 'abc', signCount: 6, backedUp: true });
  },

  'a part that becomes nothing is taken away, whatever else was changed meanwhile': async (store) => {
    await withKey(store);
    const { id, material } = authenticator();
    await store.authenticators.replaceMaterial(id, material, { hash: 'new', resetBy: 'email' });
    const forget = { authenticatorId: id, seen: {}, becomes: { resetBy: undefined } };
    assert.equal(await signIn(store, 'first', [counted(5, 6), forget]), 'recorded');
    assert.deepEqual(await materialOf(store, id), { hash: 'new' });
    assert.equal(await signIn(store, 'second', [counted(6, 7), forget]), 'recorded', 'there was nothing to forget');
  },

  'of two copies of a key that count the same at once, one is believed': async (store) => {
    await withKey(store);
    const outcomes = await atOnce(10, (index) => signIn(store, `copy-${index}`, [counted(5, 6)]));
    assert.equal(count(outcomes, 'recorded'), 1);
    assert.equal(count(outcomes, 'already-used'), 9);
    assert.equal((await store.sessions.ofUser('alice')).length, 1);
    assert.equal((await store.audit.recent(100)).length, 1);
  },

  'a key that does not count is believed as often as it is used': async (store) => {
    await withKey(store);
    await store.authenticators.replaceMaterial(key.id, key.material, { ...key.material, signCount: 0 });
    const outcomes = await atOnce(5, (index) => signIn(store, `use-${index}`, [counted(0, 0)]));
    assert.equal(count(outcomes, 'recorded'), 5);
  },

  'a proof of a password that is another by now is not recorded': async (store, engine) => {
    await withAlice(store);
    const { id, material } = authenticator();
    await store.authenticators.replaceMaterial(id, material, { ...material, hash: 'new' });
    const before = await everythingIn(engine);
    const late = beginning({ materials: [{ authenticatorId: id, seen: { hash: material.hash }, becomes: {} }] });
    assert.equal(await store.sessions.recordProof(late), 'already-used');
    assert.equal(await everythingIn(engine), before);
  },

  'T10: no proof changes what is kept of somebody else’s authenticator, or of one that is gone': async (
    store,
    engine,
  ) => {
    await withAlice(store);
    const bobs = authenticator({ id: 'key-of-bob', userId: 'bob', material: {} });
    await store.users.seed(user({ id: 'bob', username: 'bob' }), [bobs]);
    const before = await everythingIn(engine);
    for (const authenticatorId of [bobs.id, 'unknown']) {
      const proof = beginning({ materials: [{ authenticatorId, seen: {}, becomes: { hash: 'evil' } }] });
      assert.equal(await store.sessions.recordProof(proof), 'session-gone');
    }
    assert.equal(await everythingIn(engine), before);
  },
};
