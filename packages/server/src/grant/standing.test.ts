/** A grant stands on the configuration of today: what was taken away since is gone, at the next refresh at the latest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLevels } from '@stile/core';
import type { RegisteredClient } from '../config/config.ts';
import { refresh, tokensOf } from '../testing/endpoints.ts';
import { answerOf, signInAndStepUp, tokenRequest, VERIFIER } from '../testing/flow.ts';
import { ACCOUNTS, REPORTS } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const REFUSED = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };
const SCOPE = 'openid read:accounts close:account offline_access';

/** Changes the registration of the web client, as a restart with another configuration would. */
const register = ({ deps }: TestServer, change: Partial<RegisteredClient>): void => {
  const clients = new Map(deps.config.clients);
  const web = clients.get('web');
  assert.ok(web);
  clients.set('web', { ...web, ...change });
  Object.assign(deps.config, { clients });
};

test('a scope that was taken from the client is left out of the next token', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server, { scope: SCOPE });
  register(server, { apis: { [ACCOUNTS]: ['read:accounts'] } });
  const second = await refresh(server, first.refresh_token);
  assert.equal(second.body.scope, 'openid read:accounts offline_access');
  register(server, { apis: { [ACCOUNTS]: ['read:accounts', 'close:account'] } });
  assert.equal((await refresh(server, second.body.refresh_token)).body.scope, SCOPE);
});

test('an API that was taken from the client ends the grant for it', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server, { scope: SCOPE });
  register(server, { apis: { [REPORTS]: ['read:reports'] } });
  assert.deepEqual((await refresh(server, first.refresh_token)).body, REFUSED);
});

test('an API that is gone is gone for every grant', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server, { scope: SCOPE });
  const apis = new Map([...server.deps.config.apis].filter(([audience]) => audience !== ACCOUNTS));
  Object.assign(server.deps.config, { apis });
  assert.deepEqual((await refresh(server, first.refresh_token)).body, REFUSED);
});

test('a client that must not refresh any more does not', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server, { scope: SCOPE });
  register(server, { grantTypes: ['authorization_code'] });
  assert.equal((await refresh(server, first.refresh_token)).body.error, 'unauthorized_client');
});

test('a minimum that the client was given since holds for its old grants, unless they met it', async (t) => {
  const server = await testServer(t);
  const everyday = await tokensOf(server);
  server.advance(30);
  const elevated = await tokensOf(server, { scope: SCOPE });
  register(server, { minimumAcr: ['mfa'] });
  assert.deepEqual((await refresh(server, everyday.refresh_token)).body, REFUSED);
  assert.equal((await refresh(server, elevated.refresh_token)).status, 200);
});

test('a scope whose demand was raised is left out where the old proof does not meet it', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  const api = server.deps.config.apis.get(ACCOUNTS);
  const raised = api && {
    ...api.scopes['read:accounts'],
    description: {},
    requires: { acr: ['mfa'] },
    singleUse: false,
  };
  assert.ok(api && raised);
  const apis = new Map(server.deps.config.apis).set(ACCOUNTS, {
    ...api,
    scopes: { ...api.scopes, 'read:accounts': raised },
  });
  Object.assign(server.deps.config, { apis });
  assert.equal((await refresh(server, first.refresh_token)).body.scope, 'openid profile offline_access');
});

test('a level that got another name is still the same level; one that is gone ends the grants that rest on it', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server, { scope: 'openid profile offline_access', acr_values: 'mfa' });
  const levels = (change: (acr: string) => string | undefined) =>
    defaultLevels.flatMap((level) => {
      const acr = change(level.acr);
      return acr === undefined ? [] : [{ ...level, acr, aliases: acr === level.acr ? level.aliases : [level.acr] }];
    });
  Object.assign(server.deps.config, { levels: levels((acr) => (acr === 'mfa' ? 'two-factors' : acr)) });
  const second = await refresh(server, first.refresh_token);
  assert.equal(second.status, 200);
  Object.assign(server.deps.config, { levels: levels((acr) => (acr === 'mfa' ? undefined : acr)) });
  assert.deepEqual((await refresh(server, second.body.refresh_token)).body, REFUSED);
});

test('RFC 8707, section 2.2: a code is redeemed for the API it was asked for, or for none', async (t) => {
  const server = await testServer(t);
  const redeemFor = async (more: Readonly<Record<string, string>>) => {
    const { stop } = await signInAndStepUp(server);
    const code = answerOf(stop).code ?? '';
    const redirect = 'https://intranet.fabrikam.example/callback';
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirect, code_verifier: VERIFIER };
    return (await tokenRequest(server, { ...fields, ...more })).body;
  };
  assert.equal(typeof (await redeemFor({ resource: ACCOUNTS })).access_token, 'string');
  for (const more of [{ resource: REPORTS }, { audience: REPORTS }]) {
    assert.equal((await redeemFor(more)).error, 'invalid_target');
  }
});
