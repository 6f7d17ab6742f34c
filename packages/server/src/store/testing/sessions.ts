import assert from 'node:assert/strict';
import type { ProofRecord, Store } from '../ports.ts';
import type { Session } from '../records.ts';
import type { Engine } from '../sql/engine.ts';
import {
  at,
  atOnce,
  audit,
  authenticator,
  authorization,
  beginning,
  code,
  count,
  event,
  grant,
  interaction,
  session,
  stepUp,
  totpEvent,
  totpStep,
  user,
  withAlice,
  withRefreshToken,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const append = (over: Partial<Extract<ProofRecord['session'], { kind: 'append' }>>): ProofRecord['session'] => ({
  kind: 'append',
  id: 'session',
  secretHash: 'secret-0',
  newSecretHash: 'secret-1',
  ...over,
});

const withBob = async (store: Store): Promise<void> => {
  await store.users.seed(user({ id: 'bob', username: 'bob' }), [
    authenticator({ id: 'password-of-bob', userId: 'bob' }),
  ]);
};

/** Not even what the proof would use up. */
const leavesNothing = async (store: Store, engine: Engine, proof: ProofRecord): Promise<void> => {
  await withSession(store);
  const before = await everythingIn(engine);
  assert.equal(await store.sessions.recordProof(proof), 'session-gone');
  assert.equal(await everythingIn(engine), before);
};

export const sessionPromises: Promises = {
  'a first proof begins a session, pins the interaction and notes the use of the authenticator': async (store) => {
    await withAlice(store);
    assert.equal(await store.sessions.recordProof(beginning({ audit: [audit('proof')] })), 'recorded');

    assert.deepEqual(await store.sessions.find('session'), session());
    assert.deepEqual(await store.sessions.findBySecret('secret-0'), session());
    assert.equal((await store.interactions.find('interaction'))?.userId, 'alice');
    const [password] = await store.authenticators.ofUser('alice');
    assert.equal(password?.lastUsedAt, at(0));
    assert.deepEqual(await store.audit.find('proof'), audit('proof'));
  },

  'a second proof is appended, and the session gets a new secret': async (store) => {
    await withSession(store);
    assert.equal(await store.sessions.recordProof(stepUp()), 'recorded');

    const expected: Session = session({
      secretHash: 'secret-1',
      rotatedAt: at(20),
      lastSeenAt: at(20),
      events: [event(), totpEvent(20)],
    });
    assert.deepEqual(await store.sessions.findBySecret('secret-1'), expected);
    assert.equal(await store.sessions.findBySecret('secret-0'), undefined, 'the secret it had before opens nothing');
    assert.equal(await store.sessions.findBySecret('secret-2'), undefined);
  },

  'T23: a proof dated by a clock that has been set back since is forgotten with the next one': async (store) => {
    await withSession(store);
    await store.sessions.recordProof(stepUp({ event: totpEvent(2000) }));
    const next = { kind: 'append', id: 'session', secretHash: 'secret-1', newSecretHash: 'secret-2' } as const;
    await store.sessions.recordProof(stepUp({ event: totpEvent(30), consume: [totpStep(2)], session: next }));
    assert.deepEqual((await store.sessions.find('session'))?.events, [event(), totpEvent(30)]);
  },

  'a proof that is recorded late does not set back when the session was seen': async (store) => {
    await withSession(store);
    await store.sessions.touch('session', at(25));
    await store.sessions.recordProof(stepUp());
    assert.equal((await store.sessions.find('session'))?.lastSeenAt, at(25));
  },

  'a new session may end the one before it': async (store) => {
    await withSession(store);
    const next = session({ id: 'next', secretHash: 'secret-next' });
    const proof = beginning({ session: { kind: 'begin', session: next, endSessionId: 'session' } });
    assert.equal(await store.sessions.recordProof(proof), 'recorded');
    assert.equal((await store.sessions.find('session'))?.endedAt, at(0));
    assert.equal((await store.sessions.find('next'))?.endedAt, null);
  },

  'all sessions of a user end at once, with the record of it, and those of nobody else': async (store) => {
    await withSession(store);
    await store.sessions.recordProof(beginning({}, session({ id: 'phone', secretHash: 'secret-phone' })));
    await store.sessions.end('phone', at(5), []);
    assert.equal(await store.sessions.endAllOf('bob', at(9), []), 0);
    assert.equal(await store.sessions.endAllOf('alice', at(10), [audit('all')]), 1);
    assert.equal((await store.sessions.find('session'))?.endedAt, at(10));
    assert.equal((await store.sessions.find('phone'))?.endedAt, at(5));
    assert.equal((await store.audit.find('all'))?.id, 'all');
    assert.equal(await store.sessions.recordProof(stepUp()), 'session-gone');
  },

  'everything of everybody ends at once, with the records of it; what ended before keeps its moment and its reason':
    async (store) => {
      await withRefreshToken(store);
      await withBob(store);
      const bobs = event({ authenticator: 'password-of-bob' });
      for (const id of ['bobs', 'bobs-before']) {
        const begun = session({ id, secretHash: id, userId: 'bob', events: [bobs] });
        await store.interactions.save(interaction({ id }));
        await store.sessions.recordProof(beginning({ event: bobs, interactionId: id }, begun));
      }
      await store.sessions.end('bobs-before', at(5), []);
      const revoked = { grant: grant({ id: 'before' }), code: code({ codeHash: 'before', grantId: 'before' }) };
      await store.grants.authorize(authorization({ ...revoked, interactionId: null }));
      await store.grants.revoke('before', at(6), 'logout', []);

      const standing = { begunAfter: at(-1), seenAfter: at(-1) };
      const ended = await store.sessions.endEverything(at(40), standing, ({ sessions, grants }) => [
        audit(`${sessions} sessions`),
        audit(`${grants} grants`),
      ]);
      assert.deepEqual(ended, { sessions: 2, grants: 1 });
      for (const id of ['2 sessions', '1 grants']) assert.equal((await store.audit.find(id))?.id, id);
      for (const id of ['session', 'bobs']) assert.equal((await store.sessions.find(id))?.endedAt, at(40));
      assert.equal((await store.sessions.find('bobs-before'))?.endedAt, at(5));
      const reasonOf = async (id: string) => (await store.grants.find(id))?.revokedReason;
      assert.deepEqual([await reasonOf('grant'), await reasonOf('before')], ['everybody-signed-out', 'logout']);
      assert.equal(await store.sessions.recordProof(stepUp()), 'session-gone');
      const seen = await store.grants.rotateRefreshToken(
        'token-0',
        'token-1',
        at(41),
        0,
        ({ grant: { revokedAt } }) => ({
          value: revokedAt,
          refreshToken: null,
          audit: [],
        }),
      );
      assert.deepEqual(seen, { outcome: 'judged', value: at(40) });
      assert.deepEqual(await store.sessions.endEverything(at(50), standing, () => []), { sessions: 0, grants: 0 });
    },

  'of the sessions of everybody those are counted as ended that had not run out by themselves': async (store) => {
    await withSession(store);
    const { createdAt, lastSeenAt } = session();
    for (const standing of [
      { begunAfter: createdAt, seenAfter: at(-1) },
      { begunAfter: at(-1), seenAfter: lastSeenAt },
    ]) {
      const { sessions } = await store.sessions.endEverything(at(40), standing, () => []);
      assert.equal(sessions, 0);
    }
    assert.equal((await store.sessions.find('session'))?.endedAt, at(40), 'and all the same it ends');
  },

  'a user is blocked and the block is lifted, each with its record': async (store) => {
    await withSession(store);
    assert.equal(await store.users.setBlocked('alice', at(10), [audit('blocked')]), true);
    assert.equal((await store.users.find('alice'))?.blockedAt, at(10));
    assert.equal((await store.sessions.find('session'))?.endedAt, at(10), 'a block ends every session');
    assert.equal(await store.users.setBlocked('alice', null, []), true);
    assert.equal((await store.users.find('alice'))?.blockedAt, null);
    assert.equal(await store.users.setBlocked('nobody', at(10), [audit('nobody')]), false);
    assert.equal(await store.audit.find('nobody'), undefined);
  },

  'a proof of a user who is blocked meanwhile leaves nothing behind': async (store, engine) => {
    await withAlice(store);
    await store.users.setBlocked('alice', at(1), []);
    const before = await everythingIn(engine);
    assert.equal(await store.sessions.recordProof(beginning()), 'session-gone');
    assert.equal(await everythingIn(engine), before);
  },

  'T28: a proof retires the steps before it, used or not': async (store) => {
    await withSession(store);
    assert.equal(
      await store.sessions.recordProof(stepUp({ consume: [totpStep(3)], retire: [totpStep(2)] })),
      'recorded',
    );
    const earlier = stepUp({
      consume: [totpStep(2)],
      session: { kind: 'append', id: 'session', secretHash: 'secret-1', newSecretHash: 'secret-2' },
    });
    assert.equal(await store.sessions.recordProof(earlier), 'already-used');
  },

  'a proof enrols authenticators and clears throttles': async (store) => {
    await withSession(store);
    const limit = { key: 'totp:alice', burst: 1, intervalSeconds: 60 };
    await store.throttles.take([limit], at(0));
    const key = authenticator({ id: 'key', factor: 'webauthn', createdAt: at(20) });

    await store.sessions.recordProof(stepUp({ enrol: [key], clearThrottles: ['totp:alice', 'unknown'] }));
    assert.deepEqual((await store.authenticators.ofUser('alice')).at(-1), key);
    assert.deepEqual(await store.throttles.take([limit], at(1)), { allowed: true });
  },

  'a proof with a secret that is not current leaves nothing behind': (store, engine) =>
    leavesNothing(store, engine, stepUp({ session: append({ secretHash: 'secret-before' }) })),

  'a proof for a session that does not exist leaves nothing behind': (store, engine) =>
    leavesNothing(store, engine, stepUp({ session: append({ id: 'nobody' }) })),

  'a proof for an interaction that does not exist leaves nothing behind': (store, engine) =>
    leavesNothing(store, engine, stepUp({ interactionId: 'nothing' })),

  'a proof for a session that has ended leaves nothing behind': async (store, engine) => {
    await withSession(store);
    await store.sessions.end('session', at(10), []);
    const before = await everythingIn(engine);
    assert.equal(await store.sessions.recordProof(stepUp()), 'session-gone');
    assert.equal(await everythingIn(engine), before);
  },

  'T13: a proof for an interaction that is finished leaves nothing behind': async (store, engine) => {
    await withSession(store);
    await store.interactions.finish('interaction', at(10), []);
    const before = await everythingIn(engine);
    assert.equal(await store.sessions.recordProof(stepUp()), 'session-gone');
    assert.equal(await everythingIn(engine), before);
  },

  'T10: somebody else cannot go on with an interaction that a person began to answer': async (store, engine) => {
    await withSession(store);
    await withBob(store);
    const before = await everythingIn(engine);

    const bobs = event({ authenticator: 'password-of-bob' });
    const begun = session({ id: 'bobs', secretHash: 'bobs', userId: 'bob', events: [bobs] });
    assert.equal(await store.sessions.recordProof(beginning({ event: bobs }, begun)), 'session-gone');
    assert.equal(await everythingIn(engine), before);
  },

  'T10: a proof with an authenticator of somebody else is refused': async (store, engine) => {
    await withSession(store);
    await withBob(store);
    const before = await everythingIn(engine);
    await assert.rejects(store.sessions.recordProof(stepUp({ event: event({ authenticator: 'password-of-bob' }) })));
    await assert.rejects(store.sessions.recordProof(stepUp({ enrol: [authenticator({ id: 'new', userId: 'bob' })] })));
    assert.equal(await everythingIn(engine), before);
  },

  'a session cannot begin without the event that is recorded': async (store, engine) => {
    await withAlice(store);
    const before = await everythingIn(engine);
    await assert.rejects(store.sessions.recordProof(beginning({}, session({ events: [] }))));
    assert.equal(await everythingIn(engine), before);
  },

  'a proof that uses up something used before leaves nothing behind': async (store, engine) => {
    await withSession(store);
    await store.once.consume(totpStep(1), []);
    const before = await everythingIn(engine);
    const proof = stepUp({ consume: [totpStep(2), totpStep(1)], audit: [audit('proof')] });
    assert.equal(await store.sessions.recordProof(proof), 'already-used');
    assert.equal(await everythingIn(engine), before);
    assert.equal(await store.once.consume(totpStep(2), []), true, 'what stood beside it is still unused');
  },

  'T28: of many proofs with one TOTP step, on several sessions, one is recorded': async (store) => {
    await withAlice(store);
    await atOnce(20, (index) =>
      store.sessions.recordProof(beginning({}, session({ id: `s${index}`, secretHash: `secret-${index}` }))),
    );
    const outcomes = await atOnce(20, (index) =>
      store.sessions.recordProof(
        stepUp({ session: append({ id: `s${index}`, secretHash: `secret-${index}`, newSecretHash: `new-${index}` }) }),
      ),
    );
    assert.equal(count(outcomes, 'recorded'), 1);
    assert.equal(count(outcomes, 'already-used'), 19);
  },

  'of many proofs that append to one session at once, one is recorded': async (store) => {
    await withSession(store);
    const outcomes = await atOnce(20, (index) =>
      store.sessions.recordProof(
        stepUp({ consume: [totpStep(index)], session: append({ newSecretHash: `new-${index}` }) }),
      ),
    );
    assert.equal(count(outcomes, 'recorded'), 1);
    assert.equal(count(outcomes, 'session-gone'), 19);
    assert.equal((await store.sessions.find('session'))?.events.length, 2);
    const keys = Array.from({ length: 20 }, (_, index) => totpStep(index).key);
    assert.equal((await store.authenticators.usedOf('totp', keys)).length, 1, 'those that failed used nothing up');
  },

  'a proof that does again what an earlier one did takes its place': async (store) => {
    await withSession(store);
    await store.sessions.recordProof(stepUp());
    const again = append({ secretHash: 'secret-1', newSecretHash: 'secret-2' });
    await store.sessions.recordProof(stepUp({ event: totpEvent(50), consume: [totpStep(2)], session: again }));
    assert.deepEqual((await store.sessions.find('session'))?.events, [event(), totpEvent(50)]);
  },

  'a session is touched forwards only, and not after its end': async (store) => {
    await withSession(store);
    await store.sessions.touch('session', at(50));
    await store.sessions.touch('session', at(40));
    assert.equal((await store.sessions.find('session'))?.lastSeenAt, at(50));
    await store.sessions.end('session', at(60), []);
    await store.sessions.touch('session', at(70));
    assert.equal((await store.sessions.find('session'))?.lastSeenAt, at(50));
  },

  'a session ends once, and only then is it audited': async (store) => {
    await withSession(store);
    const ended = await atOnce(10, (index) => store.sessions.end('session', at(10 + index), [audit(`end-${index}`)]));
    assert.equal(count(ended, true), 1);
    assert.equal((await store.audit.recent(100)).length, 1);
    assert.equal((await store.sessions.find('session'))?.endedAt, at(10 + ended.indexOf(true)));
    assert.equal(await store.sessions.end('unknown', at(10), []), false);
  },
};
