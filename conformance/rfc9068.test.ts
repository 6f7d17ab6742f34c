/** RFC 9068, JWT Profile for Access Tokens; that other people's libraries accept them is in `express-oauth2-jwt-bearer.test.ts`. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startApi } from './api.ts';
import { startAuthorizationServer } from './authorization-server.ts';
import { ACCOUNTS, NIGHTLY_SECRET, REPORTS } from './fabrikam.ts';
import { basic, claimsOf, getJson, headerOf, tokenRequest, tokensFor } from './flow.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben'] });
const api = await startApi(server);
after(async () => {
  await api.close();
  await server.close();
});

describe('RFC 9068, section 2: the token', () => {
  it('2.1: its header has typ at+jwt, an asymmetric algorithm and the name of a published key', async () => {
    const { access_token } = await tokensFor(server, 'ada');
    const { typ, alg, kid } = headerOf(access_token);
    assert.deepEqual([typ, alg], ['at+jwt', 'RS256']);
    const { body } = await getJson(server.at('.well-known/jwks.json'));
    assert.ok(JSON.stringify(body).includes(`"kid":"${String(kid)}"`));
  });

  it('2.2: it has every claim that is required', async () => {
    const before = server.now();
    const { access_token, expires_in } = await tokensFor(server, 'ada');
    const claims = claimsOf(access_token);
    assert.deepEqual([claims.iss, claims.sub, claims.client_id], [server.issuer, 'user_ada', 'web']);
    assert.ok([claims.aud].flat().includes(ACCOUNTS));
    assert.ok(typeof claims.jti === 'string' && claims.jti.length >= 16);
    const [issuedAt, expiresAt] = [Number(claims.iat), Number(claims.exp)];
    assert.ok(issuedAt >= before && issuedAt <= server.now());
    assert.equal(expiresAt - issuedAt, Number(expires_in));
  });

  it('2.2.1: it says how and when the person was authenticated', async () => {
    const { access_token, id_token } = await tokensFor(server, 'ben', { acr_values: 'mfa' });
    const [access, id] = [claimsOf(access_token), claimsOf(id_token)];
    assert.deepEqual([access.acr, access.amr], ['mfa', ['mfa', 'otp', 'pwd']]);
    assert.deepEqual([access.acr, access.amr, access.auth_time], [id.acr, id.amr, id.auth_time]);
  });

  it('2.2.1: which stays as it was in every token that follows from the authorization', async () => {
    const first = await tokensFor(server, 'ada', { scope: 'openid read:accounts offline_access' });
    server.advance(60);
    const fields = { grant_type: 'refresh_token', refresh_token: first.refresh_token };
    const { body } = await tokenRequest(server, fields);
    const [old, fresh] = [claimsOf(first.access_token), claimsOf(String(body.access_token))];
    assert.ok(Number(fresh.iat) >= Number(old.iat) + 60);
    assert.deepEqual([fresh.acr, fresh.amr, fresh.auth_time], [old.acr, old.amr, old.auth_time]);
  });

  it('2.2.3: its scope is the one of the answer', async () => {
    const { access_token, scope } = await tokensFor(server, 'ada');
    assert.equal(claimsOf(access_token).scope, scope);
  });

  it('3: the subject of a client alone is the client, and nothing is said of a person', async () => {
    const fields = { grant_type: 'client_credentials', audience: REPORTS };
    const { body } = await tokenRequest(server, fields, basic('nightly', NIGHTLY_SECRET));
    const claims = claimsOf(String(body.access_token));
    assert.deepEqual([claims.sub, claims.client_id, claims.aud], ['nightly', 'nightly', REPORTS]);
    for (const name of ['acr', 'amr', 'auth_time', 'sid']) assert.ok(!(name in claims), name);
  });

  it('6: it tells an API nothing about the person that the API does not need', async () => {
    const { access_token } = await tokensFor(server, 'ada', { scope: 'openid profile email read:accounts' });
    for (const name of ['name', 'email', 'email_verified']) assert.ok(!(name in claimsOf(access_token)), name);
  });
});

describe('RFC 9068, section 4: an API behind @stile/resource-server', () => {
  const call = async (token: string | undefined): Promise<number> => {
    const response = await fetch(`${api.origin}/accounts`, { headers: { authorization: `Bearer ${token}` } });
    await response.body?.cancel();
    return response.status;
  };

  it('takes an access token that is for it', async () => {
    assert.equal(await call((await tokensFor(server, 'ada')).access_token), 200);
  });

  it('refuses an ID token, a token for another API, and one by another key', async () => {
    const { id_token, access_token = '' } = await tokensFor(server, 'ada');
    assert.equal(await call(id_token), 401);
    const reports = await tokensFor(server, 'ada', { audience: REPORTS, scope: 'read:reports' });
    assert.equal(await call(reports.access_token), 401);
    const [, claims] = access_token.split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    assert.equal(await call(`${header}.${claims}.`), 401);
  });
});
