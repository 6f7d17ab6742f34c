import assert from 'node:assert/strict';
import type { AuthorizationOutcome, Judgement, Store } from '../ports.ts';
import type { Grant } from '../records.ts';
import {
  at,
  atOnce,
  audit,
  authorization,
  code,
  count,
  event,
  grant,
  interaction,
  refreshToken,
  session,
  stepUp,
  totpEvent,
  user,
  withCode,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const granting = (): Judgement<string> => ({ value: 'tokens', refreshToken: refreshToken(), audit: [] });
const refusing = (): Judgement<string> => ({ value: 'refused', refreshToken: null, audit: [] });

const grantOf = async (store: Store): Promise<Grant> => {
  const found = await store.grants.find('grant');
  assert.ok(found);
  return found;
};

const consent = {
  userId: 'alice',
  clientId: 'client',
  audience: '',
  scope: 'profile',
  grantedAt: at(30),
};

export const authorizePromises: Promises = {
  'an authorization keeps its grant, finishes its interaction and remembers consents': async (store) => {
    await withSession(store);
    await store.interactions.save(interaction({ id: 'second' }));
    await store.sessions.recordProof(stepUp({ interactionId: 'second' }));
    const elevated = grant({ events: [event(), totpEvent(20)] });
    const authorized = await store.grants.authorize(
      authorization({
        grant: elevated,
        consents: [consent, { ...consent, scope: 'email' }],
        touchSession: { id: 'session', at: at(30) },
        audit: [audit('authorized')],
      }),
    );
    assert.equal(authorized, 'authorized');
    assert.deepEqual(await store.grants.find('grant'), elevated);
    assert.equal((await store.interactions.find('interaction'))?.finishedAt, at(30));
    assert.equal((await store.sessions.find('session'))?.lastSeenAt, at(30));
    assert.deepEqual(await store.grants.consentsOf('alice', 'client'), [{ ...consent, scope: 'email' }, consent]);
    assert.deepEqual(await store.grants.consentsOf('alice', 'other'), []);
    assert.notEqual(await store.audit.find('authorized'), undefined);
  },

  'what Actions want kept is kept with the grant that is made, once, and not without it': async (store, engine) => {
    await withSession(store);
    const wanting = (times: number) =>
      authorization({
        grant: grant({ id: `g${times}` }),
        code: code({ codeHash: `c${times}`, grantId: `g${times}` }),
        metadata: { appMetadata: { times } },
        amendSession: (found) => ({ metadata: { ...found.metadata, times } }),
      });
    const before = await everythingIn(engine);
    const tooLarge = { ...wanting(0), metadata: { userMetadata: { name: 'x'.repeat(40_000) } } };
    await assert.rejects(store.grants.authorize(tooLarge), /too-large/);
    assert.equal(await everythingIn(engine), before);
    const outcomes = await atOnce(8, (index) => store.grants.authorize(wanting(index)));
    assert.equal(count(outcomes, 'authorized'), 1);
    const times = outcomes.indexOf('authorized');
    assert.deepEqual((await store.users.profile('alice'))?.appMetadata, { times });
    assert.deepEqual((await store.sessions.find('session'))?.metadata, { ...session().metadata, times });
  },

  'a consent that is given again is remembered at its latest moment': async (store) => {
    await withSession(store);
    await store.grants.authorize(authorization({ interactionId: null, consents: [consent] }));
    const later = { ...consent, grantedAt: at(99) };
    const again = authorization({
      interactionId: null,
      grant: grant({ id: 'g2' }),
      code: code({ codeHash: 'c2', grantId: 'g2' }),
      consents: [later],
    });
    assert.equal(await store.grants.authorize(again), 'authorized');
    assert.deepEqual(await store.grants.consentsOf('alice', 'client'), [later]);
  },

  'a second code for an interaction is never made': async (store, engine) => {
    await withCode(store);
    const before = await everythingIn(engine);
    const second = authorization({
      grant: grant({ id: 'g2' }),
      code: code({ codeHash: 'c2', grantId: 'g2' }),
      audit: [audit('second')],
    });
    assert.equal(await store.grants.authorize(second), 'already-answered');
    assert.equal(await store.grants.authorize({ ...second, interactionId: 'unknown' }), 'already-answered');
    assert.equal(await everythingIn(engine), before);
  },

  'of many answers to one interaction, codes and refusals, one is given': async (store) => {
    await withSession(store);
    const outcomes = await atOnce<boolean | AuthorizationOutcome>(20, (index) =>
      index % 2 === 0
        ? store.interactions.finish('interaction', at(30), [])
        : store.grants.authorize(
            authorization({
              grant: grant({ id: `g${index}` }),
              code: code({ codeHash: `c${index}`, grantId: `g${index}` }),
            }),
          ),
    );
    assert.equal(outcomes.filter((outcome) => outcome === true || outcome === 'authorized').length, 1);
  },

  'a code of another grant is refused': async (store, engine) => {
    await withSession(store);
    await store.grants.authorize(authorization());
    const before = await everythingIn(engine);
    const other = { grant: grant({ id: 'other' }), code: code({ codeHash: 'c2' }), interactionId: null };
    await assert.rejects(store.grants.authorize(authorization(other)));
    assert.equal(await everythingIn(engine), before);
  },

  'what was decided on a proof is not granted once its authenticator was removed': async (store, engine) => {
    await withSession(store);
    await store.interactions.save(interaction({ id: 'second' }));
    await store.sessions.recordProof(stepUp({ interactionId: 'second' }));
    const decided = authorization({ grant: grant({ events: [event(), totpEvent(20)] }), audit: [audit('granted')] });
    await store.authenticators.remove('alice', 'totp-of-alice', at(29), [], null);
    const before = await everythingIn(engine);
    assert.equal(await store.grants.authorize(decided), 'proofs-gone');
    assert.equal(await store.grants.authorize({ ...decided, interactionId: null }), 'proofs-gone');
    assert.equal(await everythingIn(engine), before);
    assert.equal(await store.grants.authorize(authorization()), 'authorized', 'the login stays');
  },

  'whichever comes first, the removal of an authenticator or a grant on it, no grant on it lives': async (store) => {
    await withSession(store);
    await store.interactions.save(interaction({ id: 'second' }));
    await store.sessions.recordProof(stepUp({ interactionId: 'second' }));
    const events = [event(), totpEvent(20)];
    const grants = Array.from({ length: 20 }, (_, index) => () => {
      const id = `g${index}`;
      const decided = { grant: grant({ id, events }), code: code({ codeHash: id, grantId: id }), interactionId: null };
      return store.grants.authorize(authorization(decided));
    });
    const remove = () => store.authenticators.remove('alice', 'totp-of-alice', at(30), [], null);
    await Promise.all([...grants.slice(0, 10), remove, ...grants.slice(10)].map((write) => write()));
    for (let index = 0; index < 20; index += 1) {
      const found = await store.grants.find(`g${index}`);
      assert.equal(found?.revokedReason, index < 10 ? 'authenticator-removed' : undefined);
    }
  },

  'nothing is granted on a session that has ended, or that nobody knows': async (store, engine) => {
    await withSession(store);
    await store.sessions.end('session', at(29), []);
    const before = await everythingIn(engine);
    assert.equal(await store.grants.authorize(authorization()), 'proofs-gone');
    const unknown = authorization({ grant: grant({ sessionId: 'unknown' }) });
    assert.equal(await store.grants.authorize(unknown), 'proofs-gone');
    assert.equal(await everythingIn(engine), before);
  },

  'a proof that was done again meanwhile takes nothing away': async (store) => {
    await withSession(store);
    for (const [number, second] of [20, 50].entries()) {
      await store.interactions.save(interaction({ id: `proof-${number}` }));
      const session = { secretHash: `secret-${number}`, newSecretHash: `secret-${number + 1}` };
      const proof = stepUp({ event: totpEvent(second), consume: [], interactionId: `proof-${number}` });
      await store.sessions.recordProof({ ...proof, session: { kind: 'append', id: 'session', ...session } });
    }
    assert.deepEqual((await store.sessions.find('session'))?.events, [event(), totpEvent(50)]);
    const decided = authorization({ grant: grant({ events: [event(), totpEvent(20)] }) });
    assert.equal(await store.grants.authorize(decided), 'authorized');
  },

  'a grant of a client that acts for itself has no user and no session': async (store) => {
    const own = grant({ userId: null, sessionId: null, audience: null, nonce: null, events: [], requirements: [] });
    await store.grants.authorize(authorization({ grant: own, interactionId: null }));
    assert.deepEqual(await store.grants.find('grant'), own);
    const found = await store.grants.redeemCode('code', at(31), (judged) => ({
      value: judged.session,
      refreshToken: null,
      audit: [],
    }));
    assert.deepEqual(found, { outcome: 'judged', value: undefined });
  },

  'a grant is revoked once, and the first reason stands': async (store) => {
    await withCode(store);
    const revoked = await atOnce(10, (index) =>
      store.grants.revoke('grant', at(40), `reason-${index}`, [audit(`revoked-${index}`)]),
    );
    assert.equal(count(revoked, true), 1);
    const { revokedAt, revokedReason } = await grantOf(store);
    assert.deepEqual([revokedAt, revokedReason], [at(40), `reason-${revoked.indexOf(true)}`]);
    assert.equal((await store.audit.recent(100)).length, 1);
    assert.equal(await store.grants.revoke('unknown', at(40), 'reason', []), false);
  },
};

export const redeemPromises: Promises = {
  'the judge of a code is handed the code, its grant, session and user': async (store) => {
    await withCode(store);
    const redeemed = await store.grants.redeemCode('code', at(31), (found) => ({
      value: found,
      refreshToken: null,
      audit: [audit('judged')],
    }));
    assert.deepEqual(redeemed, {
      outcome: 'judged',
      value: { code: code(), grant: grant(), session: session(), user: user() },
    });
    assert.notEqual(await store.audit.find('judged'), undefined);
  },

  'a code nobody made is unknown, and no judge is asked': async (store) => {
    const outcome = await store.grants.redeemCode('code', at(31), () => assert.fail('asked'));
    assert.deepEqual(outcome, { outcome: 'unknown' });
  },

  'the refresh token that a judge grants is kept': async (store) => {
    await withCode(store);
    await store.grants.redeemCode('code', at(31), granting);
    assert.deepEqual(await store.grants.findRefreshToken('token-0'), refreshToken());
    assert.equal(await store.grants.findRefreshToken('unknown'), undefined);
  },

  'T14: of many uses of one code one is judged, and the others revoke what it gave': async (store) => {
    await withCode(store);
    let judged = 0;
    const outcomes = await atOnce(50, () =>
      store.grants.redeemCode('code', at(31), () => {
        judged += 1;
        return granting();
      }),
    );
    assert.equal(judged, 1);
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'judged').length, 1);
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'reused').length, 49);
    const { revokedAt, revokedReason } = await grantOf(store);
    assert.deepEqual([revokedAt, revokedReason], [at(31), 'code-reused']);
  },

  'a code that a judge refused is used up': async (store) => {
    await withCode(store);
    assert.deepEqual(await store.grants.redeemCode('code', at(31), refusing), { outcome: 'judged', value: 'refused' });
    assert.deepEqual(await store.grants.redeemCode('code', at(32), granting), { outcome: 'reused', grantId: 'grant' });
  },

  'T16: a code whose judge throws is used up, and what was thrown is thrown on': async (store) => {
    await withCode(store);
    const failure = new Error('the judge is confused');
    const redeemed = store.grants.redeemCode('code', at(31), () => {
      throw failure;
    });
    await assert.rejects(redeemed, failure);
    assert.equal((await grantOf(store)).revokedAt, null);
    assert.deepEqual(await store.grants.redeemCode('code', at(32), granting), { outcome: 'reused', grantId: 'grant' });
    assert.equal((await grantOf(store)).revokedAt, at(32));
  },

  'a judge may revoke the grant': async (store) => {
    await withCode(store);
    await store.grants.redeemCode('code', at(31), () => ({ ...refusing(), revoke: 'wrong-client' }));
    const { revokedAt, revokedReason } = await grantOf(store);
    assert.deepEqual([revokedAt, revokedReason], [at(31), 'wrong-client']);
  },

  'the judge of a code sees that its grant was revoked, and cannot grant a refresh token': async (store) => {
    await withCode(store);
    await store.grants.revoke('grant', at(30), 'logout', []);
    const redeemed = store.grants.redeemCode('code', at(31), ({ grant: { revokedReason } }) => {
      assert.equal(revokedReason, 'logout');
      return granting();
    });
    await assert.rejects(redeemed, /revoked grant/);
    assert.equal(await store.grants.findRefreshToken('token-0'), undefined);
  },

  'a judge cannot grant a refresh token of another grant': async (store) => {
    await withCode(store);
    const stray = refreshToken({ grantId: 'other' });
    await assert.rejects(store.grants.redeemCode('code', at(31), () => ({ ...granting(), refreshToken: stray })));
    assert.equal(await store.grants.findRefreshToken('token-0'), undefined);
    assert.equal((await store.grants.redeemCode('code', at(32), granting)).outcome, 'reused', 'the code is used up');
  },
};
