/** RFC 7009, Token Revocation. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { API_SECRET, BUDGET_SECRET, WEB_SECRET } from './fabrikam.ts';
import { basic, post, tokenRequest, tokensFor } from './flow.ts';

const server = await startAuthorizationServer({ people: ['ada'] });
after(() => server.close());

const asWeb = basic('web', WEB_SECRET);

const revoke = (token: string | undefined, more = {}, headers: Readonly<Record<string, string>> = asWeb) =>
  post(server.at('oauth/revoke'), { token, ...more }, headers);

const tokens = () => tokensFor(server, 'ada', { scope: 'openid read:accounts offline_access' });

const isActive = async (token: string | undefined): Promise<unknown> => {
  const answer = await post(server.at('oauth/introspect'), { token }, basic('accounts-api', API_SECRET));
  return answer.body.active;
};

const refreshes = async (refresh_token: string | undefined): Promise<boolean> =>
  (await tokenRequest(server, { grant_type: 'refresh_token', refresh_token })).status === 200;

describe('RFC 7009, section 2: revocation', () => {
  it('2.1: an access token that is revoked is good for nothing; its refresh token stays', async () => {
    const { access_token, refresh_token } = await tokens();
    assert.equal(await isActive(access_token), true);
    const { status, headers, body } = await revoke(access_token);
    assert.deepEqual([status, body], [200, {}]);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(await isActive(access_token), false);
    const userinfo = await fetch(server.at('userinfo'), { headers: { authorization: `Bearer ${access_token}` } });
    assert.equal(userinfo.status, 401);
    assert.equal(await refreshes(refresh_token), true);
  });

  it('2.1: a refresh token that is revoked takes every token of its grant along', async () => {
    const { access_token, refresh_token } = await tokens();
    assert.equal((await revoke(refresh_token)).status, 200);
    assert.equal(await isActive(access_token), false);
    assert.equal(await refreshes(refresh_token), false);
  });

  it('2.1: a hint is a hint: a wrong or unknown one changes nothing', async () => {
    for (const token_type_hint of ['access_token', 'refresh_token', 'pct']) {
      const { refresh_token } = await tokens();
      assert.equal((await revoke(refresh_token, { token_type_hint })).status, 200);
      assert.equal(await refreshes(refresh_token), false);
    }
  });

  it('2.2: a token that is unknown, malformed or revoked already is answered with 200', async () => {
    const { refresh_token } = await tokens();
    for (const token of ['unknown', 'a.b.c', refresh_token, refresh_token]) {
      assert.equal((await revoke(token)).status, 200);
    }
  });

  it('2.1: a token of another client is left alone', async () => {
    const { access_token, refresh_token } = await tokens();
    for (const token of [access_token, refresh_token]) {
      assert.equal((await revoke(token, {}, basic('budget', BUDGET_SECRET))).status, 200);
      assert.equal((await revoke(token, { client_id: 'native' }, {})).status, 200);
    }
    assert.equal(await isActive(access_token), true);
    assert.equal(await refreshes(refresh_token), true);
  });

  it('2.1: a client that does not authenticate is refused, and nothing is revoked', async () => {
    const { refresh_token } = await tokens();
    for (const headers of [basic('web', 'wrong'), {}]) {
      const { status, body } = await revoke(refresh_token, {}, headers);
      assert.deepEqual([status, body.error], [401, 'invalid_client']);
    }
    assert.equal(await refreshes(refresh_token), true);
  });

  it('2.1: a request without a token, or with two, is invalid_request', async () => {
    assert.equal((await revoke(undefined)).body.error, 'invalid_request');
    const answer = await post(server.at('oauth/revoke'), { token: ['a', 'b'] }, asWeb);
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_request']);
  });

  it('2: by POST alone', async () => {
    assert.equal((await fetch(server.at('oauth/revoke?token=a'))).status, 405);
  });
});
