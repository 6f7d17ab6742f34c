/** What tokens say, to the letter; and that nothing untrue is ever signed, whatever a grant believed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthenticationEvent } from '@stile/core';
import { NotIssuable, secondsAfter } from '@stile/core';
import { passwordTraits } from '../factors/password-factor.ts';
import { totpTraits } from '../factors/totp-factor.ts';
import type { Grant, User } from '../store/records.ts';
import { tokensOf } from '../testing/endpoints.ts';
import { claimsOf } from '../testing/flow.ts';
import { ACCOUNTS, REPORTS, ROBIN } from '../testing/test-config.ts';
import { START, testServer } from '../testing/test-server.ts';
import type { Issuance } from './issue-tokens.ts';
import { issueTokens } from './issue-tokens.ts';

const headerOf = (token: unknown): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(String(token).split('.')[0] ?? '', 'base64url').toString());

const PROOF = {
  acr: 'mfa',
  acrs: ['mfa', '1fa'],
  amr: ['mfa', 'otp', 'pwd'],
  amr_times: { mfa: START, otp: START, pwd: START },
  auth_time: START,
};

test('RFC 9068: the access token of a step-up, to the letter', async (t) => {
  const server = await testServer(t);
  const { access_token: token } = await tokensOf(server, { scope: 'openid transfer:funds' });
  const { jti, sid, grant_id: grantId, ...claims } = claimsOf(token);
  assert.match(String(jti), /^at_[\w-]{24}$/);
  assert.match(String(sid), /^ses_[\w-]{24}$/);
  assert.match(String(grantId), /^grant_[\w-]{24}$/);
  assert.deepEqual(claims, {
    iss: 'https://login.fabrikam.example/',
    sub: ROBIN.id,
    aud: ACCOUNTS,
    client_id: 'web',
    iat: START,
    exp: START + 300,
    scope: 'openid transfer:funds',
    single_use: true,
    ...PROOF,
  });
  const { kid, ...header } = headerOf(token);
  assert.deepEqual(header, { alg: 'RS256', typ: 'at+jwt' });
  assert.ok(server.deps.keys.jwks().keys.some((key) => key.kid === kid && key.alg === 'RS256'));
});

test('OpenID Connect Core 2: the ID token of a step-up, to the letter', async (t) => {
  const server = await testServer(t);
  const { id_token: token } = await tokensOf(server, { scope: 'openid profile', acr_values: 'mfa' });
  const { sid, ...claims } = claimsOf(token);
  assert.match(String(sid), /^ses_[\w-]{24}$/);
  assert.deepEqual(claims, {
    iss: 'https://login.fabrikam.example/',
    sub: ROBIN.id,
    aud: 'web',
    iat: START,
    exp: START + 3600,
    nonce: 'nonce-1',
    name: 'Robin Keller',
    ...PROOF,
  });
  assert.deepEqual([headerOf(token).alg, headerOf(token).typ], ['RS256', 'JWT']);
});

test('a person’s claims can never speak in the place of the token’s own, nor appear without their scope', async (t) => {
  const claims = { acr: 'phr', amr: ['hwk'], sub: 'user_admin', aud: 'x', name: 'Robin', single_use: false, sid: 'x' };
  const server = await testServer(t, (config) => ({
    ...config,
    users: (config.users ?? []).map((user) => ({ ...user, claims: { ...claims, email: 'robin@fabrikam.example' } })),
  }));
  const { id_token: token } = await tokensOf(server, { scope: 'openid profile' });
  const { acr, amr, sub, aud, name, single_use: singleUse, email } = claimsOf(token);
  assert.deepEqual([acr, amr, sub, aud, name], ['1fa', ['pwd'], ROBIN.id, 'web', 'Robin']);
  assert.deepEqual([singleUse, email], [undefined, undefined]);
});

test('each token has a name of its own', async (t) => {
  const server = await testServer(t);
  const { jti: one } = claimsOf((await tokensOf(server)).access_token);
  const { jti: other } = claimsOf((await tokensOf(server)).access_token);
  assert.notEqual(one, other);
});

const password: AuthenticationEvent = { ...passwordTraits, authenticator: 'p', at: START };
const totp: AuthenticationEvent = { ...totpTraits, authenticator: 't', at: START };

const user: User = { id: 'u', username: 'u', claims: {}, createdAt: START, blockedAt: null };

const grant: Grant = {
  id: 'g',
  clientId: 'web',
  userId: 'u',
  sessionId: 's',
  audience: ACCOUNTS,
  scopes: ['read:accounts', 'transfer:funds', 'unheard:of'],
  events: [password, totp],
  requirements: [],
  nonce: null,
  customClaims: { accessToken: {}, idToken: {} },
  requestedClaims: { idToken: [], userinfo: [] },
  agesFrom: START,
  requestedAt: START,
  createdAt: START,
  revokedAt: null,
  revokedReason: null,
};

type Personal = Issuance & { readonly person: NonNullable<Issuance['person']> };

const withEvents = (good: Personal, events: readonly AuthenticationEvent[], secondsLater = 0): Issuance => ({
  ...good,
  person: {
    ...good.person,
    grant: { ...grant, events },
    scopesGrantedAt: secondsAfter(good.person.scopesGrantedAt, secondsLater),
  },
});

const wrongs: readonly (readonly [name: string, wrong: (good: Personal) => Issuance])[] = [
  ['another person', (good) => ({ ...good, person: { ...good.person, user: { ...user, id: 'other' } } })],
  ['another client', (good) => ({ ...good, person: { ...good.person, grant: { ...grant, clientId: 'spa' } } })],
  ['another API', (good) => ({ ...good, person: { ...good.person, grant: { ...grant, audience: REPORTS } } })],
  ['no API where one was granted', (good) => ({ ...good, api: undefined, scopes: [] })],
  ['a scope that was not granted', (good) => ({ ...good, scopes: ['close:account'] })],
  ['a scope that the API does not define', (good) => ({ ...good, scopes: ['unheard:of'] })],
  ['a scope without its proof', (good) => withEvents(good, [password])],
  ['a scope whose proof is too old', (good) => withEvents(good, [password, totp], 301)],
  ['a code alone, with nobody signed in', (good) => withEvents(good, [totp])],
  ['no proof at all', (good) => ({ ...withEvents(good, []), scopes: ['read:accounts'] })],
  [
    'a requirement of the request that the proofs do not meet',
    (good) => ({
      ...good,
      scopes: [],
      person: {
        ...good.person,
        grant: { ...grant, requirements: [{ source: { from: 'client' }, acr: ['phr'], binds: 'proof' }] },
      },
    }),
  ],
];

for (const [name, wrong] of wrongs) {
  test(`nothing is signed for ${name}`, async (t) => {
    const { deps } = await testServer(t);
    const client = deps.config.clients.get('web');
    assert.ok(client);
    const good: Personal = {
      client,
      api: deps.config.apis.get(ACCOUNTS),
      scopes: ['read:accounts', 'transfer:funds'],
      person: { user, grant, scopesGrantedAt: START, nonce: null },
    };
    assert.equal(claimsOf(issueTokens(good, deps).access_token).acr, 'mfa');
    assert.throws(() => issueTokens(wrong(good), deps), NotIssuable);
  });
}

test('nothing is signed for a client acting for itself that demands a person, or is for no API', async (t) => {
  const { deps } = await testServer(t);
  const client = deps.config.clients.get('nightly');
  const api = deps.config.apis.get(ACCOUNTS);
  assert.ok(client && api);
  assert.equal(claimsOf(issueTokens({ client, api, scopes: ['read:accounts'] }, deps).access_token).sub, 'nightly');
  for (const scopes of [['transfer:funds'], ['read:accounts', 'close:account'], ['unheard:of']]) {
    assert.throws(() => issueTokens({ client, api, scopes }, deps), NotIssuable);
  }
  assert.throws(() => issueTokens({ client, api: undefined, scopes: [] }, deps), NotIssuable);
});
