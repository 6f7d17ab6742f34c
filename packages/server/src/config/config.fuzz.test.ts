import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { ConfigError, resolveConfig } from './config.ts';

const SECRET = 'a secret that no message repeats';
const API = 'https://api.example/';

const some = (...texts: readonly string[]): fc.Arbitrary<string> => {
  const valid = fc.constantFrom(...texts);
  return fc.oneof({ weight: 9, arbitrary: valid }, { weight: 1, arbitrary: nearly(valid) });
};

const scopes = fc.dictionary(
  some('read', 'openid'),
  nearlyRecord({
    description: some('Read'),
    requires: nearlyRecord({ acr: some('mfa', 'phr'), maxAge: some('5m') }),
    singleUse: fc.boolean(),
  }),
  { maxKeys: 1 },
);
const api = nearlyRecord({
  audience: some(API),
  name: some('API'),
  tokenLifetime: some('15m'),
  scopes,
  resourceServerClients: fc.constantFrom([], ['web'], ['nobody']),
});
const client = nearlyRecord({
  id: some('web', 'spa'),
  name: some('Web'),
  authentication: fc.constantFrom(['none'], ['client_secret_basic'], ['private_key_jwt'], []),
  secret: fc.constant(SECRET),
  redirectUris: fc.array(
    some('https://app.example/callback', 'http://127.0.0.1/', 'javascript:alert(1)', 'com.example:/cb'),
    { maxLength: 2 },
  ),
  webOrigins: fc.array(some('https://app.example'), { maxLength: 1 }),
  apis: fc.dictionary(some(API), fc.array(some('read'), { maxLength: 1 }), { maxKeys: 1 }),
  accent: some('#1d6b4f'),
});
const user = nearlyRecord({
  id: some('robin'),
  username: some('robin'),
  password: fc.constant(SECRET),
  recoveryCodes: fc.constant([]),
});
const config = nearlyRecord({
  issuer: some('https://login.example/', 'http://localhost:9000/'),
  trustedProxies: fc.constantFrom(0, 1),
  sessions: nearlyRecord({ idle: some('3d'), absolute: fc.nat() }),
  apis: fc.array(api, { maxLength: 1 }),
  clients: fc.array(client, { maxLength: 2 }),
  users: fc.array(user, { maxLength: 2 }),
});

it('a configuration is usable, or refused with words that tell no secret', () => {
  let usable = 0;
  fuzz(
    fc.property(fc.oneof({ weight: 9, arbitrary: config }, { weight: 1, arbitrary: anyJson }), (input) => {
      try {
        const resolved = resolveConfig(input);
        usable += 1;
        const { clients, issuer, secure } = resolved;
        assert.equal(new URL(issuer).href, issuer);
        assert.equal(secure, issuer.startsWith('https:'));
        for (const { redirectUris, authentication, pkce } of clients.values()) {
          assert.ok(redirectUris.every((uri) => /^[\x21-\x7e]+$/.test(uri) && !/^(javascript|data):/i.test(uri)));
          assert.ok(!authentication.includes('none') || pkce === 'required');
        }
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
        assert.ok(!error.message.includes(SECRET), error.message);
      }
    }),
  );
  enough(usable, 100, 'were usable');
});
