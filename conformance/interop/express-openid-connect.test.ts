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
import { PAPE, WEB_SECRET } from '../fabrikam.ts';

const { auth, claimIncludes, requiresAuth } = openidConnect;

const places = { intranet: await listenAnywhere(), shop: await listenAnywhere() };
type Name = keyof typeof places;
const baseURL = (name: Name): string => places[name].origin;

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan'],
  clients: (['intranet', 'shop'] as const).map((id) => ({
    id,
    name: id,
    authentication: ['client_secret_basic', 'client_secret_post'],
    secret: WEB_SECRET,
    redirectUris: [`${baseURL(id)}/callback`],
    postLogoutRedirectUris: [baseURL(id)],
    firstParty: true,
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
  app.use(refuse);
  places[name].serve(app);
};

const scope = 'openid profile email';
start('intranet', {
  authorizationParams: { response_type: 'code', response_mode: 'query', scope },
});
start('shop', {
  auth0Logout: true,
  authorizationParams: { response_type: 'code', response_mode: 'form_post', scope },
});
const browser = await launchChromium();
after(async () => {
  await browser.close();
  await Promise.all(Object.values(places).map((place) => place.close()));
  await server.close();
});

const somebody = async (): Promise<Page> => (await browser.newContext()).newPage();

const claimsShown = async (page: Page): Promise<Record<string, unknown>> =>
  JSON.parse((await page.textContent('body')) ?? '');

describe('express-openid-connect', () => {
  it('sign in: signs in, and comes back to where it was asked', async () => {
    const page = await somebody();
    await page.goto(`${baseURL('intranet')}/private`);
    assert.equal(new URL(page.url()).origin, new URL(server.issuer).origin);
    await giveUsernameAndPassword(page, server.person('ada'));
    await page.waitForURL('**/private');
    const claims = await claimsShown(page);
    assert.deepEqual([claims.sub, claims.name, claims.acr], ['user_ada', 'ada of Fabrikam', '1fa']);
  });

  it('step up: steps up: the ID token has the PAPE level that was asked for, and mfa among its methods', async () => {
    const page = await somebody();
    await page.goto(`${baseURL('intranet')}/private`);
    await giveUsernameAndPassword(page, server.person('ben'));
    await page.waitForURL('**/private');
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
    await page.goto(`${baseURL('intranet')}/private`);
    await giveUsernameAndPassword(page, server.person('cleo'));
    await page.waitForURL('**/private');
    await page.goto(`${baseURL('intranet')}/transfers`);
    const [response] = await Promise.all([
      page.waitForResponse((one) => one.url().startsWith(`${baseURL('intranet')}/callback`)),
      page.click('button[name=cancel]'),
    ]);
    assert.equal(response.status(), 400);
    assert.deepEqual(await response.json(), { error: 'access_denied' });
  });

  it('sign out: signs in to a second application without a page, and signs out by /v2/logout', async () => {
    const page = await somebody();
    await page.goto(`${baseURL('intranet')}/private`);
    await giveUsernameAndPassword(page, server.person('dan'));
    await page.waitForURL('**/private');
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

  it('sign out: signs out by end_session, and is asked to sign in again', async () => {
    const page = await somebody();
    await page.goto(`${baseURL('intranet')}/private`);
    await giveUsernameAndPassword(page, server.person('ada'));
    await page.waitForURL('**/private');
    await page.goto(`${baseURL('intranet')}/logout`);
    assert.equal(page.url(), `${baseURL('intranet')}/`);
    assert.equal(await page.textContent('body'), 'signed out');
    await page.goto(`${baseURL('intranet')}/private`);
    await page.waitForSelector('#password');
  });
});
