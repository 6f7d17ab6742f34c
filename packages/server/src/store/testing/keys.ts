import assert from 'node:assert/strict';
import type { AuditPlace } from '../ports.ts';
import type { SigningKey } from '../records.ts';
import { at, atOnce, audit, signingKey } from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const next = signingKey({ kid: 'es-2', state: 'next', createdAt: at(1) });
const third = signingKey({ kid: 'es-3', state: 'next', createdAt: at(2) });

export const keyPromises: Promises = {
  'two processes that start at once keep one set of keys': async ({ keys }) => {
    await atOnce(5, (index) =>
      keys.ensure([signingKey({ kid: `current-${index}` }), signingKey({ kid: `next-${index}`, state: 'next' })]),
    );
    const kept = await keys.all();
    assert.equal(kept.length, 2);
    assert.equal(kept[0]?.kid.split('-')[1], kept[1]?.kid.split('-')[1]);
  },

  'keys are added for an algorithm that has none': async ({ keys }) => {
    await keys.ensure([signingKey(), next]);
    await keys.ensure([signingKey({ kid: 'other' }), signingKey({ kid: 'rs-1', alg: 'RS256' })]);
    assert.deepEqual(
      (await keys.all()).map(({ kid }) => kid),
      ['es-1', 'rs-1', 'es-2'],
    );
  },

  'a rotation moves every key one state on, and forgets keys past their time': async ({ keys }) => {
    await keys.ensure([signingKey(), next]);
    await keys.rotate([third], at(10), at(20), null, []);
    assert.deepEqual(await keys.all(), [
      signingKey({ state: 'retired', retiresAt: at(20) }),
      { ...next, state: 'current' },
      third,
    ]);
    await keys.rotate([signingKey({ kid: 'es-4', state: 'next', createdAt: at(3) })], at(20), at(30), null, []);
    assert.deepEqual(
      (await keys.all()).map(({ kid, state }) => [kid, state]),
      [
        ['es-2', 'retired'],
        ['es-3', 'current'],
        ['es-4', 'next'],
      ],
    );
  },

  'a rotation that would leave nothing to sign with changes nothing': async (store, engine) => {
    await store.keys.ensure([signingKey()]);
    const before = await everythingIn(engine);
    await assert.rejects(store.keys.rotate([next], at(10), at(20), null, [audit('rotated')]));
    assert.equal(await everythingIn(engine), before);
  },

  'a rotation refuses a key that is not the next one of its algorithm': async (store, engine) => {
    await store.keys.ensure([
      signingKey({ kid: 'rs-1', alg: 'RS256' }),
      signingKey({ kid: 'rs-2', alg: 'RS256', state: 'next' }),
    ]);
    const before = await everythingIn(engine);
    const rotate = (key: SigningKey) => store.keys.rotate([key], at(10), at(20), null, []);
    await assert.rejects(rotate(next), 'of an algorithm that has no keys');
    await assert.rejects(rotate(signingKey({ kid: 'rs-3', alg: 'RS256' })), 'to sign at once');
    await assert.rejects(rotate(signingKey({ kid: 'rs-3', alg: 'RS256', state: 'retired' })), 'never to sign');
    assert.equal(await everythingIn(engine), before);
  },

  'a rotation waits until the next key is known': async (store, engine) => {
    await store.keys.ensure([signingKey(), next]);
    const before = await everythingIn(engine);
    assert.equal(await store.keys.rotate([third], at(10), at(20), at(0), [audit('rotated')]), false);
    assert.equal(await everythingIn(engine), before);
    assert.equal(await store.keys.rotate([third], at(10), at(20), at(1), [audit('rotated')]), true);
  },

  'a rotation is of all its algorithms or of none, with the record of it': async (store, engine) => {
    const rs = (number: number, state: SigningKey['state'], createdAt: number) =>
      signingKey({ kid: `rs-${number}`, alg: 'RS256', state, createdAt: at(createdAt) });
    await store.keys.ensure([signingKey(), { ...next, createdAt: at(30) }, rs(1, 'current', 0), rs(2, 'next', 1)]);
    const before = await everythingIn(engine);
    const rotate = (knownSince: number | null) =>
      store.keys.rotate([rs(3, 'next', 2), third], at(10), at(20), knownSince === null ? null : at(knownSince), [
        audit('rotated'),
      ]);
    assert.equal(await rotate(10), false, 'one of them was made later');
    assert.equal(await everythingIn(engine), before);
    assert.equal(
      await rotate(null),
      true,
      'whenever they were made, though a clock that was set back says later than now',
    );
    assert.deepEqual(
      new Set((await store.keys.all()).map(({ kid, state }) => `${kid} ${state}`)),
      new Set(['es-1 retired', 'es-2 current', 'es-3 next', 'rs-1 retired', 'rs-2 current', 'rs-3 next']),
    );
    assert.notEqual(await store.audit.find('rotated'), undefined);
  },

  'of several rotations at once that wait for a key to be known, one is done': async ({ keys }) => {
    await keys.ensure([signingKey(), next]);
    const rotated = await atOnce(4, (index) =>
      keys.rotate([signingKey({ kid: `n-${index}`, state: 'next', createdAt: at(10) })], at(10), at(20), at(9), []),
    );
    assert.deepEqual(rotated.filter(Boolean), [true]);
  },

  'a key that signs is withdrawn: it is gone, the next one signs, and there is another next one': async (store) => {
    await store.keys.ensure([signingKey(), next]);
    assert.equal(await store.keys.withdraw('es-1', third, [audit('withdrawn')]), 'current');
    assert.deepEqual(await store.keys.all(), [{ ...next, state: 'current' }, third]);
    assert.notEqual(await store.audit.find('withdrawn'), undefined);
    assert.equal(await store.keys.withdraw('es-1', signingKey({ kid: 'es-4', state: 'next' }), []), undefined);
  },

  'a key that does not sign is withdrawn: the one that signs stays': async ({ keys }) => {
    await keys.ensure([signingKey(), next]);
    assert.equal(await keys.withdraw('es-2', third, []), 'next');
    assert.deepEqual(await keys.all(), [signingKey(), third]);
    await keys.rotate([signingKey({ kid: 'es-4', state: 'next', createdAt: at(3) })], at(10), at(20), null, []);
    assert.equal(await keys.withdraw('es-1', signingKey({ kid: 'es-5', state: 'next' }), []), 'retired');
    assert.deepEqual(
      (await keys.all()).map(({ kid, state }) => [kid, state]),
      [
        ['es-3', 'current'],
        ['es-4', 'next'],
      ],
    );
  },

  'a withdrawal refuses a key that is not the next one of the same algorithm': async (store, engine) => {
    await store.keys.ensure([signingKey(), next]);
    const before = await everythingIn(engine);
    await assert.rejects(store.keys.withdraw('es-1', signingKey({ kid: 'rs-1', alg: 'RS256', state: 'next' }), []));
    await assert.rejects(store.keys.withdraw('es-1', signingKey({ kid: 'es-3' }), []));
    assert.equal(await everythingIn(engine), before);
  },

  'an algorithm never has two keys that sign': async (store) => {
    await assert.rejects(store.keys.ensure([signingKey(), signingKey({ kid: 'second' })]));
    assert.deepEqual(await store.keys.all(), []);
  },

  'a secret of the server is made once': async ({ keys }) => {
    const made = await atOnce(5, (index) => keys.secret('cookies', Uint8Array.of(index, 255, 0)));
    assert.deepEqual(new Set(made.map(String)).size, 1);
    assert.deepEqual(await keys.secret('cookies', Uint8Array.of(9)), made[0]);
    assert.deepEqual(await keys.secret('other', Uint8Array.of(9)), Uint8Array.of(9));
  },

  'the secrets of the server are renewed: none that there was is left': async (store) => {
    assert.deepEqual(await store.keys.secrets(), new Map());
    await store.keys.secret('cookies', Uint8Array.of(1));
    await store.keys.secret('of an older version', Uint8Array.of(2));
    const renewed = new Map([
      ['cookies', Uint8Array.of(3)],
      ['new', Uint8Array.of(4)],
    ]);
    await store.keys.renewSecrets(renewed, [audit('renewed')]);
    assert.deepEqual(await store.keys.secrets(), renewed);
    assert.deepEqual(await store.keys.secret('cookies', Uint8Array.of(9)), Uint8Array.of(3));
    assert.notEqual(await store.audit.find('renewed'), undefined);
  },
};

export const auditPromises: Promises = {
  'records are found by id, and the newest come first': async ({ audit: log }) => {
    const full = audit('b', { at: at(1), userId: 'alice', details: { trace: [{ met: true }] } });
    await log.append([audit('a'), full, audit('c', { at: at(1) })]);
    assert.deepEqual(await log.find('b'), full);
    assert.equal(await log.find('unknown'), undefined);
    assert.deepEqual(
      (await log.recent(2)).map(({ id }) => id),
      ['c', 'b'],
    );
  },

  'the records about one user come in the same order, and no others': async ({ audit: log }) => {
    const about = (id: string, second: number, userId: string | null) => audit(id, { at: at(second), userId });
    await log.append([about('a', 1, 'alice'), about('b', 2, 'bob'), about('c', 3, 'alice'), about('d', 3, 'alice')]);
    await log.append([about('e', 4, null)]);
    const idsOf = async (userId: string, limit: number) => (await log.ofUser(userId, limit)).map(({ id }) => id);
    assert.deepEqual(await idsOf('alice', 10), ['d', 'c', 'a']);
    assert.deepEqual(await idsOf('alice', 2), ['d', 'c']);
    assert.deepEqual(await idsOf('nobody', 10), []);
  },

  'the log is read on from any place, by type, the oldest first': async ({ audit: log }) => {
    const one = (id: string, second: number, type: string) => audit(id, { at: at(second), type });
    await log.append([one('c', 2, 'asked'), one('a', 1, 'asked'), one('b', 2, 'asked'), one('d', 2, 'other')]);
    await log.append([one('e', 3, 'granted')]);
    const types = ['asked', 'granted'];
    const read = async (place: AuditPlace, atMost = 9) => (await log.after(place, types, atMost)).map(({ id }) => id);
    assert.deepEqual(await read({ at: at(0), id: '' }), ['a', 'b', 'c', 'e']);
    assert.deepEqual(await read({ at: at(2), id: '' }), ['b', 'c', 'e']);
    assert.deepEqual(await read({ at: at(2), id: 'b' }), ['c', 'e']);
    assert.deepEqual(await read({ at: at(0), id: '' }, 2), ['a', 'b']);
    assert.deepEqual(await read({ at: at(3), id: 'e' }), []);
    assert.equal(await log.countAfter({ at: at(2), id: '' }, types), 3);
    assert.equal(await log.countAfter({ at: at(9), id: '' }, types), 0);
  },

  'those that come before a place are read a page at a time, of one person or of all': async ({ audit: log }) => {
    const about = (id: string, second: number, userId: string, type = 'a') =>
      audit(id, { at: at(second), userId, type });
    await log.append([
      about('a', 1, 'alice'),
      about('b', 2, 'bob'),
      about('c', 2, 'alice'),
      about('d', 3, 'alice', 'b'),
    ]);
    const before = async (second: number, id: string, types: string[], userId?: string) =>
      (await log.before({ at: at(second), id }, types, 2, userId)).map((record) => record.id);
    assert.deepEqual(await before(9, '', ['a', 'b']), ['d', 'c']);
    assert.deepEqual(await before(2, 'c', ['a', 'b']), ['b', 'a']);
    assert.deepEqual(await before(2, '', ['a', 'b']), ['a'], 'an empty id is before all of its second');
    assert.deepEqual(await before(9, '', ['a'], 'alice'), ['c', 'a']);
    assert.deepEqual(await before(9, '', []), []);
  },

  'a record is never written over': async (store, engine) => {
    await store.audit.append([audit('a')]);
    const before = await everythingIn(engine);
    await assert.rejects(store.audit.append([audit('b'), audit('a', { type: 'forged' })]));
    assert.equal(await everythingIn(engine), before);
  },
};
