import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuthorizationServer } from '../testing/authorization-server.ts';
import { appUrl, audience, createSetting } from '../testing/client.ts';
import { code } from '../testing/errors.ts';
import { openTab } from '../testing/page.ts';
import { memoryStorage } from '../token-store.ts';
import type { LockManagerLike } from './everyday-session.ts';

const elevated = {
  accessToken: 'e',
  expiresAt: 2_000_000,
  audience,
  scope: [],
  acr: 'mfa',
  authTime: 1_000_000,
  singleUse: false,
};

describe('the everyday token', () => {
  it('is used until shortly before it expires, then refreshed with rotation', async () => {
    const { loggedIn, clock, server } = createSetting();
    const { client } = await loggedIn();
    const first = await client.getToken();
    clock.now += 269;
    assert.equal(await client.getToken(), first);
    clock.now += 1;
    const second = await client.getToken();
    assert.notEqual(second, first);
    clock.now += 300;
    assert.notEqual(await client.getToken(), second);
    const refreshes = server.tokenRequests.filter((form) => form.grant_type === 'refresh_token');
    assert.equal(new Set(refreshes.map((form) => form.refresh_token)).size, 2);
    assert.deepEqual(
      refreshes.map((form) => [form.scope, form.acr_values]),
      [
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });

  it('is refreshed once for any number of callers', async () => {
    const { loggedIn, clock, server } = createSetting();
    const { client } = await loggedIn();
    clock.now += 300;
    const tokens = await Promise.all(Array.from({ length: 5 }, () => client.getToken()));
    assert.equal(new Set(tokens).size, 1);
    assert.equal(server.tokenRequests.length, 2);
  });

  it('is refreshed once across tabs that share their storage and have locks', async () => {
    const shared = memoryStorage();
    const server = createAuthorizationServer(() => 1_000_000);
    const locks = serialLocks();
    const open = () => createSetting({ server, tab: openTab((input, init) => server.fetch(input, init), { locks }) });
    const [one, two] = [open(), open()];
    const options = { tokenStorage: shared };
    const first = await one.loggedIn(options);
    one.clock.now += 300;
    two.clock.now += 300;
    const second = two.load(appUrl, options);
    const [a, b] = await Promise.all([first.client.getToken(), second.client.getToken()]);
    assert.equal(a, b);
    assert.equal(server.tokenRequests.filter((form) => form.grant_type === 'refresh_token').length, 1);
  });

  it('T21: ends with the session, and takes the elevation along', async () => {
    const { loggedIn, clock, server } = createSetting();
    const { client } = await loggedIn();
    client.tokens.saveElevated(elevated);
    server.endSession();
    clock.now += 300;
    await assert.rejects(client.getToken(), code('login_required'));
    assert.equal(client.tokens.takeElevated({ audience }), undefined);
    assert.equal(client.tokens.everyday(audience), undefined);
  });

  it('survives a server that cannot be reached', async () => {
    const { loggedIn, clock, server } = createSetting();
    const { client } = await loggedIn();
    clock.now += 300;
    server.beforeAnswer = () => Promise.reject(new TypeError('offline'));
    await assert.rejects(client.getToken(), code('server_unusable'));
    server.beforeAnswer = () => undefined;
    assert.ok(await client.getToken());
  });

  it('T27: is narrowed without complaint when the server grants less', async () => {
    const { load, comeBack, clock } = createSetting();
    const first = load();
    await first.client.loginWithRedirect();
    const { client } = comeBack(first.page, { scope: 'openid offline_access' });
    await client.handleRedirectCallback();
    clock.now += 300;
    await client.getToken();
    assert.deepEqual(client.tokens.everyday(audience)?.scope, ['openid', 'offline_access']);
  });

  it('is not there without a login, nor after it expired without a refresh token', async () => {
    const { load, loggedIn, clock } = createSetting();
    await assert.rejects(load().client.getToken(), code('login_required'));
    const { client } = await loggedIn({ scope: ['read:accounts'] });
    clock.now += 300;
    await assert.rejects(client.getToken(), code('login_required'));
  });

  it('T10: is not taken from an ID token of somebody else', async () => {
    const { loggedIn, clock, tab } = createSetting();
    const { client } = await loggedIn();
    const key = `stile:spa:everyday:${audience}`;
    tab.sessionStorage.setItem(
      key,
      (tab.sessionStorage.getItem(key) ?? '').replace('"subject":"alice"', '"subject":"bob"'),
    );
    clock.now += 300;
    await assert.rejects(client.getToken(), code('different_user'));
  });

  it('T21: does not come back from a logout through a late answer', async () => {
    const { loggedIn, clock, server } = createSetting();
    const { client } = await loggedIn();
    clock.now += 300;
    server.beforeAnswer = () => client.tokens.clear();
    await assert.rejects(client.getToken(), code('login_required'));
    assert.equal(client.tokens.everyday(audience), undefined);
  });
});

describe('a logout', () => {
  it('T21: forgets every token, revokes the refresh token and ends the session at the server', async () => {
    const { loggedIn, server, tab } = createSetting();
    const { client, page } = await loggedIn();
    client.tokens.saveElevated(elevated);
    const held = client.tokens.everyday(audience);
    await client.stepUpWithRedirect({ maxAgeSeconds: 1 });
    await client.logout({ returnTo: 'https://app.example/bye' });
    await assert.rejects(client.getToken(), code('login_required'));
    assert.equal(client.tokens.takeElevated({ audience }), undefined);
    assert.equal(tab.sessionStorage.getItem(`stile:spa:${audience}:transaction`), null);
    assert.deepEqual(server.revoked, [held?.refreshToken]);
    const url = new URL(page.left.at(-1) ?? '');
    assert.equal(url.pathname, '/oidc/logout');
    assert.equal(url.searchParams.get('post_logout_redirect_uri'), 'https://app.example/bye');
    assert.equal(url.searchParams.get('id_token_hint'), held?.idToken);
  });

  it('forgets the tokens even when the server cannot be reached', async () => {
    const { loggedIn, server, load, tab } = createSetting();
    await loggedIn();
    const { client } = load();
    server.metadata.issuer = 'https://elsewhere.example/';
    await assert.rejects(client.logout(), code('server_unusable'));
    assert.equal(tab.sessionStorage.getItem(`stile:spa:everyday:${audience}`), null);
  });

  it('T21: is not needed for the elevation of one user to end when another logs in', async () => {
    const { loggedIn, server } = createSetting();
    const { client, page } = await loggedIn();
    client.tokens.saveElevated(elevated);
    await client.loginWithRedirect();
    const response = server.authorize(page.left.at(-1) ?? '', { sub: 'bob' });
    page.location.href = `${appUrl}callback?${response.toString()}`;
    await client.handleRedirectCallback();
    assert.equal(client.tokens.takeElevated({ audience }), undefined);
    assert.equal(client.tokens.everyday(audience)?.subject, 'bob');
  });
});

function serialLocks(): LockManagerLike {
  let last: Promise<unknown> = Promise.resolve();
  return {
    request(_name, work) {
      const turn = last.then(() => work());
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
