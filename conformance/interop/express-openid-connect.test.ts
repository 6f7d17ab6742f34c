/** Web applications on Express behind Auth0's `express-openid-connect`, in a real browser: login, step-up, single sign-on, logout. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import express from 'express';
import type { ConfigParams } from 'express-openid-connect';
import openidConnect from 'express-openid-connect';
import type { Page } from 'playwright-core';
import { listenAnywhere } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { ACCOUNTS, PAPE, WEB_SECRET } from '../fabrikam.ts';
import { claimsOf } from '../flow.ts';
import type { Person } from '../people.ts';

const { auth, claimIncludes, requiresAuth } = openidConnect;

const places = { intranet: await listenAnywhere(), shop: await listenAnywhere(), kiosk: await listenAnywhere() };
type Name = keyof typeof places;
const baseURL = (name: Name): string => places[name].origin;

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve'],
  clients: (['intranet', 'shop', 'kiosk'] as const).map((id) => ({
    id,
    name: id,
    authentication: ['client_secret_basic', 'client_secret_post'],
    secret: WEB_SECRET,
    redirectUris: [`${baseURL(id)}/callback`],
    postLogoutRedirectUris: [baseURL(id)],
    firstParty: true,
    apis: { [ACCOUNTS]: ['read:accounts'] },
  })),
});

/** The step-up that Auth0 documents for web applications: ask with `acr_values`, and look into the ID token for what came of it. */
const withSecondProof: RequestHandler = (request, response, next) => {
  const amr: unknown = request.oidc.idTokenClaims?.amr;
  if (Array.isArray(amr) && amr.includes('mfa')) next();
  else void response.oidc.login({ authorizationParams: { acr_values: PAPE } });
};

const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(error.status ?? 500).json({ error: error.error ?? String(error) });
};

const start = (name: Name, more: ConfigParams): void => {
  const app = express();
  app.use(
    auth({
      issuerBaseURL: server.issuer,
      baseURL: baseURL(name),
      clientID: name,
      clientSecret: WEB_SECRET,
      secret: 'a secret of the application for its cookies',
      authRequired: false,
      idpLogout: true,
      session: { name: `${name}_session` },
      transactionCookie: { name: `${name}_transaction` },
      ...more,
    }),
  );
  app.get('/', (request, response) => {
    response.send(request.oidc.isAuthenticated() ? 'signed in' : 'signed out');
  });
  app.get('/private', requiresAuth(), (request, response) => {
    response.json(request.oidc.idTokenClaims);
  });
  app.get('/transfers', requiresAuth(), withSecondProof, claimIncludes('amr', 'mfa'), (request, response) => {
    response.json(request.oidc.idTokenClaims);
  });
  app.get('/phr', requiresAuth(), (_request, response) => {
    void response.oidc.login({ authorizationParams: { acr_values: 'phrh' } });
  });
  app.get('/refreshed', requiresAuth(), async (request, response) => {
    const before = request.oidc.accessToken?.access_token;
    const after = await request.oidc.accessToken?.refresh();
    response.json({ before, after: after?.access_token, kept: request.oidc.refreshToken });
  });
  app.use(refuse);
  places[name].serve(app);
};

const scope = 'openid profile email';
start('intranet', {
  authorizationParams: {
    response_type: 'code',
    response_mode: 'query',
    scope: `${scope} offline_access read:accounts`,
    audience: ACCOUNTS,
  },
});
start('shop', {
  auth0Logout: true,
  authorizationParams: { response_type: 'code', response_mode: 'form_post', scope },
});
start('kiosk', {});
const browser = await launchChromium();
after(async () => {
  await browser.close();
  await Promise.all(Object.values(places).map((place) => place.close()));
  await server.close();
});

const somebody = async (): Promise<Page> => (await browser.newContext()).newPage();

/** Opens the intranet and signs in there. */
const signIn = async (page: Page, person: Person): Promise<void> => {
  await page.goto(`${baseURL('intranet')}/private`);
  await giveUsernameAndPassword(page, person);
  await page.waitForURL('**/private');
};

const claimsShown = async (page: Page): Promise<Record<string, unknown>> =>
  JSON.parse((await page.textContent('body')) ?? '');

describe('express-openid-connect', () => {
  it('sign in: by the code flow, and comes back to where it was asked', async () => {
    const page = await somebody();
    await page.goto(`${baseURL('intranet')}/private`);
    assert.equal(new URL(page.url()).origin, new URL(server.issuer).origin);
    await giveUsernameAndPassword(page, server.person('ada'));
    await page.waitForURL('**/private');
    const claims = await claimsShown(page);
    assert.deepEqual([claims.sub, claims.name, claims.acr], ['user_ada', 'ada of Fabrikam', '1fa']);
  });

  it('step up: the ID token has the PAPE level that was asked for, and mfa among its methods', async () => {
    const page = await somebody();
    await signIn(page, server.person('ben'));
    await page.goto(`${baseURL('intranet')}/transfers`);
    await giveCode(page, server.person('ben'));
    await page.waitForURL('**/transfers');
    const claims = await claimsShown(page);
    assert.equal(claims.acr, PAPE);
    assert.deepEqual(claims.amr, ['mfa', 'otp', 'pwd']);
    await page.goto(`${baseURL('intranet')}/transfers`);
    assert.equal((await claimsShown(page)).acr, PAPE);
  });

  it('failure: T3: gets no further when the person cancels the step-up', async () => {
    const page = await somebody();
    await signIn(page, server.person('cleo'));
    await page.goto(`${baseURL('intranet')}/transfers`);
    const [response] = await Promise.all([
      page.waitForResponse((one) => one.url().startsWith(`${baseURL('intranet')}/callback`)),
      page.click('button[name=cancel]'),
    ]);
    assert.equal(response.status(), 400);
    assert.deepEqual(await response.json(), { error: 'access_denied' });
  });

  it('sign out: by /v2/logout, from a second application that it was signed in to without a page', async () => {
    const page = await somebody();
    await signIn(page, server.person('dan'));
    await page.goto(`${baseURL('shop')}/private`);
    await page.waitForURL(`${baseURL('shop')}/private`);
    assert.equal((await claimsShown(page)).sub, 'user_dan');
    const [logout] = await Promise.all([
      page.waitForRequest((one) => one.url().startsWith(server.issuer)),
      page.goto(`${baseURL('shop')}/logout`),
    ]);
    assert.equal(new URL(logout.url()).pathname, '/v2/logout');
    assert.equal(await page.textContent('body'), 'signed out');
    await page.goto(`${baseURL('shop')}/private`);
    await page.waitForSelector('#password');
  });

  it('refresh: by its refresh(), with the proofs of the first token, and with each token once', async () => {
    const page = await somebody();
    await signIn(page, server.person('eve'));
    await page.goto(`${baseURL('intranet')}/refreshed`);
    const first = await claimsShown(page);
    const [before, after] = [claimsOf(String(first.before)), claimsOf(String(first.after))];
    assert.notEqual(after.jti, before.jti);
    assert.deepEqual([after.sub, after.acr, after.auth_time], ['user_eve', '1fa', before.auth_time]);
    await page.goto(`${baseURL('intranet')}/refreshed`);
    const second = await claimsShown(page);
    assert.equal(second.before, first.after);
    assert.notEqual(second.kept, first.kept);
  });

  it('failure: T3: a level that nobody can reach is refused with unmet_authentication_requirements', async () => {
    const page = await somebody();
    await signIn(page, server.person('ada'));
    const response = await page.goto(`${baseURL('intranet')}/phr`);
    assert.equal(response?.status(), 400);
    assert.deepEqual(await claimsShown(page), { error: 'unmet_authentication_requirements' });
    await page.goto(`${baseURL('intranet')}/private`);
    assert.equal((await claimsShown(page)).acr, '1fa');
  });

  it('failure: without a response_type it asks for an ID token by form, which is refused with unsupported_response_type', async () => {
    const page = await somebody();
    await page.goto(`${baseURL('kiosk')}/private`);
    await page.waitForURL(`${baseURL('kiosk')}/callback`);
    assert.deepEqual(await claimsShown(page), { error: 'unsupported_response_type' });
  });

  it('failure: an answer to a request that this browser never made is refused', async () => {
    const page = await somebody();
    const answer = new URLSearchParams({ code: 'stolen', state: 'unknown', iss: server.issuer });
    const response = await page.goto(`${baseURL('intranet')}/callback?${answer}`);
    assert.equal(response?.status(), 400);
    await page.goto(`${baseURL('intranet')}/`);
    assert.equal(await page.textContent('body'), 'signed out');
  });

  it('sign out: by end_session, and is asked to sign in again', async () => {
    const page = await somebody();
    await signIn(page, server.person('ada'));
    await page.goto(`${baseURL('intranet')}/logout`);
    assert.equal(page.url(), `${baseURL('intranet')}/`);
    assert.equal(await page.textContent('body'), 'signed out');
    await page.goto(`${baseURL('intranet')}/private`);
    await page.waitForSelector('#password');
  });
});
