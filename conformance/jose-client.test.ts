/**
 * The hostile tokens, as ID tokens that reach the SDK for applications from the token endpoint. TLS vouches for that endpoint, so the
 * SDK verifies no signature (OpenID Connect Core 1.0, section 3.1.3.7, item 6); it sees forms, headers and claims.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readIdToken } from '../packages/client/src/authorization/id-token.ts';
import { macVectors, unsignedVectors } from './jose-algorithms.ts';
import {
  audienceVectors,
  expiredVectors,
  expiryVectors,
  futureVectors,
  issuerVectors,
  subjectVectors,
} from './jose-claims.ts';
import { criticalVectors, encodingVectors } from './jose-headers.ts';
import { spellingVectors } from './jose-spellings.ts';
import type { Genuine } from './jose-token.ts';
import { newSigner, signed } from './jose-token.ts';

const NOW = 1_800_000_000;

const genuine: Genuine = {
  signer: newSigner('ES256', 'key'),
  header: { alg: 'ES256', kid: 'key', typ: 'JWT' },
  claims: { iss: 'https://login.example/', sub: 'user_ada', aud: 'app', nonce: 'n', iat: NOW, exp: NOW + 300 },
  trap: 'https://trap.example',
};

const read = (token: string) =>
  readIdToken(token, { issuer: 'https://login.example/', clientId: 'app', nonce: 'n', requestedAt: NOW, now: NOW });

/** These only a signature could tell, or the measure that a server sets. */
const UNSEEN = [
  'a signature in hexadecimal',
  'two kid, of which the last is nobody’s',
  'a header of 20,000 characters',
];

const vectors = [
  ...unsignedVectors,
  ...macVectors,
  ...criticalVectors,
  ...encodingVectors,
  ...spellingVectors,
  ...expiryVectors,
  ...expiredVectors,
  ...futureVectors,
  ...audienceVectors,
  ...issuerVectors,
  ...subjectVectors,
].filter(({ name }) => !UNSEEN.includes(name));

describe('OpenID Connect Core 1.0, section 3.1.3.7: an ID token', () => {
  it('that is right is read', () => {
    assert.equal(read(signed(genuine)).subject, 'user_ada');
    assert.equal(read(signed(genuine, { x: 'é' }, { aud: ['app'] })).subject, 'user_ada');
  });

  for (const { name, make } of vectors) {
    it(`T29: is refused: ${name}`, () => {
      assert.throws(() => read(make(genuine)), { name: 'StepUpError', code: 'id_token_invalid' });
    });
  }
});
