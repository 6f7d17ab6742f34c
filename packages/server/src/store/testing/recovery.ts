import assert from 'node:assert/strict';
import type { PasswordReset, Store } from '../ports.ts';
import type { Ceremony } from '../records.ts';
import {
  arrival,
  at,
  atOnce,
  audit,
  authenticator,
  beginning,
  count,
  interaction,
  refreshToken,
  session,
  stepUp,
  totp,
  user,
  withAlice,
  withRefreshToken,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const code = (over: Partial<Ceremony> = {}): Ceremony => ({
  id: 'reset',
  purpose: 'reset-password',
  factor: 'password',
  userId: 'alice',
  authenticatorId: null,
  boundTo: 'interaction',
  data: {},
  answer: null,
  createdAt: at(0),
  expiresAt: at(900),
  ...over,
});

export const reset = (over: Partial<PasswordReset> = {}): PasswordReset => ({
  userId: 'alice',
  password: authenticator({ id: 'new-password', material: { hash: 'new', resetBy: 'email' }, createdAt: at(40) }),
  consume: [{ kind: 'ceremony', key: 'reset', expiresAt: at(900) }],
  clearThrottles: [],
  audit: [audit('reset')],
  ...over,
});

const passwordsOf = async (store: Store): Promise<readonly string[]> =>
  (await store.authenticators.ofUser('alice')).filter(({ factor }) => factor === 'password').map(({ id }) => id);

export const recoveryPromises: Promises = {
  'a new password ends every session and grant, and takes the place of the old one': async (store) => {
    await withRefreshToken(store);
    const device = { id: 'device', userId: 'alice', secretHash: 'd', userAgent: '', acrs: ['mfa'] };
    const times = { createdAt: at(1), lastUsedAt: at(1), expiresAt: at(9999), revokedAt: null };
    await store.devices.remember({ ...device, ...times }, [], null);
    assert.equal(await store.authenticators.resetPassword(reset(), at(40)), 'reset');
    assert.deepEqual(await passwordsOf(store), ['new-password']);
    assert.equal((await store.sessions.find('session'))?.endedAt, at(40));
    assert.notEqual((await store.grants.find('grant'))?.revokedAt, null);
    assert.notEqual(await store.grants.findRefreshToken(refreshToken().tokenHash), undefined);
    assert.deepEqual(await store.devices.ofUser('alice', at(41)), []);
    assert.notEqual(await store.audit.find('reset'), undefined);
  },

  'after a reset no browser and no country is known any more; when and where somebody was last is': async (store) => {
    await withSession(store);
    await store.users.seed(user({ id: 'bob', username: 'bob' }), []);
    const last = arrival({ browserHash: 'phone', country: 'FR', lastAt: at(9) });
    for (const one of [arrival(), last, arrival({ userId: 'bob', browserHash: 'bobs' })]) {
      await store.arrivals.accept(one);
    }
    assert.equal(await store.authenticators.resetPassword(reset(), at(40)), 'reset');
    const forgotten = { browserHash: 'forgotten', country: 'forgotten', sessionId: 'forgotten' };
    assert.deepEqual(await store.arrivals.ofUser('alice', at(0)), [{ ...last, ...forgotten }]);
    assert.equal((await store.arrivals.ofUser('bob', at(0)))[0]?.browserHash, 'bobs');
    const again = reset({ consume: [], password: authenticator({ id: 'newest' }), audit: [] });
    assert.equal(await store.authenticators.resetPassword(again, at(41)), 'reset');
    assert.deepEqual(await store.arrivals.ofUser('alice', at(0)), [{ ...last, ...forgotten }]);
  },

  'a reset that is sent twice at once sets one password': async (store) => {
    await withSession(store);
    const outcomes = await atOnce(8, (i) =>
      store.authenticators.resetPassword(
        reset({ password: authenticator({ id: `new-${i}` }), audit: [audit(`reset-${i}`)] }),
        at(40),
      ),
    );
    assert.equal(count(outcomes, 'reset'), 1);
    assert.equal(count(outcomes, 'already-used'), 7);
    assert.equal((await passwordsOf(store)).length, 1);
  },

  'a login with the old password that was checked before the reset is not recorded after it': async (store) => {
    await withSession(store);
    await store.interactions.save(interaction({ id: 'second' }));
    await store.authenticators.resetPassword(reset(), at(40));
    const late = beginning({ interactionId: 'second' }, session({ id: 'late', secretHash: 'late' }));
    assert.equal(await store.sessions.recordProof(late), 'session-gone');
    assert.equal(await store.sessions.find('late'), undefined);
  },

  'somebody who is blocked, unknown or without a password gets none': async (store, engine) => {
    await withSession(store);
    await store.users.setBlocked('alice', at(30), []);
    const before = await everythingIn(engine);
    assert.equal(await store.authenticators.resetPassword(reset(), at(40)), 'gone');
    assert.equal(await store.authenticators.resetPassword(reset({ userId: 'bob' }), at(40)), 'gone');
    await store.users.setBlocked('alice', null, []);
    await store.authenticators.remove('alice', 'password-of-alice', at(40), [], null);
    assert.equal(await store.authenticators.resetPassword(reset(), at(41)), 'gone');
    assert.notEqual(await everythingIn(engine), before);
    assert.deepEqual(await passwordsOf(store), []);
  },

  'what is for one purpose is listed until it was used up or is over': async ({ ceremonies, once, users }) => {
    await users.seed({ id: 'alice', username: 'alice', claims: {}, createdAt: at(0), blockedAt: null }, []);
    await ceremonies.begin(code());
    await ceremonies.begin(code({ id: 'recovery', purpose: 'recover', boundTo: 'recovery of alice' }));
    const ids = async (now: number): Promise<readonly string[]> =>
      (await ceremonies.ofPurpose('recover', at(now))).map(({ id }) => id);
    assert.deepEqual(await ids(1), ['recovery']);
    assert.deepEqual(await ids(900), []);
    await once.consume({ kind: 'ceremony', key: 'recovery', expiresAt: at(900) }, []);
    assert.deepEqual(await ids(1), []);
  },

  'an enrolment takes the place of what was lost, in the same breath': async (store) => {
    await withSession(store);
    const phone = authenticator({ id: 'phone', factor: 'totp', createdAt: at(20) });
    const enrolling = stepUp({ enrol: [phone], remove: ['totp-of-alice'], consume: [] });
    const proof = { ...enrolling, event: { ...enrolling.event, authenticator: 'phone' } };
    assert.equal(await store.sessions.recordProof(proof), 'recorded');
    const theirs = (await store.authenticators.ofUser('alice')).map(({ id }) => id);
    assert.deepEqual(theirs, ['password-of-alice', 'phone']);
    const events = (await store.sessions.find('session'))?.events ?? [];
    assert.deepEqual(
      events.map((one) => one.authenticator),
      ['password-of-alice', 'phone'],
    );
  },

  'an enrolment of what somebody has already is not recorded': async (store, engine) => {
    await withAlice(store);
    await store.authenticators.enrol({
      userId: 'alice',
      guard: null,
      authenticators: [authenticator({ id: 'key', factor: 'webauthn', lookup: 'webauthn:1' })],
      consume: [],
      audit: [],
    });
    await store.sessions.recordProof(beginning());
    const before = await everythingIn(engine);
    const again = { ...totp, id: 'other', lookup: 'webauthn:1' };
    assert.equal(await store.sessions.recordProof(stepUp({ enrol: [again] })), 'already-used');
    assert.equal(await everythingIn(engine), before);
  },
};
