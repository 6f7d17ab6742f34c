import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestBrowser } from './testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp, tokenRequest } from './testing/flow.ts';
import { API_SECRET, ROBIN } from './testing/test-config.ts';
import { startTestServer } from './testing/test-server.ts';

test('the story: everyday access by password, a second proof for transfers, a token that is accepted once', async () => {
  const server = await startTestServer();
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  assert.match(login.url, /^\/login\?/);
  const everyday = await browser.signIn(login);
  assert.equal(answerOf(everyday).state, 'state-1');
  assert.equal(answerOf(everyday).iss, 'https://login.fabrikam.example/');
  const tokens = await redeem(server, everyday);
  assert.equal(tokens.status, 200);
  assert.equal(tokens.body.scope, 'openid profile read:accounts offline_access');
  assert.equal(claimsOf(tokens.body.access_token).acr, '1fa');
  server.advance(60);
  const challenge = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
  assert.match(challenge.url, /^\/challenge\?/);
  assert.match(challenge.html, /transfer money/);
  const done = await browser.giveCode(challenge);
  const elevated = await redeem(server, done);
  const claims = claimsOf(elevated.body.access_token);
  assert.equal(claims.acr, 'mfa');
  assert.deepEqual(claims.amr, ['mfa', 'otp', 'pwd']);
  assert.equal(claims.single_use, true);
  assert.equal(claims.sub, ROBIN.id);
  const consume = async (): Promise<unknown> => {
    const authorization = `Basic ${Buffer.from(`accounts-api:${API_SECRET}`).toString('base64')}`;
    const response = await server.send('/oauth/consume', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: String(elevated.body.access_token) }).toString(),
    });
    return response.json();
  };
  assert.deepEqual(await consume(), { consumed: true });
  assert.deepEqual(await consume(), { consumed: false });
  await server.close();
});

test('a refresh keeps what was proven and leaves out what may be used once', async () => {
  const server = await startTestServer();
  const { stop } = await signInAndStepUp(server, { scope: 'openid read:accounts transfer:funds offline_access' });
  const first = await redeem(server, stop);
  server.advance(3600);
  const second = await tokenRequest(server, {
    grant_type: 'refresh_token',
    refresh_token: String(first.body.refresh_token),
  });
  assert.equal(second.status, 200);
  assert.equal(second.body.scope, 'openid read:accounts offline_access');
  const [before, after] = [claimsOf(first.body.access_token), claimsOf(second.body.access_token)];
  assert.deepEqual([after.acr, after.auth_time, after.amr], [before.acr, before.auth_time, before.amr]);
  await server.close();
});
