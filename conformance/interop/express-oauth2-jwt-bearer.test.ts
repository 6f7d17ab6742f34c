/** An API on Express behind Auth0's `express-oauth2-jwt-bearer`, mostly in its strict mode, which wants tokens to follow RFC 9068. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ErrorRequestHandler } from 'express';
import express from 'express';
import { auth, claimEquals, claimIncludes, requiredScopes, UnauthorizedError } from 'express-oauth2-jwt-bearer';
import { listenAnywhere } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { ACCOUNTS, NIGHTLY_SECRET, REPORTS } from '../fabrikam.ts';
import { basic, tokenRequest, tokensFor } from '../flow.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben'] });

const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
  const refusal = error instanceof UnauthorizedError ? error : new UnauthorizedError('broken');
  response.status(refusal.status).set(refusal.headers).json({ message: refusal.message });
};

const app = express();
const strictly = (audience: string, tokenSigningAlg: string) =>
  auth({ issuerBaseURL: server.issuer, audience, strict: true, tokenSigningAlg });
app.get('/accounts', strictly(ACCOUNTS, 'RS256'), requiredScopes('read:accounts'), (request, response) => {
  response.json({ subject: request.auth?.payload.sub });
});
app.get(
  '/lenient',
  auth({ issuerBaseURL: server.issuer, audience: ACCOUNTS }),
  requiredScopes('read:accounts'),
  (request, response) => {
    response.json({ subject: request.auth?.payload.sub });
  },
);
app.get('/transfers', strictly(ACCOUNTS, 'RS256'), requiredScopes('transfer:funds'), (_request, response) => {
  response.json({});
});
app.get(
  '/proven',
  strictly(ACCOUNTS, 'RS256'),
  claimEquals('acr', 'mfa'),
  claimIncludes('amr', 'mfa', 'otp'),
  (_, response) => {
    response.json({});
  },
);
app.get('/reports', strictly(REPORTS, 'ES256'), requiredScopes('read:reports'), (_request, response) => {
  response.json({});
});
app.use(refuse);
const api = await listenAnywhere();
api.serve(app);

after(async () => {
  await api.close();
  await server.close();
});

const call = async (path: string, token: string | undefined) => {
  const response = await fetch(`${api.origin}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const challenge = response.headers.get('www-authenticate') ?? '';
  return { status: response.status, challenge, body: await response.text() };
};

describe('express-oauth2-jwt-bearer', () => {
  it('sign in: lets a token pass that has the scope, strict or not', async () => {
    const { access_token: token } = await tokensFor(server, 'ada');
    for (const path of ['/accounts', '/lenient']) {
      assert.deepEqual(await call(path, token), { status: 200, challenge: '', body: '{"subject":"user_ada"}' });
    }
  });

  it('sign in: lets a token pass that is signed by ES256, where the API wants that', async () => {
    const { access_token: token } = await tokensFor(server, 'ada', { audience: REPORTS, scope: 'openid read:reports' });
    assert.equal((await call('/reports', token)).status, 200);
  });

  it('lets a token of a client without a person pass', async () => {
    const fields = { grant_type: 'client_credentials', audience: REPORTS };
    const { body } = await tokenRequest(server, fields, basic('nightly', NIGHTLY_SECRET));
    assert.equal((await call('/reports', String(body.access_token))).status, 200);
  });

  it('step up: finds acr and amr in a token of somebody who proved two factors', async () => {
    const { access_token: strong } = await tokensFor(server, 'ben', { acr_values: 'mfa' });
    assert.equal((await call('/proven', strong)).status, 200);
    const { access_token: weak } = await tokensFor(server, 'ben');
    assert.equal((await call('/proven', weak)).status, 401);
  });

  it('failure: refuses a token without the scope', async () => {
    const { access_token: token } = await tokensFor(server, 'ada');
    const { status, challenge } = await call('/transfers', token);
    assert.equal(status, 403);
    assert.match(challenge, /error="insufficient_scope".*scope="transfer:funds"/);
  });

  it('failure: refuses a token for another API, and one signed as another API wants it', async () => {
    const { access_token: token } = await tokensFor(server, 'ada', { audience: REPORTS, scope: 'openid read:reports' });
    const { status, challenge } = await call('/accounts', token);
    assert.equal(status, 401);
    assert.match(challenge, /error="invalid_token"/);
  });

  it('failure: refuses an ID token', async () => {
    const { id_token: token } = await tokensFor(server, 'ada');
    assert.equal((await call('/accounts', token)).status, 401);
  });

  it('failure: refuses a token that opens userinfo alone', async () => {
    const { access_token: token } = await tokensFor(server, 'ada', { audience: undefined, scope: 'openid' });
    assert.equal((await call('/accounts', token)).status, 401);
  });
});
