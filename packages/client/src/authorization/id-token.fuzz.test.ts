import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { StepUpError } from '../error.ts';
import { checkAuthentication, readIdToken } from './id-token.ts';

const NOW = 1_800_000_000;
const expected = {
  issuer: 'https://login.example/',
  clientId: 'app',
  nonce: 'n',
  now: NOW,
  requestedAt: NOW - 30,
  acrValues: ['mfa'],
  maxAgeSeconds: 300,
  subject: 'robin',
};

const CODES = ['id_token_invalid', 'different_user', 'acr_not_met', 'authentication_too_old'];

const claims = nearlyRecord({
  iss: fc.constant(expected.issuer),
  sub: fc.constantFrom('robin', 'robin', 'robin', 'sam'),
  aud: fc.constantFrom<unknown>('app', ['app'], ['app', 'other']),
  azp: fc.constantFrom('app', undefined),
  exp: fc.integer({ min: NOW - 100, max: NOW + 300 }),
  iat: fc.constant(NOW - 5),
  nonce: fc.constant('n'),
  acr: fc.constantFrom('mfa', '1fa'),
  acrs: fc.constantFrom(['mfa'], ['1fa'], undefined),
  auth_time: fc.integer({ min: NOW - 500, max: NOW + 100 }),
});

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
const HEADER = segment({ alg: 'RS256', kid: 'k' });

const isOurs = (error: unknown): boolean => error instanceof StepUpError && CODES.includes(error.code);

it('whatever an ID token says, it is of this person, for this client, fresh and strong enough, or refused', () => {
  let good = 0;
  fuzz(
    fc.property(fc.oneof({ weight: 19, arbitrary: claims }, { weight: 1, arbitrary: anyJson }), (body) => {
      try {
        const { subject, proof, expiresAt } = readIdToken(`${HEADER}.${segment(body)}.AA`, expected);
        good += 1;
        assert.equal(subject, 'robin');
        assert.ok(expiresAt > NOW - 61);
        assert.ok(proof.acr === 'mfa' || proof.acrs?.includes('mfa'));
        // max_age counts from the request; the clocks may differ by a minute.
        assert.ok((proof.authTime ?? 0) >= expected.requestedAt - 300 - 60 && (proof.authTime ?? 0) <= NOW + 60);
        assert.deepEqual(checkAuthentication({ ...(body as object) }, expected), proof);
      } catch (error) {
        assert.ok(isOurs(error), String(error));
      }
    }),
  );
  enough(good, 200, 'were good');
});

it('a text that is no ID token is refused', () => {
  const good = {
    ...expected,
    iss: expected.issuer,
    sub: 'robin',
    aud: 'app',
    exp: NOW + 60,
    iat: NOW,
    acr: 'mfa',
    auth_time: NOW,
  };
  const token = `${HEADER}.${segment({ ...good, nonce: 'n' })}.AA`;
  assert.equal(readIdToken(token, expected).subject, 'robin');
  fuzz(
    fc.property(nearly(fc.constant(token)), (text) => {
      try {
        assert.equal(readIdToken(text, expected).subject, 'robin');
        assert.equal(text.split('.').length, 3);
      } catch (error) {
        assert.ok(isOurs(error), String(error));
      }
    }),
  );
});
