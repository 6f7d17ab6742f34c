import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { effectsOf } from './effects-of.ts';
import { openSandbox } from './testing/sandbox.ts';
import type { SceneParts } from './testing/scene.ts';
import { doing, failureOf, openScene } from './testing/scene.ts';

const runtime = openSandbox();
after(() => runtime.close());

const scene = (bodies: readonly string[], parts: Partial<SceneParts> = {}) =>
  openScene({ runtime, actions: bodies.map(doing), ...parts });

describe('effects', () => {
  it('are performed once, the last word of claims and scopes counting, and the earliest of ends', async () => {
    const run = await scene([
      `api.accessToken.setCustomClaim('https://x.example/a', 1).accessToken.addScope('one');
       api.accessToken.addScope('two'); api.accessToken.removeScope('read:all');
       api.session.setExpiresAt(1790003600500).session.setMetadata('place', 'office').session.setMetadata('old', 'x');
       api.cache.set('k', 'v'); api.refreshToken.setMetadata('device', 'phone');`,
      `api.accessToken.setCustomClaim('https://x.example/a', { b: [2] });
       api.accessToken.removeScope('two').accessToken.addScope('read:all');
       api.session.setExpiresAt(1790000100000); api.session.setExpiresAt(1790009000000);
       api.session.deleteMetadata('old'); api.session.setCookieMode('non-persistent');
       api.idToken.setCustomClaim('cached', api.cache.get('k').value);
       api.refreshToken.evictMetadata().refreshToken.setIdleExpiresAt(1790000200000);`,
    ]).run();
    assert.deepEqual(effectsOf(run), {
      accessTokenClaims: { 'https://x.example/a': { b: [2] } },
      idTokenClaims: { cached: 'v' },
      addedScopes: ['one', 'read:all'],
      removedScopes: ['two'],
      userMetadata: {},
      appMetadata: {},
      session: {
        expiresAt: 1_790_000_100,
        evictMetadata: false,
        metadata: { place: 'office', old: null },
        cookieMode: 'non-persistent',
      },
      refreshToken: { idleExpiresAt: 1_790_000_200, evictMetadata: true, metadata: {} },
      recordedMethods: [],
    });
  });

  it('end the session, or the refresh token where one is exchanged, and deny with it', async () => {
    const ended = await scene([`api.session.revoke('Stolen', { preserveRefreshTokens: true });`]).run();
    assert.equal(ended.state.is, 'denied');
    assert.deepEqual(effectsOf(ended).session.revoke, { reason: 'Stolen', preserveRefreshTokens: true });

    const revoke = `api.refreshToken.revoke('Too old');`;
    const refresh = await scene([revoke], {
      interactive: false,
      transaction: { path: 'refresh', responseType: [] },
    }).run();
    assert.deepEqual([refresh.state.is, effectsOf(refresh).refreshToken.revoke], ['denied', { reason: 'Too old' }]);
    assert.equal(failureOf(await scene([revoke]).run()), 'threw');
  });

  it('T23: refuse seconds where milliseconds are meant', async () => {
    assert.equal(failureOf(await scene(['api.session.setExpiresAt(1790003600);']).run()), 'threw');
  });

  it('T25: leave out restricted claims, with a warning, and take none away', async () => {
    const at = scene([
      `for (const name of ['acr', 'amr', 'auth_time', 'sub', 'scope', 'acrs']) {
         api.idToken.setCustomClaim(name, 'phr'); api.accessToken.setCustomClaim(name, 'phr');
       }`,
    ]);
    const run = await at.run();
    assert.deepEqual([run.state.is, run.effects], ['done', []]);
    assert.equal(at.executions[0]?.outcome.console.length, 12);
  });

  it('of which nothing is left are not kept, nor is any demand twice', async () => {
    const again = `for (let i = 0; i < 100; i += 1) {
      api.idToken.setCustomClaim('x', 'y'.repeat(1000) + i); api.multifactor.enable('any');
      api.session.setExpiresAt(1790000000000 + i * 1000); api.accessToken.addScope('read').accessToken.removeScope('read');
    }`;
    const run = await scene([again, again]).run();
    assert.deepEqual([run.effects.length, run.demands.length], [3, 2]);
    const { idTokenClaims, session, removedScopes } = effectsOf(run);
    assert.deepEqual([Object.keys(idTokenClaims), session.expiresAt, removedScopes], [['x'], 1_790_000_000, ['read']]);
  });

  it('are refused when they are too large all together', async () => {
    const large = (call: string) => `for (let i = 0; i < 40; i += 1) ${call};`;
    const kilobyte = `'x'.repeat(1000)`;
    assert.equal(
      failureOf(await scene([large(`api.user.setAppMetadata('k' + i, ${kilobyte})`)]).run()),
      'invalid_command',
    );
    assert.equal(
      failureOf(await scene([large(`api.transaction.setMetadata('k' + i, ${kilobyte})`)]).run()),
      'invalid_command',
    );
    assert.equal(failureOf(await scene([large(`api.session.setMetadata('k' + i, 1)`)]).run()), 'invalid_command');
    assert.equal((await scene([large(`api.idToken.setCustomClaim('k' + i, ${kilobyte})`)]).run()).state.is, 'done');
  });
});

describe('the protocols', () => {
  it('are Auth0’s words for the ways on which tokens are asked for', async () => {
    const tell = `api.user.setAppMetadata('way', event.transaction.protocol);`;
    const ways = [
      [{ path: 'authorize', responseType: ['code'] }, 'oidc-basic-profile'],
      [{ path: 'authorize', responseType: ['id_token'] }, 'oidc-implicit-profile'],
      [{ path: 'authorize', responseType: ['code', 'id_token'] }, 'oidc-hybrid-profile'],
      [{ path: 'refresh', responseType: [] }, 'oauth2-refresh-token'],
      [{ path: 'device', responseType: [] }, 'oauth2-device-code'],
      [{ path: 'token-exchange', responseType: [] }, 'oauth2-token-exchange'],
      [{ path: 'password', responseType: [] }, 'oauth2-password'],
      [{ path: 'ciba', responseType: [] }, 'oidc-ciba'],
    ] as const;
    for (const [transaction, word] of ways) {
      const run = await scene([tell], { transaction }).run();
      assert.deepEqual(effectsOf(run).appMetadata, { way: word });
    }
  });
});
