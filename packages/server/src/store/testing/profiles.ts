import assert from 'node:assert/strict';
import { MOST_METADATA_BYTES } from '../profile-ports.ts';
import {
  at,
  atOnce,
  audit,
  beginning,
  interaction,
  session,
  stepUp,
  user,
  withAlice,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const NOTHING = { userMetadata: {}, appMetadata: {}, logins: 0, lastLoginAt: null };

export const profilePromises: Promises = {
  'a person has no metadata and no login at first': async (store) => {
    await withAlice(store);
    assert.deepEqual(await store.users.profile('alice'), NOTHING);
    assert.equal(await store.users.profile('nobody'), undefined);
  },

  'metadata is merged by name: what is new takes the place of the old as a whole, and null takes it away': async (
    store,
  ) => {
    await withAlice(store);
    const colours = { colours: { light: 'red', dark: 'blue' }, language: 'de' };
    await store.users.mergeMetadata('alice', { userMetadata: colours, appMetadata: { plan: 'gold' } }, [audit('1')]);
    const change = { userMetadata: { colours: { light: null }, language: null, constructor: 1 } };
    assert.equal(await store.users.mergeMetadata('alice', change, [audit('2')]), 'merged');
    assert.deepEqual(await store.users.profile('alice'), {
      ...NOTHING,
      userMetadata: { colours: { light: null }, constructor: 1 },
      appMetadata: { plan: 'gold' },
    });
    assert.notEqual(await store.audit.find('2'), undefined);
    assert.deepEqual(await store.users.find('alice'), user(), 'what signs them in is as it was');
  },

  'changes at once are all kept': async (store) => {
    await withAlice(store);
    await atOnce(10, (index) => store.users.mergeMetadata('alice', { appMetadata: { [`n${index}`]: index } }, []));
    assert.equal(Object.keys((await store.users.profile('alice'))?.appMetadata ?? {}).length, 10);
  },

  'what would be larger than it may be changes nothing, nor does a change of nobody': async (store, engine) => {
    await withAlice(store);
    const fitting = 'x'.repeat(MOST_METADATA_BYTES - '{"a":""}'.length);
    assert.equal(await store.users.mergeMetadata('alice', { appMetadata: { a: fitting } }, []), 'merged');
    const before = await everythingIn(engine);
    const more = { userMetadata: { b: 1 }, appMetadata: { a: `${fitting}x` } };
    assert.equal(await store.users.mergeMetadata('alice', more, [audit('1')]), 'too-large');
    assert.equal(
      await store.users.mergeMetadata('alice', { userMetadata: { a: 'ü'.repeat(MOST_METADATA_BYTES / 2) } }, []),
      'too-large',
    );
    assert.equal(await store.users.mergeMetadata('nobody', { userMetadata: { b: 1 } }, [audit('1')]), 'gone');
    assert.equal(await everythingIn(engine), before);
  },

  'logins are counted when a session begins, and not when a proof is added to it': async (store) => {
    await withSession(store);
    assert.deepEqual(await store.users.profile('alice'), { ...NOTHING, logins: 1, lastLoginAt: at(0) });
    await store.interactions.save(interaction({ id: 'second' }));
    await store.sessions.recordProof(stepUp({ interactionId: 'second' }));
    assert.equal((await store.users.profile('alice'))?.logins, 1);
    await store.interactions.save(interaction({ id: 'third' }));
    const elsewhere = session({ id: 'elsewhere', secretHash: 'elsewhere' });
    await store.sessions.recordProof(beginning({ interactionId: 'third' }, elsewhere));
    assert.equal((await store.users.profile('alice'))?.logins, 2);
  },
};
