/** Attacks by clients, or by whoever would like to be taken for one: assertions, credentials, names of prototypes. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { after, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { ConfigError } from '@stile/server';
import type { JWTPayload } from 'jose';
import { SignJWT } from 'jose';
import { startAuthorizationServer } from '../authorization-server.ts';
import { REPORTS, WEB_SECRET } from '../fabrikam.ts';
import type { Answer } from '../flow.ts';
import { answerIn, authorizationUrl, basic, post, tokenRequest, tokensFor } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { evilJwk, signedByEvil, signedByHmac, unsigned } from './forgery.ts';

type Clients = NonNullable<ConfigInput['clients']>;
type Jwk = NonNullable<Clients[number]['jwks']>['keys'][number];

const [jobKey, otherKey] = [
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
];

const job = (id: string, key: typeof jobKey): Clients[number] => ({
  id,
  name: 'A job with a key',
  authentication: ['private_key_jwt'],
  jwks: { keys: [{ ...key.publicKey.export({ format: 'jwk' }), kty: 'RSA', kid: `key of ${id}` }] },
  grantTypes: ['client_credentials'],
  apis: { [REPORTS]: ['read:reports'] },
});

const server = await startAuthorizationServer({
  people: ['ada'],
  clients: [job('job', jobKey), job('other', otherKey)],
});
after(() => server.close());

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const usual = (): JWTPayload => ({
  iss: 'job',
  sub: 'job',
  aud: server.issuer,
  jti: `jti-${Math.random()}`,
  exp: server.now() + 60,
  iat: server.now(),
});

const assertion = (claims: JWTPayload, header: Readonly<Record<string, unknown>> = {}, key = jobKey): Promise<string> =>
  new SignJWT({ ...usual(), ...claims }).setProtectedHeader({ alg: 'RS256', ...header }).sign(key.privateKey);

const present = (client_assertion: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  tokenRequest(
    server,
    { grant_type: 'client_credentials', audience: REPORTS, client_assertion_type: TYPE, client_assertion, ...more },
    {},
  );

const assertUnknown = ({ status, body }: Answer, what: string): void => {
  assert.deepEqual(
    [status, body.error, body.error_description],
    [401, 'invalid_client', 'Client authentication failed'],
    what,
  );
};

describe('client assertions', () => {
  it('replay of a client assertion: at the same endpoint, at another, under another spelling', async () => {
    const once = await assertion({});
    assert.equal((await present(once)).status, 200);
    assertUnknown(await present(once), 'the same');
    for (const path of ['oauth/introspect', 'oauth/revoke', 'oauth/consume']) {
      const fields = { token: 'x', client_assertion_type: TYPE, client_assertion: once };
      assertUnknown(await post(server.at(path), fields), path);
    }
    const [header, claims, signature = ''] = once.split('.');
    for (const spelling of [`${once}=`, `${header}.${claims}.${signature}==`, ` ${once}`, `${once}\t`, `${once}.`]) {
      assert.notEqual((await present(spelling)).status, 200, spelling);
    }
  });

  it('forged client assertions: unsigned, by HMAC with the public key, by another key, with a key of its own', async () => {
    const pem = createPublicKey(jobKey.publicKey.export({ type: 'spki', format: 'pem' }));
    const secrets = [pem.export({ type: 'spki', format: 'pem' }), pem.export({ type: 'spki', format: 'der' }), ''];
    const forged = [
      ...unsigned({ typ: 'JWT' }, usual()),
      ...secrets.map((secret) => signedByHmac({ typ: 'JWT', kid: 'key of job' }, usual(), secret)),
      signedByEvil({ kid: 'key of job', jwk: evilJwk }, usual()),
      signedByEvil({ jku: 'https://evil.example/', x5c: ['AAAA'] }, usual()),
      await assertion({}, {}, otherKey),
      await assertion({}, { kid: 'key of job' }, otherKey),
      await assertion({}, { kid: 'key of other' }),
      await assertion({}, { crit: ['exp'] }).catch(() => 'a.b.c'),
      'a.b.c',
      '..',
      'e30.e30.e30',
    ];
    for (const one of forged) assertUnknown(await present(one), one);
  });

  it('assertions for something else: of or about another client, for another server, without an end or a name, too long', async () => {
    const wrong: readonly JWTPayload[] = [
      { iss: 'other' },
      { sub: 'other' },
      { iss: 'https://evil.example/' },
      { sub: '' },
      { aud: 'https://evil.example/' },
      { aud: [] },
      { aud: `${server.issuer}evil` },
      { exp: server.now() - 60 },
      { exp: server.now() + 3600 },
      { exp: (server.now() + 60) * 1000 },
      { nbf: server.now() + 60 },
      { iat: server.now() + 60 },
      { jti: '' },
      { jti: 'x'.repeat(5000) },
    ];
    for (const claims of wrong)
      assertUnknown(await present(await assertion(claims)), JSON.stringify(claims).slice(0, 80));
    const { jti: _, ...nameless } = usual();
    const { exp: __, ...endless } = usual();
    for (const claims of [nameless, endless]) {
      const signed = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(jobKey.privateKey);
      assertUnknown(await present(signed), JSON.stringify(claims));
    }
  });

  it('an assertion of one client is presented for another, with another type, or beside a secret', async () => {
    assertUnknown(await present(await assertion({}), { client_id: 'other' }), 'other');
    assertUnknown(await present(await assertion({}), { client_id: 'web' }), 'web');
    assertUnknown(await present(await assertion({}), { client_assertion_type: 'urn:evil' }), 'type');
    const both = await present(await assertion({}), { client_secret: WEB_SECRET });
    assert.deepEqual([both.status, both.body.error], [400, 'invalid_request']);
  });

  it('weak keys cannot be registered: short RSA, an exponent of one, a private or shared key, one for encryption', async () => {
    const good = jobKey.publicKey.export({ format: 'jwk' });
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    const keys: readonly Jwk[] = [
      { ...short, kty: 'RSA' },
      { ...good, kty: 'RSA', e: 'AQ' },
      { ...good, kty: 'RSA', use: 'enc' },
      { ...good, kty: 'RSA', alg: 'HS256' },
      { ...jobKey.privateKey.export({ format: 'jwk' }), kty: 'RSA' },
      { kty: 'RSA' },
      { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
    ];
    for (const key of keys) {
      const client = { ...job('weak', jobKey), jwks: { keys: [key] } };
      await assert.rejects(startAuthorizationServer({ clients: [client] }), ConfigError, JSON.stringify(key));
    }
  });
});

describe('client credentials', () => {
  it('a client is not told apart from nobody: unknown, wrong, of another method, malformed, all in one sentence', async () => {
    const fields = { grant_type: 'client_credentials' };
    const tries: readonly (readonly [string, Readonly<Record<string, string>>, Readonly<Record<string, string>>])[] = [
      ['a wrong secret', {}, basic('web', 'wrong')],
      ['nobody', {}, basic('nobody', 'wrong')],
      ['a secret for a client with a key', {}, basic('job', 'wrong')],
      ['a secret for a client with none', {}, basic('native', '')],
      ['no secret for a client with one', { client_id: 'web' }, {}],
      ['nothing', {}, {}],
      ['Basic with nothing', {}, { authorization: 'Basic ' }],
      ['Basic with rubbish', {}, { authorization: 'Basic !!!' }],
      ['Basic with a colon alone', {}, basic('', '')],
      ['Basic with bad escapes', {}, { authorization: `Basic ${Buffer.from('web:%zz').toString('base64')}` }],
      ['Basic of one and the body of another', { client_id: 'native' }, basic('web', WEB_SECRET)],
      ['a prototype', {}, basic('__proto__', 'x')],
      ['a constructor', { client_id: 'constructor', client_secret: 'x' }, {}],
    ];
    for (const [what, more, headers] of tries) {
      assertUnknown(await post(server.at('oauth/token'), { ...fields, ...more }, headers), what);
    }
  });

  it('a public client is not believed where a client must have proven who it is', async () => {
    const { access_token } = await tokensFor(server, 'ada');
    for (const path of ['oauth/introspect', 'oauth/consume']) {
      assertUnknown(await post(server.at(path), { token: access_token, client_id: 'native' }), path);
    }
    const machine = await post(server.at('oauth/token'), { grant_type: 'client_credentials', client_id: 'native' });
    assert.equal(machine.body.error, 'unauthorized_client');
  });

  it('a secret in the address counts for nothing', async () => {
    const query = new URLSearchParams({
      client_id: 'web',
      client_secret: WEB_SECRET,
      grant_type: 'client_credentials',
    });
    const answer = await post(`${server.at('oauth/token')}?${query}`, { grant_type: 'client_credentials' });
    assertUnknown(answer, 'query');
  });

  it('a client that would have the name of a person cannot act alone: sub could not tell them apart', async () => {
    const clients = [{ ...job('user_ada', jobKey) }];
    await assert.rejects(startAuthorizationServer({ people: ['ada'], clients }), ConfigError);
  });
});

describe('prototype pollution', () => {
  const NAMES = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '__proto__[admin]',
    'constructor.prototype',
  ];

  it('prototype pollution by the authorization request: names and values of prototypes bring nothing to life', async () => {
    const agent = new UserAgent(server.issuer);
    for (const name of NAMES) {
      for (const parameter of [
        'client_id',
        'audience',
        'scope',
        'acr_values',
        'prompt',
        'response_mode',
        'response_type',
        'ui_locales',
        'claims',
        name,
      ]) {
        const page = await agent.open(authorizationUrl(server, { prompt: 'none', [parameter]: name }));
        assert.ok(page.status < 500 && answerIn(page).error !== 'server_error', `${parameter}=${name}`);
        assert.equal(answerIn(page).code, undefined);
      }
      const claims = `{"${name}":{"acr":{"essential":true}},"id_token":{"${name}":{"essential":true},"acr":{"${name}":1}}}`;
      const page = await agent.open(authorizationUrl(server, { prompt: 'none', claims }));
      assert.match(answerIn(page).error ?? '', /^(login_required|invalid_request)$/);
    }
    const object: Readonly<Record<string, unknown>> = {};
    assert.deepEqual([object.admin, object.essential, object.acr], [undefined, undefined, undefined]);
  });

  it('prototype pollution by JSON: a body that names prototypes is read as what it says and changes nothing else', async () => {
    const json = (text: string): Promise<Response> =>
      fetch(server.at('oauth/token'), { method: 'POST', body: text, headers: { 'content-type': 'application/json' } });
    for (const text of [
      '{"__proto__":{"client_id":"web","admin":true},"grant_type":"client_credentials"}',
      '{"__proto__":"x","grant_type":"__proto__","client_id":"native"}',
      '{"constructor":{"prototype":{"admin":true}}}',
      '{"grant_type":"toString","client_id":"native"}',
      '{"grant_type":"client_credentials","client_id":"__proto__","client_secret":"x"}',
    ]) {
      const response = await json(text);
      await response.body?.cancel();
      assert.ok(response.status === 400 || response.status === 401, text);
    }
    const object: Readonly<Record<string, unknown>> = {};
    assert.deepEqual([object.admin, object.client_id], [undefined, undefined]);
  });
});
