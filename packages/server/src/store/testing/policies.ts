import assert from 'node:assert/strict';
import { at, beginning, session, withAlice } from './fixtures.ts';
import type { Promises } from './setting.ts';

export const policyPromises: Promises = {
  'a policy is kept once under its digest, and the first moment stays': async (store) => {
    await store.policies.keep({ digest: 'one', text: '{"levels":[]}', firstAt: at(1) });
    await store.policies.keep({ digest: 'one', text: '{"levels":[]}', firstAt: at(9) });
    await store.policies.keep({ digest: 'two', text: '{}', firstAt: at(2) });
    assert.deepEqual(await store.policies.find('one'), {
      digest: 'one',
      text: '{"levels":[]}',
      firstAt: at(1),
      lastAt: at(9),
    });
    assert.equal(await store.policies.find('three'), undefined);
    assert.equal((await store.policies.before('two'))?.digest, 'one');
    assert.equal(await store.policies.before('one'), undefined);
    assert.equal(await store.policies.before('three'), undefined);
  },

  'until when a policy is decided by is never set back': async (store) => {
    for (const second of [5, 9, 1]) await store.policies.keep({ digest: 'one', text: '{}', firstAt: at(second) });
    const { firstAt, lastAt } = (await store.policies.find('one')) ?? {};
    assert.deepEqual([firstAt, lastAt], [at(5), at(9)]);
  },

  'policies that nobody decides by any more are forgotten, but for the one that is excepted': async (store) => {
    for (const digest of ['old', 'in force', 'young'])
      await store.policies.keep({ digest, text: '{}', firstAt: at(1) });
    await store.policies.keep({ digest: 'young', text: '{}', firstAt: at(50) });
    assert.equal(await store.policies.forget(at(1), 'in force'), 0);
    assert.equal(await store.policies.forget(at(50), 'in force'), 1);
    assert.equal(await store.policies.find('old'), undefined);
    for (const digest of ['in force', 'young']) assert.ok(await store.policies.find(digest), digest);
    assert.equal(await store.policies.forget(at(51), 'in force'), 1, 'the later it is, the more go');
    await store.policies.keep({ digest: 'old', text: '{}', firstAt: at(60) });
    assert.equal((await store.policies.find('old'))?.firstAt, at(60), 'it may come again');
  },

  'what Actions change of a session is changed as it is then, and of one that is over nothing': async (store) => {
    await withAlice(store);
    await store.sessions.recordProof(beginning());
    const sooner = { expiresAt: at(500), metadata: { kiosk: 'lobby', floor: 3 } };
    assert.equal(await store.sessions.amend('session', () => sooner), true);
    assert.deepEqual(await store.sessions.find('session'), session(sooner));
    const methods = [{ url: 'https://id.example/', at: at(1) }];
    assert.equal(await store.sessions.amend('session', ({ metadata }) => ({ metadata, methods })), true);
    assert.deepEqual(await store.sessions.find('session'), session({ ...sooner, methods }));
    await store.sessions.end('session', at(2), []);
    assert.equal(await store.sessions.amend('session', () => ({ metadata: {} })), false);
    assert.equal(await store.sessions.amend('nothing', () => ({ metadata: {} })), false);
  },
};
