/** private_key_jwt: an assertion that is signed, meant for this server, fresh, and never seen before (RFC 7523). */
import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { SignJWT } from 'jose';
import { formPost } from '../testing/browser.ts';
import { REPORTS } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';

const ISSUER = 'https://login.fabrikam.example/';
const ID = 'signer';

const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [own, next, foreign] = [ec(), ec(), ec()];
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const jwkOf = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: 'jwk' }), kty: kindOf(key), ...more });
const kindOf = (key: KeyObject): 'EC' | 'RSA' => (key.asymmetricKeyType === 'rsa' ? 'RSA' : 'EC');

const withSigner =
  (...keys: object[]): ConfigChange =>
  (config) => ({
    ...config,
    clients: [
      ...(config.clients ?? []),
      {
        id: ID,
        name: 'Signer',
        authentication: ['private_key_jwt'],
        jwks: { keys: keys.map((key) => ({ kty: 'EC', ...key })) },
        grantTypes: ['client_credentials'],
        apis: { [REPORTS]: ['read:reports'] },
      },
    ],
  });

const standard = withSigner(jwkOf(own.publicKey, { kid: 'own', use: 'sig', alg: 'ES256' }));

interface Assertion {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: { readonly alg?: string; readonly kid?: string };
  readonly key?: KeyObject;
}

const make = ({ claims = {}, header = {}, key = own.privateKey }: Assertion = {}): Promise<string> => {
  const all = { iss: ID, sub: ID, aud: ISSUER, jti: randomUUID(), iat: START, exp: START + 60, ...claims };
  return new SignJWT(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(key);
};

const present = async (server: TestServer, assertion: string, more: Readonly<Record<string, string>> = {}) => {
  const fields = {
    grant_type: 'client_credentials',
    audience: REPORTS,
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    ...more,
  };
  const response = await server.send('/oauth/token', formPost(fields));
  const body = parseJsonObject(await response.text());
  return response.status === 200 ? 'accepted' : `${response.status} ${String(body?.error)}`;
};

const REFUSED = '401 invalid_client';

const claimCases: readonly (readonly [name: string, claims: Readonly<Record<string, unknown>>, outcome: string])[] = [
  ['nothing special', {}, 'accepted'],
  ['the issuer without its slash', { aud: ISSUER.slice(0, -1) }, 'accepted'],
  ['the token endpoint as audience', { aud: `${ISSUER}oauth/token` }, 'accepted'],
  ['this server among the audiences', { aud: ['https://other.example/', ISSUER] }, 'accepted'],
  ['the longest life allowed', { exp: START + 310 }, 'accepted'],
  ['no iat', { iat: undefined }, 'accepted'],
  ['a clock ten seconds ahead', { iat: START + 10 }, 'accepted'],
  ['an end nine seconds ago, for clocks differ', { exp: START - 9 }, 'accepted'],
  ['another audience', { aud: 'https://other.example/' }, REFUSED],
  ['another endpoint as audience', { aud: `${ISSUER}oauth/revoke` }, REFUSED],
  ['no audience', { aud: undefined }, REFUSED],
  ['another issuer', { iss: 'web' }, REFUSED],
  ['another subject', { sub: 'web' }, REFUSED],
  ['no subject', { sub: undefined }, REFUSED],
  ['an end in the past', { exp: START - 10 }, REFUSED],
  ['no end', { exp: undefined }, REFUSED],
  ['too long a life', { exp: START + 311 }, REFUSED],
  ['T23: an end in milliseconds', { exp: (START + 60) * 1000 }, REFUSED],
  ['an end with a fraction', { exp: START + 60.5 }, REFUSED],
  ['a beginning in the future', { nbf: START + 11 }, REFUSED],
  ['an issue in the future', { iat: START + 11 }, REFUSED],
  ['no jti', { jti: undefined }, REFUSED],
  ['an empty jti', { jti: '' }, REFUSED],
  ['a jti beyond measure', { jti: 'x'.repeat(257) }, REFUSED],
  ['a jti that is a number', { jti: 7 }, REFUSED],
];

for (const [name, claims, outcome] of claimCases) {
  test(`an assertion with ${name}: ${outcome}`, async (t) => {
    const server = await testServer(t, standard);
    assert.equal(await present(server, await make({ claims })), outcome);
  });
}

test('an assertion serves once, and is remembered for as long as it would be accepted', async (t) => {
  const server = await testServer(t, standard);
  const assertion = await make();
  const both = await Promise.all([present(server, assertion), present(server, assertion)]);
  assert.deepEqual(both.toSorted(), [REFUSED, 'accepted']);
  server.advance(69);
  await server.store.sweep(server.deps.now());
  assert.equal(await present(server, assertion), REFUSED);
  server.advance(1);
  await server.store.sweep(server.deps.now());
  assert.equal(await present(server, assertion), REFUSED);
});

test('the jti of one client is nothing to another', async (t) => {
  const other: ConfigChange = (config) => {
    const { clients = [], ...rest } = standard(config);
    return {
      ...rest,
      clients: [...clients, ...clients.filter(({ id }) => id === ID).map((c) => ({ ...c, id: 'other' }))],
    };
  };
  const server = await testServer(t, other);
  const jti = 'the-same';
  assert.equal(await present(server, await make({ claims: { jti } })), 'accepted');
  assert.equal(await present(server, await make({ claims: { jti, iss: 'other', sub: 'other' } })), 'accepted');
});

test('a refused assertion is not used up by the attempt', async (t) => {
  const server = await testServer(t, standard);
  const assertion = await make();
  assert.equal(await present(server, assertion, { client_id: 'web' }), REFUSED);
  assert.equal(await present(server, `${assertion.slice(0, -2)}AA`), REFUSED);
  assert.equal(await present(server, assertion), 'accepted');
});

test('client_id may be left out or repeat the subject, and nothing else', async (t) => {
  const server = await testServer(t, standard);
  assert.equal(await present(server, await make(), { client_id: ID }), 'accepted');
  assert.equal(await present(server, await make(), { client_id: 'nightly' }), REFUSED);
  assert.equal(await present(server, await make(), { client_assertion_type: 'urn:something:else' }), REFUSED);
});

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('T29: none, HS256 with the public key, a foreign key and a foreign algorithm are refused', async (t) => {
  const server = await testServer(t, standard);
  const [, payload = ''] = (await make()).split('.');
  const none = `${encode({ alg: 'none' })}.${payload}.`;
  const head = encode({ alg: 'HS256' });
  const pem = own.publicKey.export({ type: 'spki', format: 'pem' });
  const hs256 = `${head}.${payload}.${createHmac('sha256', pem).update(`${head}.${payload}`).digest('base64url')}`;
  const embedded = await new SignJWT({ iss: ID, sub: ID, aud: ISSUER, jti: 'j', exp: START + 60 })
    .setProtectedHeader({ alg: 'ES256', jwk: jwkOf(foreign.publicKey) })
    .sign(foreign.privateKey);
  const forged = [
    none,
    hs256,
    embedded,
    await make({ key: foreign.privateKey }),
    await make({ key: foreign.privateKey, header: { kid: 'own' } }),
    await make({ key: rsa.privateKey, header: { alg: 'RS256', kid: 'own' } }),
  ];
  for (const assertion of forged) assert.equal(await present(server, assertion), REFUSED);
});

test('T29: padding, other spellings and empty parts are refused', async (t) => {
  const server = await testServer(t, standard);
  const assertion = await make();
  const [head = '', payload = '', signature = ''] = assertion.split('.');
  const spellings = [
    `${assertion}=`,
    `${head}=.${payload}.${signature}`,
    `${assertion} `,
    ` ${assertion}`,
    `${assertion}.`,
    `${head}.${payload}`,
    `${head}..${signature}`,
    '..',
  ];
  for (const spelling of spellings) assert.equal(await present(server, spelling), REFUSED, JSON.stringify(spelling));
  assert.equal(await present(server, assertion), 'accepted');
});

test('a client that changes its key may use both, with or without kid', async (t) => {
  const server = await testServer(t, withSigner(jwkOf(own.publicKey, { kid: 'own' }), jwkOf(next.publicKey)));
  for (const key of [own.privateKey, next.privateKey])
    assert.equal(await present(server, await make({ key })), 'accepted');
  const header = { kid: 'unheard-of' };
  assert.equal(await present(server, await make({ header, key: next.privateKey })), 'accepted');
  assert.equal(await present(server, await make({ header, key: own.privateKey })), REFUSED);
  assert.equal(await present(server, await make({ key: foreign.privateKey })), REFUSED);
});

test('RSA keys serve for RS256 and PS256, unless they say which', async (t) => {
  const open = await testServer(t, withSigner(jwkOf(rsa.publicKey)));
  const narrow = await testServer(t, withSigner(jwkOf(rsa.publicKey, { alg: 'PS256' })));
  const [rs, ps] = [{ alg: 'RS256' }, { alg: 'PS256' }];
  const by = (header: { alg: string }) => make({ header, key: rsa.privateKey });
  assert.equal(await present(open, await by(rs)), 'accepted');
  assert.equal(await present(open, await by(ps)), 'accepted');
  assert.equal(await present(narrow, await by(rs)), REFUSED);
  assert.equal(await present(narrow, await by(ps)), 'accepted');
});
