/**
 * Applications with a server of their own, whose step-up an Action asks for: `express-openid-connect` in Chromium as Auth0 documents it for web
 * applications, `openid-client`, and an API behind `express-oauth2-jwt-bearer`.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { RequestHandler } from 'express';
import express from 'express';
import * as bearer from 'express-oauth2-jwt-bearer';
import openidConnect from 'express-openid-connect';
import * as client from 'openid-client';
import { listenAnywhere } from '../api.ts';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { CALLBACK, PAPE, WEB_SECRET } from '../fabrikam.ts';
import { allowInsecureRequests } from '../plain-http.ts';
import { UserAgent } from '../user-agent.ts';
import { onPostLogin, SALARIES, startActionsServer } from './actions-server.ts';

const ROLES = 'https://fabrikam.example/roles';

const intranet = await listenAnywhere();
const server = await startActionsServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'],
  clients: [
    {
      id: 'intranet',
      name: 'Intranet',
      authentication: ['client_secret_basic', 'client_secret_post'],
      secret: WEB_SECRET,
      redirectUris: [`${intranet.origin}/callback`],
      firstParty: true,
      // The server alone demands nothing for it; what comes of acr_values is the Action's doing.
      acrValues: 'voluntary',
    },
  ],
  actions: [
    onPostLogin(
      'step-up-for-web-applications',
      `const wanted = event.transaction.acr_values.includes('${PAPE}');
       const proven = event.authentication.methods.some(({ name }) => name === 'mfa');
       if (wanted && !proven) api.multifactor.enable('any', { allowRememberBrowser: false });`,
    ),
    onPostLogin(
      'step-up-for-apis',
      `if (event.transaction.requested_scopes.includes('read:salaries')) api.multifactor.enable('any', { allowRememberBrowser: false });`,
    ),
    onPostLogin(
      'roles',
      `api.accessToken.setCustomClaim('${ROLES}', event.user.username === 'ada' ? ['accountant', 'clerk'] : ['clerk']);`,
    ),
    onPostLogin('holidays', `if (event.user.username === 'finn') api.access.deny('Finn is on holiday.');`),
  ],
});

const { auth, claimIncludes, requiresAuth } = openidConnect;

const withSecondProof: RequestHandler = (request, response, next) => {
  const amr: unknown = request.oidc.idTokenClaims?.amr;
  if (Array.isArray(amr) && amr.includes('mfa')) next();
  else void response.oidc.login({ authorizationParams: { acr_values: PAPE } });
};

const startIntranet = (): void => {
  const app = express();
  app.use(
    auth({
      issuerBaseURL: server.issuer,
      baseURL: intranet.origin,
      clientID: 'intranet',
      clientSecret: WEB_SECRET,
      secret: 'a secret of the application for its cookies',
      authRequired: false,
      authorizationParams: { response_type: 'code', response_mode: 'query', scope: 'openid profile' },
    }),
  );
  app.get('/private', requiresAuth(), (request, response) => {
    response.json(request.oidc.idTokenClaims);
  });
  app.get('/transfers', requiresAuth(), withSecondProof, claimIncludes('amr', 'mfa'), (request, response) => {
    response.json(request.oidc.idTokenClaims);
  });
  app.use(((error, _request, response, _next) => {
    response.json({ error: error.error, said: error.error_description });
  }) satisfies express.ErrorRequestHandler);
  intranet.serve(app);
};

const api = await listenAnywhere();
const startApi = (): void => {
  const app = express();
  app.use(bearer.auth({ issuerBaseURL: server.issuer, audience: SALARIES, strict: true, tokenSigningAlg: 'RS256' }));
  app.get(
    '/salaries',
    bearer.requiredScopes('read:salaries'),
    bearer.claimIncludes(ROLES, 'accountant'),
    (_, response) => {
      response.json({ salaries: [] });
    },
  );
  app.use(((error, _request, response, _next) => {
    response.status(error instanceof bearer.UnauthorizedError ? error.status : 500).json({ message: String(error) });
  }) satisfies express.ErrorRequestHandler);
  api.serve(app);
};

startIntranet();
startApi();
const browser = await launchChromium();
after(async () => {
  await browser.close();
  await intranet.close();
  await api.close();
  await server.close();
});

describe('express-openid-connect, where an Action looks for the level that is asked for', () => {
  it('has an ID token with that level, and mfa among its methods, after a second proof', async () => {
    const page = await (await browser.newContext()).newPage();
    const ben = server.person('ben');
    await page.goto(`${intranet.origin}/private`);
    await giveUsernameAndPassword(page, ben);
    await page.waitForURL('**/private');
    assert.equal(JSON.parse((await page.textContent('body')) ?? '').acr, '1fa');
    await page.goto(`${intranet.origin}/transfers`);
    await giveCode(page, ben);
    await page.waitForURL('**/transfers');
    const claims = JSON.parse((await page.textContent('body')) ?? '');
    assert.deepEqual([claims.sub, claims.acr, claims.amr], ['user_ben', PAPE, ['mfa', 'otp', 'pwd']]);
  });

  it('T24: signs in by a request that has no acr_values at all', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${intranet.origin}/private`);
    await giveUsernameAndPassword(page, server.person('cleo'));
    await page.waitForURL('**/private');
    assert.deepEqual(JSON.parse((await page.textContent('body')) ?? '').amr, ['pwd']);
  });

  it('shows the refusal of an Action in the words of its author', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${intranet.origin}/private`);
    await giveUsernameAndPassword(page, server.person('finn'));
    await page.waitForURL('**/callback**');
    assert.deepEqual(JSON.parse((await page.textContent('body')) ?? ''), {
      error: 'access_denied',
      said: 'Finn is on holiday.',
    });
  });
});

const payroll = await client.discovery(
  new URL(server.issuer),
  'payroll',
  undefined,
  client.ClientSecretBasic(WEB_SECRET),
  { execute: [allowInsecureRequests] },
);

/** What openid-client makes of a request by somebody: its tokens, or the error that it throws. */
const tokensOf = async (agent: UserAgent, username: string, parameters: Readonly<Record<string, string>>) => {
  const checks = {
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
  };
  const url = client.buildAuthorizationUrl(payroll, {
    redirect_uri: CALLBACK,
    audience: SALARIES,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  const journey = await agent.authorize(url, server.person(username));
  return { pages: journey.pages, tokens: await client.authorizationCodeGrant(payroll, journey.end.url, checks) };
};

const refusal = (error: string, said?: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof client.AuthorizationResponseError, String(thrown));
  assert.equal(thrown.error, error);
  if (said) assert.match(thrown.error_description ?? '', said);
  return true;
};

const call = (token: string): Promise<Response> =>
  fetch(`${api.origin}/salaries`, { headers: { authorization: `Bearer ${token}` } });

const WANTED = { scope: 'openid read:salaries' };

describe('openid-client and express-oauth2-jwt-bearer, where an Action guards a scope and names roles', () => {
  it('T4: is told login_required for prompt=none, and gets the token after a second proof, whose claims the API finds', async () => {
    const agent = new UserAgent(server.issuer);
    await tokensOf(agent, 'ada', { scope: 'openid' });
    await assert.rejects(
      tokensOf(agent, 'ada', { ...WANTED, prompt: 'none' }),
      refusal('login_required', /Multifactor/),
    );
    const { pages, tokens } = await tokensOf(agent, 'ada', WANTED);
    assert.deepEqual(pages, ['/challenge']);
    assert.equal(tokens.claims()?.acr, 'mfa');
    assert.equal((await call(tokens.access_token)).status, 200);
  });

  it('is refused by the API where the claim of the Action says something else', async () => {
    const { tokens } = await tokensOf(new UserAgent(server.issuer), 'dan', WANTED);
    assert.equal((await call(tokens.access_token)).status, 401);
  });

  it('asks for nothing where the scope is not asked for, silently too', async () => {
    const agent = new UserAgent(server.issuer);
    const { pages } = await tokensOf(agent, 'eve', { scope: 'openid read:directory' });
    assert.deepEqual(pages, ['/login']);
    const silent = await tokensOf(agent, 'eve', { scope: 'openid read:directory', prompt: 'none' });
    assert.deepEqual([silent.pages, silent.tokens.claims()?.sub], [[], 'user_eve']);
  });

  it('takes the refusal of an Action for access_denied, silently too', async () => {
    const agent = new UserAgent(server.issuer);
    const scope = 'openid read:directory';
    await assert.rejects(tokensOf(agent, 'finn', { scope }), refusal('access_denied', /^Finn is on holiday\.$/));
    await assert.rejects(tokensOf(agent, 'finn', { scope, prompt: 'none' }), refusal('access_denied', /on holiday/));
  });
});
