import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { it } from 'node:test';
import { isInstant } from '@stile/core';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../tools/fuzz/fuzz.ts';
import { anyJson, nearlyRecord, spoilt } from '../../../tools/fuzz/hostile-text.ts';
import { audience, goodClaims, now } from '../fixture/issuer.ts';
import { verifyAccessToken } from './access-token.ts';
import { settingsFrom } from './settings.ts';

const issuer = 'https://login.example/';
const settings = settingsFrom({ issuer, audience, now: () => now });
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
const signed = (header: unknown, claims: unknown): string => {
  const input = `${segment(header)}.${segment(claims)}`;
  const key = { key: keys.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
};
const verify = (token: string) => verifyAccessToken(token, settings, async () => keys.publicKey, now);

const FAULTS =
  'malformed_token wrong_type critical_header algorithm_not_allowed unknown_key bad_signature wrong_issuer wrong_audience expired not_yet_valid bad_claims sender_constrained'.split(
    ' ',
  );

it('whatever the issuer signed, a token has every claim in its type, is of now and for this API', async () => {
  const claims = nearlyRecord({
    ...Object.fromEntries(Object.entries(goodClaims).map(([name, value]) => [name, fc.constant<unknown>(value)])),
    iss: fc.constant(issuer),
    aud: fc.constantFrom<unknown>(audience, [audience, 'x'], 'x'),
    exp: fc.integer({ min: now - 100, max: now + 400 }),
    auth_time: fc.constantFrom<unknown>(now - 20, now * 1000, '1'),
  });
  const header = nearlyRecord({
    alg: fc.constant('ES256'),
    kid: fc.constant('k'),
    typ: fc.constantFrom('at+jwt', 'application/at+jwt', 'AT+JWT'),
  });
  let good = 0;
  await fuzzAsync(
    fc.asyncProperty(header, claims, async (head, body) => {
      const verified = await verify(signed(head, body));
      if (!verified.ok) {
        assert.ok(FAULTS.includes(verified.error), verified.error);
        return;
      }
      good += 1;
      const { subject, clientId, jti, scopes, authTime, acr, issuedAt, expiresAt } = verified.value;
      assert.ok([subject, clientId, jti].every((text) => typeof text === 'string' && text !== ''));
      assert.ok(scopes.every((scope) => scope !== '' && !scope.includes(' ')));
      assert.ok(authTime === undefined || isInstant(authTime));
      assert.ok(acr === undefined || (typeof acr === 'string' && acr !== ''));
      assert.ok(issuedAt <= now + 5 && expiresAt > now - 5);
      assert.ok([body.aud].flat().includes(audience) && body.iss === issuer && !('cnf' in body));
    }),
    3_000,
  );
  enough(good, 50, 'were good');
});

it('a token that was changed, or never was one, is refused with a word for it', async () => {
  const whole = signed({ alg: 'ES256', kid: 'k', typ: 'at+jwt' }, { iss: issuer, ...goodClaims });
  assert.ok((await verify(whole)).ok);
  const noise = fc
    .tuple(anyJson, anyJson, fc.base64String())
    .map(([head, body, end]) => `${segment(head)}.${segment(body)}.${end}`);
  await fuzzAsync(
    fc.asyncProperty(fc.oneof(spoilt(fc.constant(whole)), noise), async (token) => {
      if (token === whole) return;
      const verified = await verify(token);
      assert.ok(!verified.ok && FAULTS.includes(verified.error));
    }),
    7_000,
  );
});
