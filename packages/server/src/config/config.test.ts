/** A configuration that is wrong is refused at the start, in words that say where and what to write. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { ACCOUNTS, ROBIN, testConfig } from '../testing/test-config.ts';
import { ConfigError, resolveConfig } from './config.ts';

const messageOf = (input: unknown): string => {
  try {
    resolveConfig(input);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

const API = { audience: 'https://api.example/', name: 'API', scopes: { read: {} } };
const CLIENT = {
  id: 'app',
  name: 'App',
  authentication: ['client_secret_basic'],
  secret: 'a-secret-of-the-app-for-tests',
  redirectUris: ['https://app.example/callback'],
};
const USER = { id: 'user_a', username: 'a', password: 'correct horse' };

const client = (more: object) => ({ apis: [API], clients: [{ ...CLIENT, ...more }] });
const api = (more: object) => ({ apis: [{ ...API, ...more }], clients: [CLIENT] });

test('what is left out has safe defaults', () => {
  const config = resolveConfig({ clients: [CLIENT] });
  const app = config.clients.get('app');
  assert.deepEqual(
    [app?.firstParty, app?.acrValues, app?.pkce, app?.grantTypes],
    [false, 'required', 'unless-nonce', ['authorization_code', 'refresh_token']],
  );
  assert.deepEqual([config.enrolment, config.trustedProxies, config.lifetimes.code], ['ticket', 0, 60]);
  assert.deepEqual(
    config.levels.map(({ acr }) => acr),
    ['phrh', 'phr', 'mfa', '1fa'],
  );
});

test('durations become seconds, cookies are secure where the issuer is https, public clients always use PKCE', () => {
  const config = resolveConfig({ ...client({ pkce: 'optional' }), sessions: { idle: '12h' } });
  assert.equal(config.sessions.idle, 43_200);
  assert.equal(config.secure, false);
  assert.equal(resolveConfig(testConfig).secure, true);
  const open = resolveConfig(client({ authentication: ['none'], secret: undefined, pkce: 'optional' }));
  assert.equal(open.clients.get('app')?.pkce, 'required');
});

const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

/** What is wrong, how the message names its place, and what it says. */
const mistakes: readonly (readonly [input: unknown, place: string, fix: RegExp])[] = [
  [7, '(top level)', /object/i],
  [{ clientz: [] }, '(top level)', /Remove or rename: clientz/],
  [{ issuer: 'https://login.example.com' }, 'issuer', /trailing slash/],
  [{ issuer: 'https://login.example.com/auth/' }, 'issuer', /trailing slash/],
  [{ issuer: 'https://Login.example.com/' }, 'issuer', /as browsers write/],
  [{ listen: { port: 70_000 } }, 'listen.port', /65535/],
  [{ sessions: { idle: '5 minutes' } }, 'sessions.idle', /'30s', '5m'/],
  [{ sessions: { idle: 0 } }, 'sessions.idle', /at least one second/],
  [{ sessions: { absolute: 9e15 } }, 'sessions.absolute', /'30s', '5m'/],
  [{ lifetimes: { code: '11m' } }, 'lifetimes.code', /ten minutes at most/],
  [{ lifetimes: { code: '0s' } }, 'lifetimes.code', /at least one second/],
  [{ lifetimes: { code: -1 } }, 'lifetimes.code', />=0/],
  [{ lifetimes: { code: null } }, 'lifetimes.code', /'30s', '5m'/],
  [{ trustedProxies: -1 }, 'trustedProxies', /./],
  [client({ redirectUris: ['/callback'] }), 'clients[0].redirectUris[0]', /absolute URI/],
  [client({ redirectUris: ['https://a.example/#x'] }), 'clients[0].redirectUris[0]', /fragment/],
  [client({ redirectUris: ['javascript:alert(1)'] }), 'clients[0].redirectUris[0]', /cannot be redirected to safely/],
  [client({ redirectUris: ['JavaScript:alert(1)'] }), 'clients[0].redirectUris[0]', /cannot be redirected to safely/],
  [client({ redirectUris: ['https://例え.example/'] }), 'clients[0].redirectUris[0]', /in ASCII/],
  [client({ redirectUris: ['https://[bad/'] }), 'clients[0].redirectUris[0]', /browser could follow/],
  [client({ postLogoutRedirectUris: ['data:text/html,x'] }), 'clients[0].postLogoutRedirectUris[0]', /safely/],
  [client({ webOrigins: ['https://app.example/'] }), 'clients[0].webOrigins[0]', /without a path/],
  [client({ webOrigins: ['https://App.example'] }), 'clients[0].webOrigins[0]', /as browsers do/],
  [client({ webOrigins: ['https://app.example:443'] }), 'clients[0].webOrigins[0]', /as browsers do/],
  [client({ webOrigins: ['*'] }), 'clients[0].webOrigins[0]', /origin/],
  [client({ secret: 'short' }), 'clients[0].secret', /at least 16 characters/],
  [client({ authentication: [] }), 'clients[0].authentication', /./],
  [client({ authentication: ['basic'] }), 'clients[0].authentication[0]', /client_secret_basic/],
  [client({ id: 'a b' }), 'clients[0].id', /without spaces/],
  [client({ accent: 'red' }), 'clients[0].accent', /six hexadecimal digits/],
  [client({ firstparty: true }), 'clients[0]', /Remove or rename: firstparty/],
  [client({ minimumAcr: [] }), 'clients[0].minimumAcr', />=1/],
  [api({ audience: 'accounts' }), 'apis[0].audience', /absolute URI/],
  [api({ scopes: { 'a b': {} } }), 'apis[0].scopes.a b', /without spaces/],
  [api({ scopes: { read: { requires: { maxAge: 'soon' } } } }), 'apis[0].scopes.read.requires.maxAge', /'30s', '5m'/],
  [api({ tokenLifetime: 0 }), 'apis[0].tokenLifetime', /at least one second/],
  [{ users: [{ ...USER, password: 'short' }] }, 'users[0].password', /8/],
  [{ users: [{ ...USER, totp: { name: 'x', secret: 'abc' } }] }, 'users[0].totp.secret', /32 characters of base 32/],
  [{ users: [{ ...USER, recoveryCodes: ['1234'] }] }, 'users[0].recoveryCodes[0]', /24 digits and letters/],
  [{ levels: [{ acr: 'x', kinds: 4, shownBy: 'any', renewedBy: 'any' }] }, 'levels[0].kinds', /1, 2 or 3/],
];

for (const [input, place, fix] of mistakes) {
  test(`a mistake is named by its place: ${place} in ${JSON.stringify(input).slice(0, 90)}`, () => {
    const line = messageOf(input)
      .split('\n')
      .find((one) => one.startsWith(`  ${place}: `));
    assert.ok(line !== undefined, messageOf(input));
    assert.match(line, fix);
  });
}

test('every mistake is named at once', () => {
  const message = messageOf({ issuer: 'x', trustedProxies: 99, clients: [{ ...CLIENT, id: '' }] });
  for (const place of ['issuer', 'trustedProxies', 'clients[0].id']) assert.ok(message.includes(`  ${place}: `));
});

const contradictions: readonly (readonly [input: unknown, words: RegExp])[] = [
  [{ apis: [API, API] }, /apis: https:\/\/api\.example\/ occurs twice/],
  [{ clients: [CLIENT, CLIENT] }, /clients: app occurs twice/],
  [{ users: [USER, { ...USER, username: 'b' }] }, /users: user_a occurs twice/],
  [{ users: [USER, { ...USER, id: 'user_b' }] }, /users: a occurs twice/],
  [{ users: [USER, { ...USER, id: 'user_b', username: ' Ａ ' }] }, /users: a occurs twice/],
  [{ levels: [{ acr: 'x', aliases: ['x'], kinds: 1, shownBy: 'any', renewedBy: 'any' }] }, /levels: x occurs twice/],
  [api({ scopes: { read: { requires: { acr: 'gold' } } } }), /scope read: there is no level gold; declare it/],
  [api({ scopes: { email: { requires: { acr: 'mfa' } } } }), /the scope email belongs to OpenID Connect/],
  [api({ scopes: { offline_access: {} } }), /the scope offline_access belongs to OpenID Connect/],
  [api({ resourceServerClients: ['nobody'] }), /names nobody, which is not in clients/],
  [
    { apis: [{ ...API, resourceServerClients: ['app'] }], clients: [{ ...CLIENT, authentication: ['none'] }] },
    /names app, which only says who it is/,
  ],
  [api({ audience: 'http://localhost:9000/userinfo' }), /this server is that API itself/],
  [client({ authentication: ['none', 'client_secret_post'] }), /'none' stands alone/],
  [client({ secret: undefined }), /authentication by secret needs a secret/],
  [client({ authentication: ['private_key_jwt'] }), /private_key_jwt needs jwks/],
  [client({ authentication: ['private_key_jwt'], jwks: { keys: [weak] } }), /cannot be relied on/],
  [client({ authentication: ['private_key_jwt'], jwks: { keys: [privateKey] } }), /cannot be relied on/],
  [client({ redirectUris: [] }), /authorization_code needs redirectUris/],
  [client({ authentication: ['none'], grantTypes: ['client_credentials'] }), /clients that authenticate/],
  [client({ minimumAcr: 'gold' }), /minimumAcr: there is no level gold/],
  [client({ defaultAudience: API.audience }), /defaultAudience is not among its apis/],
  [client({ apis: { 'https://other.example/': ['read'] } }), /there is no API https:\/\/other\.example\//],
  [client({ apis: { [API.audience]: ['write'] } }), /the API has no scope write/],
  [client({ apis: { [API.audience]: ['constructor'] } }), /the API has no scope constructor/],
  [
    { clients: [{ ...CLIENT, id: 'user_a', grantTypes: ['client_credentials'] }], users: [USER] },
    /clients user_a: a user has this id too/,
  ],
];

for (const [input, words] of contradictions) {
  test(`a contradiction is named: ${words.source}`, () => {
    const message = messageOf(input);
    assert.match(message, /^The configuration contradicts itself:\n {2}/);
    assert.match(message, words);
  });
}

test('nothing of a configuration’s secrets is in its errors', () => {
  const message = messageOf({
    clients: [
      { ...CLIENT, secret: 'mArKeR' },
      { ...CLIENT, id: 'b', secret: 'mArKeR-of-enough-characters', accent: 'x' },
    ],
    users: [
      { ...USER, password: 'mArKeR' },
      { ...ROBIN, totp: { name: 'x', secret: 'mArKeR' }, recoveryCodes: ['mArKeR'] },
    ],
  });
  assert.match(message, /clients\[0\]\.secret/);
  assert.doesNotMatch(message, /mArKeR/);
});

test('scopes named like properties of every object are scopes like any other', () => {
  const scopes = { constructor: { requires: { acr: 'mfa' } }, toString: {} };
  const config = resolveConfig({ apis: [{ ...API, audience: ACCOUNTS, scopes }] });
  assert.deepEqual(Object.keys(config.apis.get(ACCOUNTS)?.scopes ?? {}), ['constructor', 'toString']);
});
