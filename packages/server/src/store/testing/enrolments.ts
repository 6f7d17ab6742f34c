import assert from 'node:assert/strict';
import type { NewEnrolment } from '../ports.ts';
import {
  at,
  atOnce,
  audit,
  authenticator,
  ceremony,
  count,
  stepUp,
  totp,
  totpStep,
  user,
  withAlice,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const key = authenticator({ id: 'key-of-alice', factor: 'webauthn', name: 'Key', lookup: 'webauthn:abc' });

const here = { sessionId: 'session', restsOn: [] };

const enrolment = (over: Partial<NewEnrolment> = {}): NewEnrolment => ({
  userId: 'alice',
  guard: here,
  authenticators: [key],
  consume: [totpStep(7)],
  audit: [audit('enrolled')],
  ...over,
});

export const enrolmentPromises: Promises = {
  'an authenticator is enrolled with all that goes with it, and found by what it says of itself': async (store) => {
    await withSession(store);
    assert.equal(await store.authenticators.enrol(enrolment()), 'enrolled');
    assert.deepEqual(await store.authenticators.findByLookup('webauthn:abc'), key);
    assert.equal(await store.authenticators.findByLookup('webauthn:def'), undefined);
    assert.equal((await store.authenticators.ofUser('alice')).length, 3);
    assert.deepEqual(await store.authenticators.usedOf('totp', [totpStep(7).key]), [totpStep(7).key]);
    assert.notEqual(await store.audit.find('enrolled'), undefined);
  },

  'of what led to an enrolment no secret is kept that was shown with it': async (store, engine) => {
    await withSession(store);
    for (const id of ['first', 'second']) {
      await store.ceremonies.begin(ceremony({ id, boundTo: id, data: { codes: ['SHOWN ONCE'] } }));
    }
    const used = (id: string) => ({ kind: 'ceremony', key: id, expiresAt: at(900) }) as const;
    assert.equal(await store.authenticators.enrol(enrolment({ consume: [used('first')] })), 'enrolled');
    assert.match(await everythingIn(engine), /SHOWN ONCE/);
    const fresh = authenticator({ id: 'fresh', factor: 'totp' });
    assert.equal(await store.sessions.recordProof(stepUp({ enrol: [fresh], consume: [used('second')] })), 'recorded');
    assert.doesNotMatch(await everythingIn(engine), /SHOWN ONCE/);
    const again = enrolment({ authenticators: [{ ...key, id: 'again', lookup: null }], consume: [used('first')] });
    assert.equal(await store.authenticators.enrol(again), 'already-used');
  },

  'nothing is enrolled, used up or audited when something was used before': async (store, engine) => {
    await withSession(store);
    await store.once.consume(totpStep(7), []);
    const before = await everythingIn(engine);
    const outcome = await store.authenticators.enrol(enrolment({ consume: [totpStep(6), totpStep(7)] }));
    assert.equal(outcome, 'already-used');
    assert.equal(await everythingIn(engine), before);
  },

  'nobody enrols in a session that is over, of somebody else, or unknown, nor when they are blocked': async (
    store,
    engine,
  ) => {
    await withSession(store);
    await store.users.seed(user({ id: 'bob', username: 'bob' }), []);
    let before = await everythingIn(engine);
    const theirs = enrolment({ userId: 'bob', authenticators: [{ ...key, userId: 'bob' }] });
    assert.equal(await store.authenticators.enrol(theirs), 'session-gone');
    assert.equal(
      await store.authenticators.enrol(enrolment({ guard: { ...here, sessionId: 'unknown' } })),
      'session-gone',
    );
    assert.equal(await store.authenticators.enrol(enrolment({ userId: 'nobody', guard: null })), 'session-gone');
    assert.equal(await everythingIn(engine), before);
    await store.sessions.end('session', at(9), []);
    before = await everythingIn(engine);
    assert.equal(await store.authenticators.enrol(enrolment()), 'session-gone');
    assert.equal(await everythingIn(engine), before);
    await store.users.setBlocked('alice', at(9), []);
    before = await everythingIn(engine);
    assert.equal(await store.authenticators.enrol(enrolment({ guard: null })), 'session-gone');
    assert.equal(await everythingIn(engine), before);
  },

  'T8: nothing is enrolled on a proof of an authenticator that was removed meanwhile': async (store, engine) => {
    await withSession(store);
    await store.authenticators.remove('alice', 'totp-of-alice', at(9), [], null);
    const before = await everythingIn(engine);
    assert.equal(
      await store.authenticators.enrol(enrolment({ guard: { ...here, restsOn: ['totp-of-alice'] } })),
      'session-gone',
    );
    assert.equal(await everythingIn(engine), before);
    assert.equal(
      await store.authenticators.enrol(enrolment({ guard: { ...here, restsOn: ['password-of-alice'] } })),
      'enrolled',
    );
  },

  'a password takes the place of another and ends every other session, or nothing of both': async (store, engine) => {
    await withSession(store);
    const password = authenticator({ material: { hash: 'new' } });
    const change = {
      authenticators: [{ ...password, id: 'fresh' }],
      inPlaceOf: authenticator(),
      signOutElsewhereAt: at(9),
      consume: [],
    };
    const before = await everythingIn(engine);
    const elsewhere = enrolment({ ...change, guard: { ...here, sessionId: 'unknown' } });
    assert.equal(await store.authenticators.enrol(elsewhere), 'session-gone');
    assert.equal(await everythingIn(engine), before);
    const outdated = enrolment({ ...change, inPlaceOf: authenticator({ material: { hash: 'older' } }) });
    assert.equal(await store.authenticators.enrol(outdated), 'taken');
    assert.equal(await everythingIn(engine), before);
    assert.equal(await store.authenticators.enrol(enrolment({ ...change, guard: null })), 'enrolled');
    assert.equal((await store.authenticators.ofUser('alice'))[0]?.material.hash, 'new');
    assert.deepEqual(await store.sessions.ofUser('alice'), []);
  },

  'an administrator enrols without a session': async (store) => {
    await withAlice(store);
    assert.equal(await store.authenticators.enrol(enrolment({ guard: null })), 'enrolled');
  },

  'T12: one physical thing is enrolled once, whoever brings it': async (store, engine) => {
    await withSession(store);
    await store.users.seed(user({ id: 'bob', username: 'bob' }), [
      authenticator({ ...key, id: 'bobs', userId: 'bob' }),
    ]);
    const before = await everythingIn(engine);
    assert.equal(await store.authenticators.enrol(enrolment()), 'taken');
    assert.equal(await everythingIn(engine), before);
  },

  'T12: of several who enrol the same thing at once, one has it': async (store) => {
    await withSession(store);
    const outcomes = await atOnce(10, (index) =>
      store.authenticators.enrol(
        enrolment({ authenticators: [{ ...key, id: `key-${index}` }], consume: [], audit: [] }),
      ),
    );
    assert.equal(count(outcomes, 'enrolled'), 1);
    assert.equal(count(outcomes, 'taken'), 9);
  },

  'nobody enrols an authenticator that belongs to another': async (store, engine) => {
    await withSession(store);
    const before = await everythingIn(engine);
    await assert.rejects(store.authenticators.enrol(enrolment({ authenticators: [{ ...key, userId: 'mallory' }] })));
    assert.equal(await everythingIn(engine), before);
  },

  'a new one takes the place of what is there: its name, its use and its age stay': async (store) => {
    await withSession(store);
    const inPlaceOf = { id: totp.id, material: totp.material };
    const fresh = authenticator({ id: 'unused', factor: 'totp', material: { secret: 'NEW' }, createdAt: at(50) });
    assert.equal(await store.authenticators.enrol(enrolment({ authenticators: [fresh], inPlaceOf })), 'enrolled');
    const [, renewed, ...others] = await store.authenticators.ofUser('alice');
    assert.deepEqual(renewed, { ...totp, material: { secret: 'NEW' } });
    assert.deepEqual(others, []);
  },

  'of several that would take the same place, one does': async (store) => {
    await withSession(store);
    const inPlaceOf = { id: totp.id, material: totp.material };
    const outcomes = await atOnce(10, (index) =>
      store.authenticators.enrol(
        enrolment({
          authenticators: [{ ...totp, id: `unused-${index}`, material: { secret: String(index) } }],
          inPlaceOf,
          consume: [totpStep(index)],
          audit: [audit(`renewed-${index}`)],
        }),
      ),
    );
    assert.equal(count(outcomes, 'enrolled'), 1);
    assert.equal((await store.audit.recent(100)).length, 1);
    assert.equal(
      (
        await store.authenticators.usedOf(
          'totp',
          outcomes.map((_, index) => totpStep(index).key),
        )
      ).length,
      1,
    );
  },

  'nothing takes the place of another person’s, of another kind, or of what is gone': async (store, engine) => {
    await withSession(store);
    const bobs = authenticator({ id: 'totp-of-bob', userId: 'bob', factor: 'totp' });
    await store.users.seed(user({ id: 'bob', username: 'bob' }), [bobs]);
    const before = await everythingIn(engine);
    const fresh = [authenticator({ id: 'unused', factor: 'totp', material: { secret: 'NEW' } })];
    for (const inPlaceOf of [bobs, authenticator(), { id: 'unknown', material: {} }]) {
      assert.equal(await store.authenticators.enrol(enrolment({ authenticators: fresh, inPlaceOf })), 'taken');
    }
    assert.equal(await everythingIn(engine), before);
  },

  'an authenticator is renamed and preferred by its owner alone': async (store, engine) => {
    await withAlice(store);
    const { authenticators } = store;
    assert.equal(await authenticators.rename('alice', totp.id, 'My phone', [audit('renamed')], null), 'done');
    assert.equal(await authenticators.prefer('alice', totp.id, at(9), [audit('preferred')], null), 'done');
    const [, found] = await authenticators.ofUser('alice');
    assert.deepEqual(found, { ...totp, name: 'My phone', preferredAt: at(9) });
    const before = await everythingIn(engine);
    for (const [who, id] of [
      ['bob', totp.id],
      ['alice', 'unknown'],
    ] as const) {
      assert.equal(await authenticators.rename(who, id, 'Mine now', [audit('stolen')], null), 'unknown');
      assert.equal(await authenticators.prefer(who, id, at(10), [audit('stolen')], null), 'unknown');
    }
    assert.equal(await everythingIn(engine), before);
  },

  'material is replaced together with the record of it': async (store) => {
    await withAlice(store);
    const { material } = authenticator();
    const replace = (hash: string) =>
      store.authenticators.replaceMaterial('password-of-alice', material, { hash }, [audit(hash)]);
    assert.deepEqual([await replace('new'), await replace('evil')], [true, false]);
    assert.notEqual(await store.audit.find('new'), undefined);
    assert.equal(await store.audit.find('evil'), undefined);
  },

  'an authenticator is removed only among those that it was judged by': async (store, engine) => {
    await withSession(store);
    const before = await everythingIn(engine);
    for (const among of [[], [totp.id], [totp.id, 'password-of-alice', 'another']]) {
      assert.equal(
        await store.authenticators.remove('alice', totp.id, at(9), [audit('removed')], null, among),
        'unknown',
      );
    }
    assert.equal(await everythingIn(engine), before);
    const among = [totp.id, 'password-of-alice'];
    assert.deepEqual(await store.authenticators.remove('alice', totp.id, at(9), [], null, among), {
      sessions: 0,
      grants: 0,
    });
  },

  'of two that are removed at once because the other stays, one stays': async (store) => {
    await withSession(store);
    const among = ['password-of-alice', totp.id];
    const removed = await Promise.all(
      among.map((id) => store.authenticators.remove('alice', id, at(9), [audit(`removed-${id}`)], null, among)),
    );
    assert.equal(removed.filter((outcome) => outcome === 'unknown').length, 1);
    assert.equal((await store.authenticators.ofUser('alice')).length, 1);
    assert.equal((await store.audit.recent(100)).length, 1);
  },
};
