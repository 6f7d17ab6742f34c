import assert from 'node:assert/strict';
import { instant } from '@stile/core';
import type { Once } from '../ports.ts';
import { build } from '../sql/build.ts';
import { run } from '../sql/operation.ts';
import {
  at,
  atOnce,
  audit,
  authenticator,
  refreshToken,
  user,
  withAlice,
  withCode,
  withRefreshToken,
  withSession,
} from './fixtures.ts';
import type { Promises } from './setting.ts';
import { everythingIn } from './setting.ts';

const DAY = 86_400;
const once = (over: Partial<Once> = {}): Once => ({ kind: 'single-use-token', key: 'jti', expiresAt: at(60), ...over });

export const upkeepPromises: Promises = {
  'a store that works says so, and one that is closed does not': async (store) => {
    await store.check();
    await store.close();
    await assert.rejects(store.check(), { name: 'StoreError', problem: 'closed' });
    await assert.rejects(store.users.find('alice'));
  },

  'the latest record of a person of some types is found however many others there are': async (store) => {
    await store.audit.append([
      { ...audit('old'), type: 'recovery.issued', userId: 'alice', at: at(1) },
      { ...audit('new-a'), type: 'recovery.stopped', userId: 'alice', at: at(2) },
      { ...audit('new-b'), type: 'recovery.issued', userId: 'alice', at: at(2) },
      { ...audit('of-bob'), type: 'recovery.stopped', userId: 'bob', at: at(9) },
      ...Array.from({ length: 300 }, (_, index) => ({ ...audit(`z-${index}`), userId: 'alice', at: at(3) })),
    ]);
    const latest = async (...types: string[]) => (await store.audit.latestOf('alice', types))?.id;
    assert.equal(await latest('recovery.issued', 'recovery.stopped'), 'new-b', 'within one second the greatest id');
    assert.equal(await latest('recovery.stopped'), 'new-a');
    assert.deepEqual([await latest('recovery.started'), await latest()], [undefined, undefined]);
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

  'a grant stays while its code is remembered, though its token is forgotten': async (store) => {
    await withCode(store);
    const short = refreshToken({ expiresAt: at(50) });
    await store.grants.redeemCode('code', at(31), () => ({ value: null, refreshToken: short, audit: [] }));
    await store.sweep(at(30 * DAY + 50));
    assert.equal(await store.grants.findRefreshToken('token-0'), undefined);
    assert.notEqual(await store.grants.find('grant'), undefined);
  },

  'an interaction is remembered for a day after its time, and that it was finished as long': async (store) => {
    await withAlice(store);
    await store.interactions.finish('interaction', at(5), []);
    await store.sweep(at(600 + DAY - 1));
    assert.notEqual(await store.interactions.find('interaction'), undefined);
    assert.equal(await store.interactions.finish('interaction', at(6), []), false);
    await store.sweep(at(600 + DAY));
    assert.equal(await store.interactions.find('interaction'), undefined);
  },

  'a session that was ended is remembered for thirty days': async (store) => {
    await withSession(store);
    await store.sessions.end('session', at(50), []);
    await store.sweep(at(30 * DAY + 49));
    assert.notEqual(await store.sessions.find('session'), undefined);
    await store.sweep(at(30 * DAY + 50));
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

  'the sweep forgets no audit records': async (store) => {
    await store.audit.append([audit('old')]);
    await store.chain.seal(9);
    assert.equal(await store.sweep(at(1000 * DAY)), 0);
    assert.notEqual(await store.audit.find('old'), undefined);
  },

  'the sweep goes on until nothing is left': async (store) => {
    await atOnce(1203, (index) => store.once.consume(once({ key: String(index) }), []));
    assert.equal(await store.sweep(at(659)), 0, 'the clocks of other processes may be minutes behind');
    assert.equal(await store.sweep(at(660)), 1203);
    assert.equal(await store.sweep(at(660)), 0);
  },

  'a step of the sweep that fails keeps no other from being done, and is told': async (store, engine) => {
    await withRefreshToken(store);
    await store.once.consume(once(), []);
    await engine.write(() => run(build.updateTable('code').set({ redirect_uri_sent: 2 })));
    await engine.write(() => run(build.updateTable('refresh_token').set({ expires_at: instant(0), client_id: '' })));
    await assert.rejects(store.sweep(at(40 * DAY)), { name: 'CorruptRowError' });
    assert.equal(await store.grants.findRefreshToken('token-0'), undefined);
    assert.equal(await store.once.consume(once(), []), true, 'forgotten');
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
    await engine.write(() => run(build.updateTable('code').set({ redirect_uri_sent: 2 })));
    await assert.rejects(
      store.grants.redeemCode('code', at(31), () => assert.fail('asked')),
      { name: 'CorruptRowError' },
    );
  },
};
