import assert from 'node:assert/strict';
import { instant } from '@stile/core';
import fc from 'fast-check';
import type { Once } from '../ports.ts';
import { build } from '../sql/build.ts';
import { run } from '../sql/operation.ts';
import {
  at,
  atOnce,
  audit,
  authenticator,
  count,
  refreshToken,
  signingKey,
  user,
  withRefreshToken,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const DAY = 86_400;
const once = (over: Partial<Once> = {}): Once => ({ kind: 'single-use-token', key: 'jti', expiresAt: at(60), ...over });

export const oncePromises: Promises = {
  'T14: a thing succeeds once, and only then is it audited': async (store) => {
    const consumed = await atOnce(50, (index) => store.once.consume(once(), [audit(`consumed-${index}`)]));
    assert.equal(count(consumed, true), 1);
    assert.deepEqual(
      (await store.audit.recent(100)).map(({ id }) => id),
      [`consumed-${consumed.indexOf(true)}`],
    );
  },

  'things of different kinds do not know one another': async (store) => {
    assert.equal(await store.once.consume(once(), []), true);
    assert.equal(await store.once.consume(once({ kind: 'client-assertion' }), []), true);
    assert.equal(await store.once.consume(once({ key: 'other' }), []), true);
    assert.equal(await store.once.consume(once({ expiresAt: null }), []), false);
  },
};

const limit = (over: object = {}) => ({ key: 'password:alice', burst: 3, intervalSeconds: 10, ...over });

export const throttlePromises: Promises = {
  'so many tries at once, then one every so often': async ({ throttles }) => {
    for (let tries = 0; tries < 3; tries += 1)
      assert.deepEqual(await throttles.take([limit()], at(0)), { allowed: true });
    assert.deepEqual(await throttles.take([limit()], at(0)), {
      allowed: false,
      retryAfterSeconds: 10,
      key: 'password:alice',
    });
    assert.deepEqual(await throttles.take([limit()], at(9)), {
      allowed: false,
      retryAfterSeconds: 1,
      key: 'password:alice',
    });
    assert.deepEqual(await throttles.take([limit()], at(10)), { allowed: true });
    assert.equal((await throttles.take([limit()], at(10))).allowed, false);
    for (let tries = 0; tries < 3; tries += 1) assert.equal((await throttles.take([limit()], at(40))).allowed, true);
    assert.equal((await throttles.take([limit()], at(40))).allowed, false);
  },

  'of tries at once as many are allowed as the limit says': async ({ throttles }) => {
    const tries = await atOnce(20, () => throttles.take([limit()], at(0)));
    assert.equal(tries.filter(({ allowed }) => allowed).length, 3);
  },

  'a try is taken from every limit or from none': async ({ throttles }) => {
    const address = limit({ key: 'address', burst: 10 });
    for (let tries = 0; tries < 5; tries += 1) await throttles.take([address, limit()], at(0));
    for (let left = 0; left < 7; left += 1) assert.equal((await throttles.take([address], at(0))).allowed, true);
    assert.equal((await throttles.take([address], at(0))).allowed, false);
  },

  'the longest wait is told': async ({ throttles }) => {
    const slow = limit({ key: 'slow', burst: 1, intervalSeconds: 300 });
    const fast = limit({ key: 'fast', burst: 1, intervalSeconds: 5 });
    await throttles.take([fast, slow], at(0));
    assert.deepEqual(await throttles.take([fast, slow], at(1)), {
      allowed: false,
      retryAfterSeconds: 299,
      key: 'slow',
    });
    assert.deepEqual(await throttles.take([slow, fast], at(1)), {
      allowed: false,
      retryAfterSeconds: 299,
      key: 'slow',
    });
  },

  'T23: a clock that was ahead locks nobody out for longer than the limit itself': async ({ throttles }) => {
    for (let tries = 0; tries < 3; tries += 1) await throttles.take([limit()], at(365 * DAY));
    assert.deepEqual(await throttles.take([limit()], at(0)), {
      allowed: false,
      retryAfterSeconds: 10,
      key: 'password:alice',
    });
  },

  'a limit that could never be kept is a mistake': async (store, engine) => {
    const before = await everythingIn(engine);
    for (const wrong of [{ burst: 0 }, { burst: 1.5 }, { intervalSeconds: 0 }, { intervalSeconds: 0.5 }]) {
      await assert.rejects(store.throttles.take([limit({ key: 'good' }), limit(wrong)], at(0)), RangeError);
    }
    await assert.rejects(store.throttles.take([limit(), limit()], at(0)), RangeError, 'the same limit twice');
    assert.equal(await everythingIn(engine), before);
  },

  'no more tries than burst + elapsed / interval are ever allowed': async ({ throttles }) => {
    let number = 0;
    const steps = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        async (waits, burst, interval) => {
          number += 1;
          const key = `limit-${number}`;
          let second = 0;
          let allowed = 0;
          for (const wait of waits) {
            second += wait;
            const taken = await throttles.take([{ key, burst, intervalSeconds: interval }], at(second));
            if (taken.allowed) allowed += 1;
            else assert.ok(taken.retryAfterSeconds >= 1 && taken.retryAfterSeconds <= interval);
            assert.ok(allowed <= burst + Math.floor(second / interval));
          }
        },
      ),
      { numRuns: 50 },
    );
  },
};

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
    await keys.rotate('ES256', third, at(10), at(20));
    assert.deepEqual(await keys.all(), [
      signingKey({ state: 'retired', retiresAt: at(20) }),
      { ...next, state: 'current' },
      third,
    ]);
    await keys.rotate('ES256', signingKey({ kid: 'es-4', state: 'next', createdAt: at(3) }), at(20), at(30));
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
    await assert.rejects(store.keys.rotate('ES256', next, at(10), at(20)));
    await assert.rejects(store.keys.rotate('RS256', next, at(10), at(20)));
    await assert.rejects(store.keys.rotate('ES256', signingKey({ kid: 'x' }), at(10), at(20)));
    assert.equal(await everythingIn(engine), before);
  },

  'a secret of the server is made once': async ({ keys }) => {
    const made = await atOnce(5, (index) => keys.secret('cookies', Uint8Array.of(index, 255, 0)));
    assert.deepEqual(new Set(made.map(String)).size, 1);
    assert.deepEqual(await keys.secret('cookies', Uint8Array.of(9)), made[0]);
    assert.deepEqual(await keys.secret('other', Uint8Array.of(9)), Uint8Array.of(9));
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

  'a record is never written over': async (store, engine) => {
    await store.audit.append([audit('a')]);
    const before = await everythingIn(engine);
    await assert.rejects(store.audit.append([audit('b'), audit('a', { type: 'forged' })]));
    assert.equal(await everythingIn(engine), before);
  },
};

export const upkeepPromises: Promises = {
  'a store that works says so, and one that is closed does not': async (store) => {
    await store.check();
    await store.close();
    await assert.rejects(store.check(), { name: 'StoreError', problem: 'closed' });
    await assert.rejects(store.users.find('alice'));
  },

  'the sweep leaves what may still be needed': async (store, engine) => {
    await withRefreshToken(store);
    await store.once.consume(once({ expiresAt: null }), []);
    await store.once.consume(once({ key: 'young', expiresAt: at(101) }), []);
    await store.throttles.take([{ key: 'k', burst: 2, intervalSeconds: 100 }], at(1));
    const before = await everythingIn(engine);
    assert.equal(await store.sweep(at(100)), 0);
    assert.equal(await everythingIn(engine), before);
  },

  'the sweep forgets what has expired, and the reuse of a code is known as long as the code': async (store) => {
    await withRefreshToken(store);
    await store.once.consume(once(), []);
    assert.ok((await store.sweep(at(2 * DAY))) > 0);
    assert.equal(await store.once.consume(once(), []), true, 'forgotten');
    assert.equal(await store.interactions.find('interaction'), undefined);

    await store.sweep(at(30 * DAY));
    const late = await store.grants.redeemCode('code', at(30 * DAY), () => assert.fail('asked'));
    assert.deepEqual(late, { outcome: 'reused', grantId: 'grant' });
    await store.sweep(at(30 * DAY + 90));
    const later = await store.grants.redeemCode('code', at(30 * DAY + 90), () => assert.fail('asked'));
    assert.deepEqual(later, { outcome: 'unknown' });
  },

  'a grant goes with the last of its codes and tokens, and its session after it': async (store) => {
    await withRefreshToken(store);
    await store.sessions.end('session', at(50), []);

    await store.sweep(at(30 * DAY + 9999));
    assert.notEqual(await store.grants.find('grant'), undefined);
    assert.notEqual(await store.sessions.find('session'), undefined, 'a token could still ask whether it has ended');

    await store.sweep(instant(refreshToken().expiresAt + 30 * DAY));
    assert.equal(await store.grants.find('grant'), undefined);
    assert.equal(await store.sessions.find('session'), undefined);
  },

  'a session that nobody has seen for longer than a browser keeps a cookie is forgotten': async (store) => {
    await withSession(store);
    await store.sessions.touch('session', at(DAY));
    await store.sweep(at(400 * DAY));
    assert.notEqual(await store.sessions.find('session'), undefined);
    await store.sweep(at(401 * DAY));
    assert.equal(await store.sessions.find('session'), undefined);
  },

  'the sweep goes on until nothing is left': async (store) => {
    await atOnce(1203, (index) => store.once.consume(once({ key: String(index) }), []));
    assert.equal(await store.sweep(at(60)), 1203);
    assert.equal(await store.sweep(at(60)), 0);
  },

  'a row that Stile did not write is refused, and its content is not told': async (store, engine) => {
    await store.users.seed(user(), [authenticator()]);
    for (const material of ['hunter2', '["hunter2"]', '{"hash":"hunter2"']) {
      await engine.write(() => run(build.updateTable('authenticator').set({ material })));
      await assert.rejects(store.authenticators.ofUser('alice'), (error: Error) => {
        assert.equal(error.name, 'CorruptRowError');
        assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /hunter2/);
        return true;
      });
    }
  },

  'a fact with a field that is not known is refused, never read without it': async (store, engine) => {
    await withRefreshToken(store);
    const requirements = JSON.stringify([{ source: { from: 'client' }, binds: 'proof', unless: 'never' }]);
    await engine.write(() => run(build.updateTable('grant').set({ requirements })));
    await assert.rejects(store.grants.find('grant'), { name: 'CorruptRowError' });
    await engine.write(() => run(build.updateTable('session').set({ events: '[{"at":1800000000000}]' })));
    await assert.rejects(store.sessions.find('session'), { name: 'CorruptRowError' });
  },
};
