import assert from 'node:assert/strict';
import type { Judgement, Store } from '../ports.ts';
import {
  at,
  atOnce,
  audit,
  authorization,
  code,
  grant,
  refreshToken,
  session,
  user,
  withRefreshToken,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const GRACE_SECONDS = 10;

const granting = (tokenHash: string): Judgement<string> => ({
  value: 'tokens',
  refreshToken: refreshToken({ tokenHash, createdAt: at(100) }),
  audit: [],
});
const refusing: Judgement<string> = { value: 'refused', refreshToken: null, audit: [] };

/** Presents a token; its successor is named after it, as it would be derived from it. */
const present = (
  { grants }: Store,
  generation: number,
  second: number,
  judgement: Judgement<string> = granting(`token-${generation + 1}`),
) =>
  grants.rotateRefreshToken(
    `token-${generation}`,
    `token-${generation + 1}`,
    at(second),
    GRACE_SECONDS,
    () => judgement,
  );

const judged = { outcome: 'judged', value: 'tokens' };
const reused = { outcome: 'reused', grantId: 'grant' };

const revokedReason = async ({ grants }: Store) => (await grants.find('grant'))?.revokedReason;

export const refreshTokenPromises: Promises = {
  'a rotation hands the judge what stands, marks the old token and keeps the new one': async (store) => {
    await withRefreshToken(store);
    const outcome = await store.grants.rotateRefreshToken('token-0', 'token-1', at(100), GRACE_SECONDS, (found) => ({
      ...granting('token-1'),
      value: found,
      audit: [audit('rotated')],
    }));
    assert.deepEqual(outcome, {
      outcome: 'judged',
      value: { refreshToken: refreshToken(), grant: grant(), session: session(), user: user() },
    });
    const old = await store.grants.findRefreshToken('token-0');
    assert.deepEqual([old?.rotatedAt, old?.successorHash], [at(100), 'token-1']);
    assert.equal((await store.grants.findRefreshToken('token-1'))?.rotatedAt, null);
    assert.notEqual(await store.audit.find('rotated'), undefined);
  },

  'a token nobody made is unknown': async (store) => {
    assert.deepEqual(await present(store, 0, 100), { outcome: 'unknown' });
  },

  'a token that the judge refuses is not rotated': async (store, engine) => {
    await withRefreshToken(store);
    const before = await everythingIn(engine);
    assert.deepEqual(await present(store, 0, 100, refusing), { outcome: 'judged', value: 'refused' });
    assert.equal(await everythingIn(engine), before);
    assert.deepEqual(await present(store, 0, 101), judged);
  },

  'T16: a judge that throws leaves the token as it was': async (store, engine) => {
    await withRefreshToken(store);
    const before = await everythingIn(engine);
    const failure = new Error('the judge is confused');
    const rotated = store.grants.rotateRefreshToken('token-0', 'token-1', at(100), GRACE_SECONDS, () => {
      throw failure;
    });
    await assert.rejects(rotated, failure);
    assert.equal(await everythingIn(engine), before);
  },

  'within the grace, the same successor may be fetched again and stays as it is': async (store) => {
    await withRefreshToken(store);
    await present(store, 0, 100);
    const successor = await store.grants.findRefreshToken('token-1');

    const again = {
      ...granting('token-1'),
      refreshToken: refreshToken({ tokenHash: 'token-1', expiresAt: at(99_999) }),
    };
    assert.deepEqual(await present(store, 0, 110, again), judged);
    assert.deepEqual(await store.grants.findRefreshToken('token-1'), successor);
    assert.equal((await store.grants.findRefreshToken('token-0'))?.rotatedAt, at(100), 'the grace is not prolonged');
    assert.equal(await revokedReason(store), null);
  },

  'after the grace, an old token is reused: its grant is revoked': async (store) => {
    await withRefreshToken(store);
    await present(store, 0, 100);
    assert.deepEqual(await present(store, 0, 111), reused);
    assert.equal(await revokedReason(store), 'refresh-token-reused');
  },

  'within the grace, a token whose successor was used is reused': async (store) => {
    await withRefreshToken(store);
    await present(store, 0, 100);
    await present(store, 1, 101);
    assert.deepEqual(await present(store, 0, 102), reused);
    assert.equal(await revokedReason(store), 'refresh-token-reused');
  },

  'within the grace, a token is reused when another successor is asked for': async (store) => {
    await withRefreshToken(store);
    await present(store, 0, 100);
    const other = await store.grants.rotateRefreshToken('token-0', 'other', at(101), GRACE_SECONDS, () =>
      assert.fail('asked'),
    );
    assert.deepEqual(other, reused);
  },

  'within the grace, a token is reused when somebody names an unused token that is not its successor': async (
    store,
  ) => {
    await withRefreshToken(store);
    await store.grants.authorize(
      authorization({
        grant: grant({ id: 'g2' }),
        code: code({ codeHash: 'c2', grantId: 'g2' }),
        interactionId: null,
      }),
    );
    const stray = refreshToken({ tokenHash: 'stray', grantId: 'g2' });
    await store.grants.redeemCode('c2', at(31), () => ({ value: null, refreshToken: stray, audit: [] }));
    await present(store, 0, 100);
    const named = await store.grants.rotateRefreshToken('token-0', 'stray', at(101), GRACE_SECONDS, () =>
      assert.fail('asked'),
    );
    assert.deepEqual(named, reused);
  },

  'without a grace, the second use is reuse even in the same second': async (store) => {
    await withRefreshToken(store);
    const rotate = (second: number) =>
      store.grants.rotateRefreshToken('token-0', 'token-1', at(second), 0, () => granting('token-1'));
    assert.deepEqual(await rotate(100), judged);
    assert.deepEqual(await rotate(100), reused);
  },

  'T14: of many uses at once, within the grace all get the one successor': async (store) => {
    await withRefreshToken(store);
    const outcomes = await atOnce(30, () => present(store, 0, 100));
    assert.ok(outcomes.every(({ outcome }) => outcome === 'judged'));
    assert.equal(await revokedReason(store), null);
  },

  'T14: of many uses at once with successors of their own, one is judged and the others revoke': async (store) => {
    await withRefreshToken(store);
    const outcomes = await atOnce(30, (index) =>
      store.grants.rotateRefreshToken('token-0', `successor-${index}`, at(100), GRACE_SECONDS, () =>
        granting(`successor-${index}`),
      ),
    );
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'judged').length, 1);
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'reused').length, 29);
    assert.equal(await revokedReason(store), 'refresh-token-reused');
  },

  'a judge may revoke the grant, and nothing grows from it afterwards': async (store) => {
    await withRefreshToken(store);
    await present(store, 0, 100, { ...refusing, revoke: 'stolen' });
    assert.equal(await revokedReason(store), 'stolen');
    await assert.rejects(present(store, 0, 101), /revoked grant/);
    assert.equal(await store.grants.findRefreshToken('token-1'), undefined);
  },

  'a judge cannot grant another successor than the one that was named': async (store, engine) => {
    await withRefreshToken(store);
    const before = await everythingIn(engine);
    await assert.rejects(present(store, 0, 100, granting('other')), /another successor/);
    assert.equal(await everythingIn(engine), before);
  },

  'reuse is found however many rotations later': async (store) => {
    await withRefreshToken(store);
    for (let generation = 0; generation < 5; generation += 1) {
      assert.deepEqual(await present(store, generation, 100 + generation), judged);
    }
    assert.deepEqual(await present(store, 2, 105), reused);
  },
};
