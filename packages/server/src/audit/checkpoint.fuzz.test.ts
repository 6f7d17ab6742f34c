import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { generateSigningKey, privateKeyOf, publicJwkOf } from '../keys/jwk.ts';
import { signJws } from '../keys/jws.ts';
import { at } from '../store/testing/fixtures.ts';
import { BEGINNING } from './chain.ts';
import { checkpointLine, parseCheckpointLine, readCheckpoint } from './checkpoint.ts';

const key = generateSigningKey('ES256', 'current', at(0));
const jwk = publicJwkOf(key);
const HEADER = { alg: 'ES256', kid: key.kid, typ: 'stile-checkpoint+jwt' } as const;
const STATEMENT = { iss: 'https://login.example/', iat: 5, seq: 3, hash: BEGINNING, first: 1, after: BEGINNING };

const signed = (claims: object, header: object = {}) =>
  signJws({ ...HEADER, ...header }, { ...claims }, privateKeyOf(key));

it('what is read of a checkpoint was signed, word for word', () => {
  const line = checkpointLine({ jws: signed(STATEMENT), jwk });
  const genuine = parseCheckpointLine(line);
  assert.deepEqual(genuine, {
    issuer: STATEMENT.iss,
    at: 5,
    seq: 3,
    hash: BEGINNING,
    first: 1,
    after: BEGINNING,
    kid: key.kid,
  });
  fuzz(
    fc.property(fc.oneof(nearly(fc.constant(line)), garbage), (text) => {
      const read = parseCheckpointLine(text);
      if (read !== undefined) assert.deepEqual(read, genuine);
    }),
  );
});

it('a token is no checkpoint, whoever signed it, nor is a statement that counts wrongly', () => {
  const wrong: readonly string[] = [
    signed(STATEMENT, { typ: 'JWT' }),
    signed(STATEMENT, { typ: 'at+jwt' }),
    signed({ ...STATEMENT, seq: 0 }),
    signed({ ...STATEMENT, seq: '3' }),
    signed({ ...STATEMENT, first: 5 }),
    signed({ ...STATEMENT, iat: 1.5 }),
    signed({ ...STATEMENT, hash: 7 }),
  ];
  for (const jws of wrong) assert.equal(readCheckpoint({ jws, jwk }), undefined, jws);
});

it('the key must be the one whose thumbprint the signature names', () => {
  const jws = signed(STATEMENT);
  const other = publicJwkOf(generateSigningKey('ES256', 'current', at(0)));
  fuzz(
    fc.property(fc.oneof(fc.constant({ ...other, kid: key.kid }), fc.object()), (claimed) => {
      assert.equal(readCheckpoint({ jws, jwk: claimed }), undefined);
    }),
    1000,
  );
});
