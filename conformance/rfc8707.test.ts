/** RFC 8707, Resource Indicators: a token is for the API that was asked for, and for no other. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { ACCOUNTS, CALLBACK, NIGHTLY_SECRET, REPORTS } from './fabrikam.ts';
import {
  answerIn,
  authorizationUrl,
  authorized,
  basic,
  claimsOf,
  redeem,
  tokenRequest,
  tokensFor,
  VERIFIER,
} from './flow.ts';
import { UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({
  people: ['ada'],
  clients: [
    {
      id: 'settled',
      name: 'A client with an API by default',
      authentication: ['client_secret_basic'],
      secret: NIGHTLY_SECRET,
      grantTypes: ['authorization_code', 'client_credentials'],
      redirectUris: [CALLBACK],
      firstParty: true,
      apis: { [REPORTS]: ['read:reports'], [ACCOUNTS]: ['read:accounts'] },
      defaultAudience: REPORTS,
    },
  ],
});
after(() => server.close());

const audiences = (token: string | undefined): readonly unknown[] => [claimsOf(token).aud].flat();

describe('RFC 8707, section 2.1: at the authorization endpoint', () => {
  it('the access token is for the resource that was named, and says so', async () => {
    const { access_token } = await tokensFor(server, 'ada', {
      audience: undefined,
      resource: REPORTS,
      scope: 'read:reports',
    });
    assert.deepEqual(audiences(access_token), [REPORTS]);
  });

  it('the same resource may be named more than once, and in Auth0’s words as well', async () => {
    const { access_token } = await tokensFor(server, 'ada', { audience: ACCOUNTS, resource: [ACCOUNTS, ACCOUNTS] });
    assert.ok(audiences(access_token).includes(ACCOUNTS));
  });

  it('without a resource the token is for the one that the client has by default (RFC 9068, section 3)', async () => {
    const asSettled = basic('settled', NIGHTLY_SECRET);
    const alone = await tokenRequest(server, { grant_type: 'client_credentials' }, asSettled);
    assert.deepEqual(audiences(String(alone.body.access_token)), [REPORTS]);
    const url = authorizationUrl(server, { client_id: 'settled', audience: undefined, scope: 'read:reports' });
    const { end } = await new UserAgent(server.issuer).authorize(url, server.person('ada'));
    const code = { grant_type: 'authorization_code', code: answerIn(end).code };
    const fields = { ...code, redirect_uri: CALLBACK, code_verifier: VERIFIER };
    const { body } = await tokenRequest(server, fields, asSettled);
    assert.deepEqual(audiences(String(body.access_token)), [REPORTS]);
  });

  const refused: readonly (readonly [string, Parameters<typeof authorizationUrl>[1]])[] = [
    ['a resource that nobody has', { audience: undefined, resource: 'https://api.elsewhere.example/' }],
    ['a resource that is no absolute URI', { audience: undefined, resource: 'accounts' }],
    ['a resource with a fragment', { audience: undefined, resource: `${ACCOUNTS}#part` }],
    ['a resource that differs by a slash', { audience: undefined, resource: `${ACCOUNTS}/` }],
    ['a resource that is not open to the client', { client_id: 'budget', audience: undefined, resource: REPORTS }],
    ['two resources: an access token is for one', { audience: undefined, resource: [ACCOUNTS, REPORTS] }],
  ];
  for (const [what, changes] of refused) {
    it(`${what} is invalid_target`, async () => {
      const page = await new UserAgent(server.issuer).open(authorizationUrl(server, changes));
      assert.equal(answerIn(page).error, 'invalid_target');
    });
  }
});

describe('RFC 8707, section 2.2: at the token endpoint', () => {
  it('a code may be redeemed for the resource it was granted for, named again', async () => {
    const { status, body } = await redeem(server, await authorized(server, 'ada'), { resource: ACCOUNTS });
    assert.equal(status, 200);
    assert.ok(audiences(String(body.access_token)).includes(ACCOUNTS));
  });

  it('and for no other', async () => {
    for (const other of [{ resource: REPORTS }, { audience: REPORTS }, { resource: ACCOUNTS, audience: REPORTS }]) {
      const { status, body } = await redeem(server, await authorized(server, 'ada'), other);
      assert.deepEqual([status, body.error], [400, 'invalid_target'], JSON.stringify(other));
    }
  });

  it('nor may a refresh token', async () => {
    const { refresh_token } = await tokensFor(server, 'ada', { scope: 'openid read:accounts offline_access' });
    const fields = { grant_type: 'refresh_token', refresh_token, resource: REPORTS };
    assert.equal((await tokenRequest(server, fields)).body.error, 'invalid_target');
    assert.equal((await tokenRequest(server, { ...fields, resource: ACCOUNTS })).status, 200);
  });

  it('a client alone names the resource, and gets its scopes there', async () => {
    const ask = (resource: string | undefined) =>
      tokenRequest(server, { grant_type: 'client_credentials', resource }, basic('nightly', NIGHTLY_SECRET));
    for (const [resource, scope] of [
      [ACCOUNTS, 'read:accounts'],
      [REPORTS, 'read:reports'],
    ] as const) {
      const { body } = await ask(resource);
      assert.deepEqual([audiences(String(body.access_token)), body.scope], [[resource], scope]);
    }
    assert.equal((await ask(undefined)).body.error, 'invalid_target');
    assert.equal((await ask('https://api.elsewhere.example/')).body.error, 'invalid_target');
  });
});
