import assert from 'node:assert/strict';
import fc from 'fast-check';
import { at, atOnce, audit } from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const YEAR_SECONDS = 365 * 86_400;

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

  'tries that were not used do not gather beyond the limit': async ({ throttles }) => {
    await throttles.take([limit()], at(0));
    const tries = await atOnce(10, () => throttles.take([limit()], at(YEAR_SECONDS)));
    assert.equal(tries.filter(({ allowed }) => allowed).length, 3);
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

  'to look takes nothing, and says what taking would': async (store, engine) => {
    for (let tries = 0; tries < 3; tries += 1) {
      assert.deepEqual(await store.throttles.look([limit()], at(0)), { allowed: true });
      await store.throttles.take([limit()], at(0));
    }
    const before = await everythingIn(engine);
    const refused = { allowed: false, retryAfterSeconds: 10, key: 'password:alice' };
    assert.deepEqual(await store.throttles.look([limit(), limit({ key: 'other' })], at(0)), refused);
    assert.deepEqual(await store.throttles.look([limit({ burst: 4 })], at(0)), { allowed: true });
    assert.equal(await everythingIn(engine), before);
  },

  'what is spent of somebody’s limits is found, and nobody else’s': async ({ throttles }) => {
    await throttles.take([limit({ whose: 'alice', label: 'totp' }), limit({ key: 'nobody', whose: null })], at(0));
    await throttles.take([limit({ key: 'b', whose: 'alice by name', label: 'password' })], at(5));
    await throttles.take([limit({ key: 'c', whose: 'bob', label: 'totp' })], at(0));
    assert.deepEqual(await throttles.spentOf(['alice', 'alice by name'], at(6)), [
      { key: 'b', freeAt: at(15), whose: 'alice by name', label: 'password' },
      { key: 'password:alice', freeAt: at(10), whose: 'alice', label: 'totp' },
    ]);
    assert.equal((await throttles.spentOf(['alice', 'alice by name'], at(10))).length, 1);
    assert.deepEqual(await throttles.spentOf(['carol'], at(0)), []);
  },

  'somebody is given every try back, and that is on record': async (store) => {
    for (let tries = 0; tries < 3; tries += 1) await store.throttles.take([limit({ whose: 'alice' })], at(0));
    await store.throttles.take([limit({ key: 'c', burst: 1, whose: 'bob' })], at(0));
    assert.equal(await store.throttles.lift(['alice'], [audit('lifted')]), 1);
    assert.deepEqual(await store.throttles.take([limit({ whose: 'alice' })], at(0)), { allowed: true });
    assert.equal((await store.throttles.look([limit({ key: 'c', burst: 1 })], at(0))).allowed, false);
    assert.notEqual(await store.audit.find('lifted'), undefined);
    assert.equal(await store.throttles.lift(['carol'], [audit('nothing')]), 0);
    assert.equal(await store.audit.find('nothing'), undefined);
  },

  'T23: a clock that was ahead locks nobody out for longer than the limit itself': async ({ throttles }) => {
    for (let tries = 0; tries < 3; tries += 1) await throttles.take([limit()], at(YEAR_SECONDS));
    const refused = { allowed: false, retryAfterSeconds: 10, key: 'password:alice' };
    for (let tries = 0; tries < 3; tries += 1) {
      assert.deepEqual(await throttles.take([limit()], at(0)), { allowed: true });
    }
    assert.deepEqual(await throttles.take([limit()], at(0)), refused, 'nor does it give away more than one burst');
    assert.deepEqual(await throttles.take([limit()], at(10)), { allowed: true });
    assert.deepEqual(await throttles.take([limit()], at(10)), refused);
  },

  'T23: … nor, after a clock that was ahead by less, for more than two minutes longer': async ({ throttles }) => {
    for (let tries = 0; tries < 3; tries += 1) await throttles.take([limit()], at(120));
    const refused = { allowed: false, retryAfterSeconds: 130, key: 'password:alice' };
    assert.deepEqual(await throttles.take([limit()], at(0)), refused);
    assert.deepEqual(await throttles.take([limit()], at(130)), { allowed: true });
  },

  'a try that waited for its turn, with the moment it was asked at, does not begin the limit anew': async (store) => {
    for (let tries = 0; tries < 3; tries += 1) await store.throttles.take([limit()], at(60));
    for (const second of [59, 58, 30, 0]) {
      const { allowed } = await store.throttles.take([limit()], at(second));
      assert.equal(allowed, false, `${60 - second} seconds late`);
    }
    assert.deepEqual(await store.throttles.take([limit()], at(70)), { allowed: true }, 'nor do they count');
  },

  'tries of two processes whose moments are a second apart share one limit': async ({ throttles }) => {
    const [burst, intervalSeconds, seconds] = [3, 4, 60];
    let allowed = 0;
    for (let second = 1; second <= seconds; second += 1) {
      for (const moment of [second, second - 1, second, second - 1, second]) {
        const taken = await throttles.take([limit({ burst, intervalSeconds })], at(moment));
        if (taken.allowed) allowed += 1;
        assert.ok(allowed <= burst + second / intervalSeconds + 1, `${allowed} after ${second} seconds`);
      }
    }
    assert.ok(allowed >= seconds / intervalSeconds, 'as many as are free');
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
