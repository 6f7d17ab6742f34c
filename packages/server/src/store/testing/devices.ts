import assert from 'node:assert/strict';
import type { Store } from '../ports.ts';
import type { Session } from '../records.ts';
import {
  at,
  atOnce,
  audit,
  authorization,
  beginning,
  code,
  count,
  device,
  event,
  grant,
  interaction,
  session,
  totp,
  user,
  withAlice,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const ids = (all: readonly { readonly id: string }[]): readonly string[] => all.map(({ id }) => id);

export const devicePromises: Promises = {
  'a device is remembered as it was, and found by its secret until it expires': async (store) => {
    await withAlice(store);
    await store.devices.remember(device(), [audit('remembered')], null);
    assert.deepEqual(await store.devices.findBySecret('device-secret', at(999)), device());
    assert.deepEqual(await store.devices.ofUser('alice', at(999)), [device()]);
    assert.notEqual(await store.audit.find('remembered'), undefined);
    assert.equal(await store.devices.findBySecret('device-secret', at(1000)), undefined);
    assert.deepEqual(await store.devices.ofUser('alice', at(1000)), []);
    assert.equal(await store.devices.findBySecret('another', at(0)), undefined);
    assert.deepEqual(await store.devices.ofUser('bob', at(0)), []);
  },

  'devices come newest first, and two never share a secret': async (store) => {
    await withAlice(store);
    await store.devices.remember(device(), [], null);
    await store.devices.remember(device({ id: 'newer', secretHash: 'other', createdAt: at(5) }), [], null);
    assert.deepEqual(ids(await store.devices.ofUser('alice', at(6))), ['newer', 'device']);
    await assert.rejects(store.devices.remember(device({ id: 'twin' }), [], null));
  },

  'the last use of a device is noted and never set back': async (store) => {
    await withAlice(store);
    await store.devices.remember(device(), [], null);
    await store.devices.touch('device', at(7));
    await store.devices.touch('device', at(3));
    assert.equal((await store.devices.findBySecret('device-secret', at(8)))?.lastUsedAt, at(7));
  },

  'T20: a device is forgotten once, and by its person alone': async (store, engine) => {
    await withAlice(store);
    await store.devices.remember(device(), [], null);
    const before = await everythingIn(engine);
    assert.equal(await store.devices.revoke('bob', 'device', at(5), [audit('stolen')], null), 'unknown');
    assert.equal(await store.devices.revoke('alice', 'unknown', at(5), [audit('stolen')], null), 'unknown');
    assert.equal(await everythingIn(engine), before);
    const revoked = await atOnce(10, (index) =>
      store.devices.revoke('alice', 'device', at(5), [audit(`forgotten-${index}`)], null),
    );
    assert.equal(count(revoked, 'done'), 1);
    assert.equal((await store.audit.recent(100)).length, 1);
    assert.equal(await store.devices.findBySecret('device-secret', at(6)), undefined);
    assert.deepEqual(await store.devices.ofUser('alice', at(6)), []);
  },

  'T20: whatever ends a person’s sessions everywhere, or takes an authenticator away, forgets their devices': async (
    store,
  ) => {
    await withAlice(store);
    await store.users.seed(user({ id: 'bob', username: 'bob' }), []);
    await store.devices.remember(device({ id: 'bobs', userId: 'bob', secretHash: 'bobs' }), [], null);
    const ends: Readonly<Record<string, () => Promise<unknown>>> = {
      everywhere: () => store.sessions.signOut('alice', { except: null }, at(5), [], null),
      elsewhere: () => store.sessions.signOut('alice', { except: 'session' }, at(5), [], null),
      administrator: () => store.sessions.endAllOf('alice', at(5), []),
      blocked: () => store.users.setBlocked('alice', at(5), []),
      removed: () => store.authenticators.remove('alice', totp.id, at(5), [], null),
    };
    for (const [name, end] of Object.entries(ends)) {
      await store.devices.remember(device({ id: name, secretHash: name }), [], null);
      await store.sessions.signOut('alice', { only: 'another' }, at(4), [], null);
      assert.deepEqual(ids(await store.devices.ofUser('alice', at(4))), [name], 'kept so far');
      await end();
      assert.deepEqual(await store.devices.ofUser('alice', at(6)), [], name);
    }
    assert.deepEqual(ids(await store.devices.ofUser('bob', at(6))), ['bobs']);
    await store.sessions.endEverything(at(7), { begunAfter: at(0), seenAfter: at(0) }, () => []);
    assert.deepEqual(await store.devices.ofUser('bob', at(8)), []);
  },
};

const begin = (store: Store, over: Partial<Session>): Promise<unknown> => {
  const own = event({ authenticator: `password-of-${over.userId ?? 'alice'}` });
  const begun = session({ secretHash: `secret-of-${over.id}`, events: [own], ...over });
  return store.sessions.recordProof(beginning({ event: own, interactionId: `of-${over.id}` }, begun));
};

const withSeveralSessions = async (store: Store): Promise<void> => {
  await withSession(store);
  await store.users.seed(user({ id: 'bob', username: 'bob' }), []);
  for (const over of [
    { id: 'second', createdAt: at(5) },
    { id: 'third', createdAt: at(9) },
    { id: 'of-bob', userId: 'bob' },
  ]) {
    await store.interactions.save(interaction({ id: `of-${over.id}` }));
    await begin(store, over);
  }
  for (const sessionId of ['session', 'second', 'third']) {
    const granted = grant({ id: `grant-${sessionId}`, sessionId });
    const handedOut = code({ codeHash: `code-${sessionId}`, grantId: granted.id });
    await store.grants.authorize(authorization({ grant: granted, code: handedOut, interactionId: null }));
  }
};

const aliveGrants = async (store: Store): Promise<readonly string[]> => {
  const all = await Promise.all(['session', 'second', 'third'].map((id) => store.grants.find(`grant-${id}`)));
  return all.flatMap((found) => (found?.revokedAt === null ? [found.id] : []));
};

export const signOutPromises: Promises = {
  'the sessions of a person come newest first, without those that were ended': async (store) => {
    await withSeveralSessions(store);
    assert.deepEqual(ids(await store.sessions.ofUser('alice')), ['third', 'second', 'session']);
    await store.sessions.end('second', at(20), []);
    assert.deepEqual(ids(await store.sessions.ofUser('alice')), ['third', 'session']);
    assert.deepEqual(ids(await store.sessions.ofUser('bob')), ['of-bob']);
    assert.deepEqual(await store.sessions.ofUser('nobody'), []);
  },

  'T21: a person is signed out of one session, and what was granted there ends': async (store) => {
    await withSeveralSessions(store);
    const ended = await store.sessions.signOut('alice', { only: 'second' }, at(40), [audit('out')], null);
    assert.deepEqual(ended, { sessions: 1, grants: 1 });
    assert.equal((await store.sessions.find('second'))?.endedAt, at(40));
    assert.deepEqual(await aliveGrants(store), ['grant-session', 'grant-third']);
    const again = await store.sessions.signOut('alice', { only: 'second' }, at(41), [audit('again')], null);
    assert.deepEqual(again, { sessions: 0, grants: 0 });
    assert.equal(await store.audit.find('again'), undefined);
  },

  'T21: a person is signed out everywhere but here, and nobody else is': async (store) => {
    await withSeveralSessions(store);
    const ended = await store.sessions.signOut('alice', { except: 'third' }, at(40), [audit('out')], null);
    assert.deepEqual(ended, { sessions: 2, grants: 2 });
    assert.deepEqual(ids(await store.sessions.ofUser('alice')), ['third']);
    assert.deepEqual(await aliveGrants(store), ['grant-third']);
    assert.deepEqual(ids(await store.sessions.ofUser('bob')), ['of-bob']);
    const everywhere = await store.sessions.signOut('alice', { except: null }, at(41), [], null);
    assert.deepEqual(everywhere, { sessions: 1, grants: 1 });
  },

  'what was granted in a session that is over ends with all the others': async (store) => {
    await withSeveralSessions(store);
    await store.sessions.end('second', at(20), []);
    assert.deepEqual(await store.sessions.signOut('alice', { except: 'third' }, at(40), [], null), {
      sessions: 1,
      grants: 2,
    });
  },

  'nobody is signed out in the name of another': async (store, engine) => {
    await withSeveralSessions(store);
    const before = await everythingIn(engine);
    for (const only of ['third', 'unknown']) {
      assert.deepEqual(await store.sessions.signOut('bob', { only }, at(40), [audit('out')], null), {
        sessions: 0,
        grants: 0,
      });
    }
    assert.equal(await everythingIn(engine), before);
  },
};
