/** RFC 7662, Token Introspection, with the members that RFC 9470, section 6.2 adds. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { ACCOUNTS, API_SECRET, NIGHTLY_SECRET, REPORTS, WEB_SECRET } from './fabrikam.ts';
import { basic, claimsOf, post, tokensFor } from './flow.ts';
import { UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben'] });
after(() => server.close());

const asApi = basic('accounts-api', API_SECRET);

const introspect = (token: string | undefined, headers: Readonly<Record<string, string>> = asApi, more = {}) =>
  post(server.at('oauth/introspect'), { token, ...more }, headers);

describe('RFC 7662, section 2.1: who may ask', () => {
  it('nobody without credentials, nor with wrong ones', async () => {
    const { access_token } = await tokensFor(server, 'ada');
    for (const headers of [{}, basic('accounts-api', 'wrong'), { authorization: `Bearer ${access_token}` }]) {
      const { status, body } = await introspect(access_token, headers);
      assert.deepEqual([status, body.error], [401, 'invalid_client']);
    }
  });

  it('no public client, which anybody could claim to be', async () => {
    const { access_token } = await tokensFor(server, 'ada');
    const { status, body } = await introspect(access_token, {}, { client_id: 'native' });
    assert.deepEqual([status, body.error], [401, 'invalid_client']);
  });

  it('by POST alone, so that no token stands in an address', async () => {
    assert.equal((await fetch(server.at('oauth/introspect?token=a'), { headers: asApi })).status, 405);
  });

  it('a request without a token is invalid_request', async () => {
    assert.deepEqual((await introspect(undefined)).body.error, 'invalid_request');
  });
});

describe('RFC 7662, section 2.2: what is told', () => {
  it('an API is told what the token says, with acr and auth_time (RFC 9470, section 6.2)', async () => {
    const { access_token } = await tokensFor(server, 'ben', { acr_values: 'mfa' });
    const { status, headers, body } = await introspect(access_token);
    const claims = claimsOf(access_token);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual(
      [body.active, body.iss, body.sub, body.client_id, body.scope, body.token_type],
      [true, server.issuer, 'user_ben', 'web', 'openid read:accounts', 'Bearer'],
    );
    assert.deepEqual([body.exp, body.iat, body.jti, body.aud], [claims.exp, claims.iat, claims.jti, claims.aud]);
    assert.deepEqual([body.acr, body.auth_time], ['mfa', claims.auth_time]);
  });

  it('the client is told about its own tokens, the refresh token too', async () => {
    const asWeb = basic('web', WEB_SECRET);
    const { access_token, refresh_token } = await tokensFor(server, 'ada', { scope: 'openid offline_access' });
    assert.equal((await introspect(access_token, asWeb)).body.active, true);
    const { body } = await introspect(refresh_token, asWeb, { token_type_hint: 'access_token' });
    assert.deepEqual([body.active, body.client_id, body.acr], [true, 'web', '1fa']);
    assert.equal(body.token_type, undefined);
  });

  it('everybody else is told the least: inactive, and nothing more', async () => {
    const { access_token, refresh_token } = await tokensFor(server, 'ada', {
      audience: REPORTS,
      scope: 'openid read:reports offline_access',
    });
    const { access_token: ofAccounts } = await tokensFor(server, 'ada', { audience: ACCOUNTS });
    assert.deepEqual((await introspect(access_token)).body, { active: false });
    assert.deepEqual((await introspect(refresh_token)).body, { active: false });
    assert.deepEqual((await introspect(ofAccounts, basic('nightly', NIGHTLY_SECRET))).body, { active: false });
  });

  it('no reason is given for a token that is unknown, forged, of another kind or expired', async () => {
    const { access_token = '', id_token } = await tokensFor(server, 'ada');
    for (const token of ['unknown', `${access_token.slice(0, -4)}AAAA`, id_token]) {
      assert.deepEqual((await introspect(token)).body, { active: false });
    }
    server.advance(900);
    assert.deepEqual((await introspect(access_token)).body, { active: false });
  });

  it('T21: a token that was granted without offline_access ends with the session', async () => {
    const agent = new UserAgent(server.issuer);
    const { access_token } = await tokensFor(server, 'ada', {}, agent);
    assert.equal((await introspect(access_token)).body.active, true);
    await agent.open('/v2/logout');
    assert.deepEqual((await introspect(access_token)).body, { active: false });
  });
});
