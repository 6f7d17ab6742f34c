/**
 * Apache with `mod_oauth2` 3.3.1, as Debian 12 packages it, as the resource server: it verifies access tokens by the
 * published keys, or asks at the introspection endpoint. What it leaves to whoever configures it:
 *
 * - It does not look at `aud` and does not tell a JWT that is an access token from another. `Require oauth2_claim` must name
 *   issuer and audience; an ID token, which has another audience, is refused by that.
 * - Debian's build knows no patterns in `Require oauth2_claim`, and a scope is one word of several. `Require expr` finds it.
 * - It does not say what is missing (RFC 9470): its 401 has no challenge. `Header` adds one.
 * - It has no way to hold `auth_time` against a clock. It need not: a token with a scope that demands a fresh proof ends
 *   when the proof lapses, and is refreshed without that scope. So demand the scope.
 * - What was verified once counts from a cache, for all of Apache, and an outer Location's way of verifying is tried too.
 *   `expiry=0` keeps nothing; Locations that introspect stand alone.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { stepUpChallengeOf } from '@stile/core';
import { startApache } from '../apache/apache-server.ts';
import { startApplication } from '../apache/application.ts';
import { onFreePort, startAuthorizationServer } from '../authorization-server.ts';
import { ACCOUNTS, API_SECRET, NIGHTLY_SECRET, REPORTS, WEB_SECRET } from '../fabrikam.ts';
import { basic, claimsOf, post, tokenRequest, tokensFor } from '../flow.ts';

const HOUR = 3600;

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'],
  behindSeconds: HOUR,
});
const closing = 'openid offline_access read:accounts close:account';
/** Issued an hour ago, for a quarter of an hour. */
const expired = await tokensFor(server, 'ada');
server.advance(HOUR - 400);
/** Issued with a proof that has lapsed since. */
const lapsed = await tokensFor(server, 'ben', { scope: closing });
server.advance(200);
/** Issued minutes ago, with a proof that still holds. */
const standing = await tokensFor(server, 'ada', { scope: closing });
server.advance(200);

const configuration = (application: string): string => `
ProxyPass / ${application}/

<Location "/accounts">
  AuthType oauth2
  OAuth2TokenVerify jwks_uri ${server.at('.well-known/jwks.json')} "verify.exp=required&expiry=0"
  <RequireAll>
    Require oauth2_claim iss:${server.issuer}
    Require oauth2_claim aud:${ACCOUNTS}
    Require expr "-z %{REMOTE_USER} || reqenv('OAUTH2_CLAIM_scope') =~ m#(^| )read:accounts( |$)#"
  </RequireAll>
</Location>

# A scope that Stile gives out for a fresh second proof alone, and that proof seen in the token.
<Location "/accounts/closed">
  <RequireAll>
    Require oauth2_claim iss:${server.issuer}
    Require oauth2_claim aud:${ACCOUNTS}
    Require oauth2_claim acr:mfa
    Require expr "-z %{REMOTE_USER} || reqenv('OAUTH2_CLAIM_scope') =~ m#(^| )close:account( |$)#"
  </RequireAll>
  Header always set WWW-Authenticate \
    'Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="300", scope="close:account"' \
    "expr=-n reqenv('OAUTH2_CLAIM_sub') && %{REQUEST_STATUS} == 401"
</Location>

<Location "/introspected">
  AuthType oauth2
  OAuth2TokenVerify introspect ${server.at('oauth/introspect')} \
    "introspect.auth=client_secret_basic&client_id=accounts-api&client_secret=${API_SECRET}&expiry=0"
  <RequireAll>
    Require oauth2_claim aud:${ACCOUNTS}
    Require oauth2_claim acr:mfa
  </RequireAll>
</Location>
`;

const application = await startApplication();
const { apache, origin } = await onFreePort(async (port) => ({
  apache: await startApache(port, ['oauth2'], configuration(application.origin)),
  origin: `http://127.0.0.1:${port}`,
}));
after(() => Promise.all([apache.close(), server.close(), application.close()]));

const call = (path: string, token?: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${origin}${path}`, {
    headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });

const statusOf = async (path: string, token?: string): Promise<number> => {
  const response = await call(path, token);
  await response.body?.cancel();
  return response.status;
};

const challengeOf = async (path: string, token?: string) => {
  const response = await call(path, token);
  await response.body?.cancel();
  return { status: response.status, header: response.headers.get('www-authenticate') };
};

const refreshed = (refreshToken: string | undefined) =>
  tokenRequest(server, { grant_type: 'refresh_token', refresh_token: refreshToken });

describe('mod_oauth2', () => {
  it('sign in: takes an access token of Stile, and tells the application whose it is', async () => {
    const { access_token: token } = await tokensFor(server, 'cleo');
    const response = await call('/accounts', token, { oauth2_claim_acr: 'mfa' });
    assert.equal(response.status, 200);
    const headers: Record<string, string> = await response.json();
    assert.equal(headers.oauth2_claim_sub, 'user_cleo');
    assert.equal(headers.oauth2_claim_acr, '1fa');
  });

  it('sign in: still takes a token that was issued minutes ago', async () => {
    assert.equal(await statusOf('/accounts', standing.access_token), 200);
    assert.equal(await statusOf('/accounts/closed', standing.access_token), 200);
  });

  it('step up: refuses a token without the proof in the words of RFC 9470, and takes one with it', async () => {
    const before = await tokensFor(server, 'dan');
    const { status, header } = await challengeOf('/accounts/closed', before.access_token);
    assert.equal(status, 401);
    const demand = stepUpChallengeOf(header);
    assert.deepEqual(demand?.acrValues, ['mfa']);
    const later = await tokensFor(server, 'dan', {
      acr_values: 'mfa',
      max_age: '300',
      scope: 'openid read:accounts close:account',
    });
    assert.equal(claimsOf(later.access_token).acr, 'mfa');
    assert.equal(await statusOf('/accounts/closed', later.access_token), 200);
  });

  it('step up: refuses a token with the proof and without the scope', async () => {
    const { access_token: token } = await tokensFor(server, 'eve', {
      acr_values: 'mfa',
      scope: 'openid read:accounts',
    });
    assert.equal(await statusOf('/accounts', token), 200);
    assert.equal(await statusOf('/accounts/closed', token), 401);
  });

  it('step up: by introspection too', async () => {
    const before = await tokensFor(server, 'cleo');
    assert.equal(await statusOf('/introspected', before.access_token), 401);
    const later = await tokensFor(server, 'cleo', { acr_values: 'mfa' });
    assert.equal(await statusOf('/introspected', later.access_token), 200);
  });

  it('refresh: takes the new token, from which the scope is gone once its proof has lapsed', async () => {
    assert.equal(await statusOf('/accounts/closed', lapsed.access_token), 401);
    const { status, body } = await refreshed(lapsed.refresh_token);
    assert.equal(status, 200);
    const token = String(body.access_token);
    assert.deepEqual(
      [claimsOf(token).acr, claimsOf(token).auth_time],
      ['mfa', claimsOf(lapsed.access_token).auth_time],
    );
    assert.equal(await statusOf('/accounts', token), 200);
    assert.equal(await statusOf('/accounts/closed', token), 401);
  });

  it('sign out: a revoked token is refused where Apache asks', async () => {
    const { access_token: token = '' } = await tokensFor(server, 'finn', { acr_values: 'mfa' });
    assert.equal(await statusOf('/introspected', token), 200);
    assert.equal((await post(server.at('oauth/revoke'), { token }, basic('web', WEB_SECRET))).status, 200);
    assert.equal(await statusOf('/introspected', token), 401);
  });

  it('failure: refuses a call without a token, and one with something else', async () => {
    assert.match((await challengeOf('/accounts')).header ?? '', /^Bearer error="invalid_request"/);
    assert.match((await challengeOf('/accounts/closed', 'rubbish')).header ?? '', /^Bearer error="invalid_token"/);
  });

  it('failure: refuses an expired token', async () => {
    for (const path of ['/accounts', '/introspected']) {
      const { status, header } = await challengeOf(path, expired.access_token);
      assert.equal(status, 401);
      assert.match(header ?? '', /error="invalid_token"/);
    }
  });

  it('failure: refuses a token for another API', async () => {
    const { body } = await tokenRequest(
      server,
      { grant_type: 'client_credentials', audience: REPORTS, scope: 'read:reports' },
      basic('nightly', NIGHTLY_SECRET),
    );
    for (const path of ['/accounts', '/introspected'])
      assert.equal(await statusOf(path, String(body.access_token)), 401);
  });

  it('failure: refuses an ID token', async () => {
    const { id_token: token } = await tokensFor(server, 'cleo');
    for (const path of ['/accounts', '/accounts/closed', '/introspected'])
      assert.equal(await statusOf(path, token), 401);
  });

  it('failure: refuses a token that was changed after it was signed', async () => {
    const { access_token: token = '' } = await tokensFor(server, 'cleo');
    const [header, , signature] = token.split('.');
    const raised = Buffer.from(JSON.stringify({ ...claimsOf(token), acr: 'mfa' })).toString('base64url');
    assert.equal(await statusOf('/accounts', `${header}.${raised}.${signature}`), 401);
  });
});
