import assert from 'node:assert/strict';
import {
  at,
  atOnce,
  audit,
  authenticator,
  authorization,
  count,
  event,
  grant,
  interaction,
  refreshToken,
  stepUp,
  totp,
  totpEvent,
  user,
  withAlice,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

export const peoplePromises: Promises = {
  'a user is found by id and by user name, as it was seeded': async ({ users, authenticators }) => {
    assert.equal(await users.seed(user(), [totp, authenticator()]), true);

    assert.deepEqual(await users.find('alice'), user());
    assert.deepEqual(await users.findByUsername('alice@example.com'), user());
    assert.deepEqual(await authenticators.ofUser('alice'), [authenticator(), totp]);
    assert.equal(await users.find('bob'), undefined);
    assert.equal(await users.findByUsername('bob@example.com'), undefined);
    assert.deepEqual(await authenticators.ofUser('bob'), []);
  },

  'seeding leaves a user who exists as it is': async (store, engine) => {
    await withAlice(store);
    const before = await everythingIn(engine);

    const again = user({ claims: { admin: true }, username: 'mallory@example.com' });
    assert.equal(await store.users.seed(again, [authenticator({ id: 'another' })]), false);
    assert.equal(await everythingIn(engine), before);
  },

  'seeding at several processes at once adds the user once': async ({ users }) => {
    assert.equal(count(await atOnce(10, () => users.seed(user(), [authenticator()])), true), 1);
  },

  'two users never share a user name': async (store, engine) => {
    await withAlice(store);
    const before = await everythingIn(engine);

    await assert.rejects(store.users.seed(user({ id: 'mallory' }), []));
    assert.equal(await everythingIn(engine), before);
  },

  'everybody is read a page at a time, in the order of their ids': async ({ users }) => {
    for (const id of ['carol', 'alice', 'bob']) await users.seed(user({ id, username: id }), []);
    const page = async (after: string, atMost: number) => (await users.after(after, atMost)).map(({ id }) => id);
    assert.deepEqual(await page('', 2), ['alice', 'bob']);
    assert.deepEqual(await page('bob', 2), ['carol']);
    assert.deepEqual(await page('carol', 2), []);
    assert.deepEqual(await users.after('bob', 1), [user({ id: 'carol', username: 'carol' })]);
  },

  'a user is not seeded with the authenticator of another': async (store, engine) => {
    const before = await everythingIn(engine);
    await assert.rejects(store.users.seed(user({ id: 'bob', username: 'bob' }), [authenticator()]));
    assert.equal(await everythingIn(engine), before);
  },

  'an authenticator is removed, with its proofs and all that was granted on them': async (store) => {
    await withSession(store);
    await store.interactions.save(interaction({ id: 'second' }));
    await store.sessions.recordProof(stepUp({ interactionId: 'second' }));
    await store.grants.authorize(authorization({ grant: grant({ events: [event(), totpEvent(20)] }) }));
    await store.grants.redeemCode('code', at(31), () => ({ value: null, refreshToken: refreshToken(), audit: [] }));
    const lost = await store.authenticators.remove('alice', 'totp-of-alice', at(40), [audit('removed')], null);
    assert.deepEqual(lost, { sessions: 1, grants: 1 });

    assert.deepEqual(await store.authenticators.ofUser('alice'), [authenticator({ lastUsedAt: at(0) })]);
    const session = await store.sessions.find('session');
    assert.deepEqual([session?.events, session?.endedAt], [[event()], null], 'the login stays, the elevation ends');
    const found = await store.grants.find('grant');
    assert.deepEqual([found?.revokedAt, found?.revokedReason], [at(40), 'authenticator-removed']);
    assert.notEqual(await store.audit.find('removed'), undefined);
    assert.equal(
      await store.authenticators.remove('alice', 'totp-of-alice', at(41), [audit('again')], null),
      'unknown',
    );
    assert.equal(await store.audit.find('again'), undefined);
  },

  'a session that was begun by the authenticator that is removed ends': async (store) => {
    await withSession(store);
    await store.authenticators.remove('alice', 'password-of-alice', at(40), [], null);
    assert.equal((await store.sessions.find('session'))?.endedAt, at(40));
  },

  'what does not rest on the authenticator that is removed stays': async (store) => {
    await withSession(store);
    await store.grants.authorize(authorization({ grant: grant() }));
    assert.deepEqual(await store.authenticators.remove('alice', 'totp-of-alice', at(40), [], null), {
      sessions: 0,
      grants: 0,
    });
    assert.equal((await store.grants.find('grant'))?.revokedAt, null);
    assert.equal((await store.sessions.find('session'))?.endedAt, null);
  },

  'a proof that was checked before its authenticator was removed is not recorded after it': async (store, engine) => {
    await withSession(store);
    await store.authenticators.remove('alice', 'totp-of-alice', at(19), [], null);
    const before = await everythingIn(engine);
    assert.equal(await store.sessions.recordProof(stepUp()), 'session-gone');
    assert.equal(await everythingIn(engine), before);
  },

  'nobody loses an authenticator in the name of another': async (store, engine) => {
    await withAlice(store);
    const before = await everythingIn(engine);
    assert.equal(
      await store.authenticators.remove('bob', 'totp-of-alice', at(40), [audit('removed')], null),
      'unknown',
    );
    assert.equal(await store.authenticators.remove('alice', 'unknown', at(40), [audit('removed')], null), 'unknown');
    assert.equal(await everythingIn(engine), before);
  },

  'the material of an authenticator is replaced only if the old one is still there': async (store) => {
    await withAlice(store);
    const { authenticators } = store;
    // The same as it was kept, written in another order.
    const old = { pepper: null, hash: '$argon2id$…' };

    assert.equal(await authenticators.replaceMaterial('password-of-alice', { hash: 'other' }, { hash: 'evil' }), false);
    assert.equal(await authenticators.replaceMaterial('unknown', old, { hash: 'evil' }), false);
    assert.equal(await authenticators.replaceMaterial('password-of-alice', old, { hash: 'stronger' }), true);
    assert.equal(await authenticators.replaceMaterial('password-of-alice', old, { hash: 'evil' }), false);

    const [password] = await authenticators.ofUser('alice');
    assert.deepEqual(password, authenticator({ material: { hash: 'stronger' } }));
  },

  'of several replacements of the same material one wins': async (store) => {
    await withAlice(store);
    const { material } = authenticator();
    const replaced = await atOnce(10, (index) =>
      store.authenticators.replaceMaterial('password-of-alice', material, { hash: String(index) }),
    );
    assert.equal(count(replaced, true), 1);
  },

  'an enrolment ticket is found until it expires or is used': async (store) => {
    await withAlice(store);
    const { authenticators, once } = store;
    const ticket = { ticketHash: 'ticket', userId: 'alice', createdAt: at(0), expiresAt: at(100) };
    await authenticators.saveTicket(ticket);

    assert.deepEqual(await authenticators.findTicket('ticket', at(99)), ticket);
    assert.deepEqual(await authenticators.findTicket('ticket', at(99)), ticket, 'looking consumes nothing');
    assert.equal(await authenticators.findTicket('ticket', at(100)), undefined);
    assert.equal(await authenticators.findTicket('unknown', at(0)), undefined);

    await once.consume({ kind: 'enrolment-ticket', key: 'ticket', expiresAt: at(100) }, []);
    assert.equal(await authenticators.findTicket('ticket', at(1)), undefined);
  },

  'the used ones of several once-only things are told': async ({ authenticators, once }) => {
    await once.consume({ kind: 'recovery-code', key: 'a', expiresAt: null }, [audit('1')]);
    await once.consume({ kind: 'recovery-code', key: 'c', expiresAt: null }, []);
    await once.consume({ kind: 'totp', key: 'b', expiresAt: null }, []);

    const used = await authenticators.usedOf('recovery-code', ['a', 'b', 'c', 'd']);
    assert.deepEqual(used.toSorted(), ['a', 'c']);
    assert.deepEqual(await authenticators.usedOf('recovery-code', []), []);
  },
};
