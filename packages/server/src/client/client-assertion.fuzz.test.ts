import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearlyRecord, spoilt } from '../../../../tools/fuzz/hostile-text.ts';
import type { RegisteredClient } from '../config/config.ts';
import { resolveConfig } from '../config/config.ts';
import { START, startTestServer } from '../testing/test-server.ts';
import { verifyClientAssertion } from './client-assertion.ts';

const server = await startTestServer();
after(() => server.close());
const { issuer } = server.deps.config;

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const registered = resolveConfig({
  clients: [
    {
      id: 'signer',
      name: 'A client that signs',
      authentication: ['private_key_jwt'],
      jwks: { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kty: 'EC', kid: 'k' }] },
      grantTypes: ['client_credentials'],
    },
  ],
}).clients.get('signer');
const client = registered ?? assert.fail('The client of this test is not registered.');

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
const signed = (header: unknown, claims: unknown): string => {
  const input = `${segment(header)}.${segment(claims)}`;
  const key = { key: keys.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
};

let count = 0;
const verify = (assertion: string, as: RegisteredClient = client) => verifyClientAssertion(assertion, as, server.deps);
const good = { iss: 'signer', sub: 'signer', aud: issuer, exp: START + 60, iat: START };

it('an assertion that the client signed counts once if every claim is as it must be', async () => {
  const claims = nearlyRecord({
    ...Object.fromEntries(Object.entries(good).map(([name, value]) => [name, fc.constant(value)])),
    aud: fc.constantFrom<unknown>(issuer, issuer.slice(0, -1), `${issuer}oauth/token`, ['x', issuer]),
    exp: fc.integer({ min: START - 400, max: START + 400 }),
    jti: fc.constant('unique'),
  });
  const header = nearlyRecord({ alg: fc.constant('ES256'), kid: fc.constant('k'), typ: fc.constant('JWT') });
  let accepted = 0;
  await fuzzAsync(
    fc.asyncProperty(header, claims, async (head, body) => {
      count += 1;
      const own = body.jti === 'unique' ? { ...body, jti: `jti ${count}` } : body;
      const verdict = await verify(signed(head, own));
      if (!verdict.ok) return;
      accepted += 1;
      assert.deepEqual([own.iss, own.sub, head.alg], ['signer', 'signer', 'ES256']);
      assert.ok(typeof own.exp === 'number' && own.exp > START - 11 && own.exp <= START + 310);
      assert.ok(typeof own.jti === 'string' && own.jti !== '' && own.jti.length <= 256);
      assert.ok([own.aud].flat().some((audience) => String(audience).startsWith(issuer.slice(0, -1))));
      assert.equal((await verify(signed(head, own))).ok, false);
    }),
    3_000,
  );
  enough(accepted, 50, 'were accepted');
});

it('an assertion that was changed, or never was one, is refused', async () => {
  const whole = Array.from({ length: 20 }, (_, i) => signed({ alg: 'ES256' }, { ...good, jti: `changed ${i}` }));
  const text = fc.oneof(
    spoilt(fc.constantFrom(...whole)),
    fc
      .tuple(anyJson, anyJson, fc.base64String())
      .map(([head, body, end]) => `${segment(head)}.${segment(body)}.${end}`),
  );
  await fuzzAsync(
    fc.asyncProperty(text, async (assertion) => {
      if (whole.includes(assertion)) return;
      assert.equal((await verify(assertion)).ok, false);
    }),
    7_000,
  );
});
