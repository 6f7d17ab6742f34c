/**
 * Apache with `mod_auth_openidc` 2.4.12, as Debian 12 packages it, in front of an application that knows nothing of OpenID
 * Connect. What it cannot do by itself: hold a proof against a clock. `Require claim` compares values alone, so a proof that
 * was fresh when Apache asked for it counts for as long as Apache's own session does; `OIDCSessionMaxDuration` bounds that.
 *
 * And it takes an error with `iss` (RFC 9207, section 2) for an invitation to sign in (OpenID Connect Core 1.0, section 4):
 * it does not show the error, but signs in once more without the level, and goes to `OIDCDefaultURL`. That must be a page
 * that demands no level, or it would go round in circles.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { startApache } from '../apache/apache-server.ts';
import { startApplication } from '../apache/application.ts';
import { onFreePort, startAuthorizationServer } from '../authorization-server.ts';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { ACCOUNTS, WEB_SECRET } from '../fabrikam.ts';
import { basic, claimsOf, tokenRequest } from '../flow.ts';

const CLIENT_ID = 'apache';

const configuration = (origin: string, issuer: string, application: string): string => `
OIDCProviderMetadataURL ${issuer}.well-known/openid-configuration
OIDCClientID ${CLIENT_ID}
OIDCClientSecret "${WEB_SECRET.replaceAll('"', '\\"')}"
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI ${origin}/oidc/callback
OIDCCryptoPassphrase "a passphrase of this Apache alone"
OIDCScope "openid profile email offline_access read:accounts"
OIDCAuthRequestParams audience=${encodeURIComponent(ACCOUNTS)}
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
OIDCPassRefreshToken On
OIDCDefaultURL ${origin}/public/refused

ProxyPass /oidc/ !
ProxyPass / ${application}/

<Location "/">
  AuthType openid-connect
  Require valid-user
</Location>
<Location "/public">
  AuthType None
  Require all granted
</Location>
# A second proof, of the last five minutes when it is asked for.
<Location "/transfers">
  Require claim acr:mfa
  OIDCUnAutzAction auth
  OIDCPathAuthRequestParams acr_values=mfa&max_age=300
</Location>
# A level that nobody here can reach.
<Location "/vault">
  Require claim acr:phrh
  OIDCUnAutzAction auth
  OIDCPathAuthRequestParams acr_values=phrh
</Location>
# Every access token is closer to its end than this, so each request brings a new one.
<Location "/refreshed">
  OIDCRefreshAccessTokenBeforeExpiry 86400 logout_on_error
</Location>
`;

const application = await startApplication();
const { server, apache, origin } = await onFreePort(async (port) => {
  const at = `http://127.0.0.1:${port}`;
  const authorizationServer = await startAuthorizationServer({
    people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gus'],
    clients: [
      {
        id: CLIENT_ID,
        name: 'An application behind Apache',
        authentication: ['client_secret_basic'],
        secret: WEB_SECRET,
        redirectUris: [`${at}/oidc/callback`],
        postLogoutRedirectUris: [`${at}/public/signed-out`],
        firstParty: true,
        apis: { [ACCOUNTS]: ['read:accounts'] },
      },
    ],
  });
  try {
    const text = configuration(at, authorizationServer.issuer, application.origin);
    return { server: authorizationServer, apache: await startApache(port, ['auth_openidc'], text), origin: at };
  } catch (error) {
    await authorizationServer.close();
    throw error;
  }
});
const browser = await launchChromium();
after(async () => {
  await browser.close();
  await Promise.all([apache.close(), server.close(), application.close()]);
});

/** What the application was told about whoever calls. */
const told = async (page: Page): Promise<Readonly<Record<string, string>>> =>
  JSON.parse((await page.textContent('body')) ?? '');

/** Somebody in a new browser who has signed in through Apache. */
const signedIn = async (username: string): Promise<Page> => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${origin}/private`);
  await giveUsernameAndPassword(page, server.person(username));
  await page.waitForURL(`${origin}/private`);
  return page;
};

/** The errors that the authorization server sent a browser back with. */
const errorsSeen = (page: Page): string[] => {
  const errors: string[] = [];
  page.on('request', (request) => {
    const error = new URL(request.url()).searchParams.get('error');
    if (request.url().startsWith(`${origin}/oidc/callback?`) && error !== null) errors.push(error);
  });
  return errors;
};

const refreshed = (refreshToken: string) =>
  tokenRequest(server, { grant_type: 'refresh_token', refresh_token: refreshToken }, basic(CLIENT_ID, WEB_SECRET));

describe('mod_auth_openidc', () => {
  it('sign in: the application is told who called, and what the ID token and userinfo say', async () => {
    const headers = await told(await signedIn('ada'));
    assert.equal(headers.oidc_claim_sub, 'user_ada');
    assert.equal(headers.oidc_claim_email, 'ada@fabrikam.example');
    assert.equal(headers.oidc_claim_acr, '1fa');
    assert.equal(headers.oidc_claim_amr, 'pwd');
    assert.deepEqual(claimsOf(headers.oidc_access_token).aud, [ACCOUNTS, server.at('userinfo')]);
  });

  it('sign in: claims that a caller writes into headers are taken off', async () => {
    const page = await signedIn('ada');
    await page.setExtraHTTPHeaders({ oidc_claim_acr: 'mfa', oidc_claim_sub: 'user_ben' });
    await page.goto(`${origin}/private`);
    const headers = await told(page);
    assert.deepEqual([headers.oidc_claim_sub, headers.oidc_claim_acr], ['user_ada', '1fa']);
  });

  it('step up: Require claim acr:mfa asks for the code alone, and lets in whoever gave it', async () => {
    const page = await signedIn('ben');
    await page.goto(`${origin}/transfers`);
    await page.waitForURL(`${server.issuer}challenge?**`);
    await giveCode(page, server.person('ben'));
    await page.waitForURL(`${origin}/transfers`);
    const headers = await told(page);
    assert.deepEqual([headers.oidc_claim_sub, headers.oidc_claim_acr], ['user_ben', 'mfa']);
    assert.equal(headers.oidc_claim_amr, 'mfa,otp,pwd');
    assert.equal(claimsOf(headers.oidc_access_token).acr, 'mfa');
    await page.goto(`${origin}/transfers`);
    assert.equal((await told(page)).oidc_claim_acr, 'mfa');
  });

  it('step up: whoever cancels gets no further, and is signed in as before', async () => {
    const page = await signedIn('cleo');
    const errors = errorsSeen(page);
    await page.goto(`${origin}/transfers`);
    await page.waitForURL(`${server.issuer}challenge?**`);
    await page.click('button[name=cancel]');
    await page.waitForURL(`${origin}/public/refused`);
    assert.deepEqual(errors, ['access_denied']);
    await page.goto(`${origin}/private`);
    assert.equal((await told(page)).oidc_claim_acr, '1fa');
  });

  it('refresh: before an access token ends Apache fetches another, with the proofs that the first one had', async () => {
    const page = await signedIn('dan');
    await page.goto(`${origin}/transfers`);
    await page.waitForURL(`${server.issuer}challenge?**`);
    await giveCode(page, server.person('dan'));
    await page.waitForURL(`${origin}/transfers`);
    const before = await told(page);
    await page.goto(`${origin}/refreshed`);
    await page.goto(`${origin}/private`);
    const later = await told(page);
    assert.notEqual(later.oidc_access_token, before.oidc_access_token);
    assert.notEqual(later.oidc_refresh_token, before.oidc_refresh_token);
    const [first, second] = [claimsOf(before.oidc_access_token), claimsOf(later.oidc_access_token)];
    assert.notEqual(second.jti, first.jti);
    for (const claim of ['sub', 'acr', 'amr', 'auth_time', 'scope']) assert.deepEqual(second[claim], first[claim]);
  });

  it('refresh: the hook brings a new access token to whoever shows the old one', async () => {
    const page = await signedIn('eve');
    const { oidc_access_token: before = '' } = await told(page);
    const hook = new URL(`${origin}/oidc/callback`);
    hook.search = new URLSearchParams({ refresh: `${origin}/private`, access_token: before }).toString();
    await page.goto(hook.href);
    assert.equal(page.url(), `${origin}/private`);
    assert.notEqual((await told(page)).oidc_access_token, before);
  });

  it('sign out: Apache ends its session, that at the authorization server, and the tokens', async () => {
    const page = await signedIn('finn');
    const { oidc_refresh_token: refreshToken = '' } = await told(page);
    const goodbye = `${origin}/public/signed-out`;
    await page.goto(`${origin}/oidc/callback?logout=${encodeURIComponent(goodbye)}`);
    assert.equal(page.url(), goodbye);
    const { status, body } = await refreshed(refreshToken);
    assert.deepEqual([status, body.error], [400, 'invalid_grant']);
    await page.goto(`${origin}/private`);
    await page.waitForSelector('#password');
  });

  it('failure: a level that nobody can reach is refused, and not asked for again and again', async () => {
    const page = await signedIn('gus');
    const errors = errorsSeen(page);
    await page.goto(`${origin}/vault`);
    await page.waitForURL(`${origin}/public/refused`);
    assert.deepEqual(errors, ['unmet_authentication_requirements']);
  });

  it('failure: a code that belongs to no request of this browser signs nobody in', async () => {
    const page = await (await browser.newContext()).newPage();
    const answer = new URLSearchParams({ code: 'stolen', state: 'of another browser', iss: server.issuer });
    await page.goto(`${origin}/oidc/callback?${answer}`);
    assert.match(apache.log(), /unable to restore state/);
    await page.goto(`${origin}/private`);
    await page.waitForSelector('#password');
  });
});
