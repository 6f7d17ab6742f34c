import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { usableClientKeys } from './client-keys.ts';

const jwk = (pair: { readonly publicKey: ReturnType<typeof createPublicKey> }): Readonly<Record<string, unknown>> => ({
  ...pair.publicKey.export({ format: 'jwk' }),
});

const KEYS = [
  jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  jwk(generateKeyPairSync('rsa', { modulusLength: 2048 })),
  jwk(generateKeyPairSync('rsa', { modulusLength: 1024 })),
  jwk(generateKeyPairSync('ed25519')),
];

it('a key is relied on only if it is public, strong and for signatures, whatever else stands in it', () => {
  const keys = fc.oneof(
    ...KEYS.map((key) =>
      nearlyRecord({
        ...Object.fromEntries(
          Object.entries(key).map(([name, value]) => [
            name,
            fc.oneof(
              { weight: 9, arbitrary: fc.constant(value) },
              { weight: 1, arbitrary: nearly(fc.constant(String(value))) },
            ),
          ]),
        ),
        use: fc.constantFrom('sig', 'enc', undefined),
        alg: fc.constantFrom('ES256', 'RS256', 'none', undefined),
        key_ops: fc.constantFrom(['verify'], ['encrypt'], undefined),
      }),
    ),
  );
  let usable = 0;
  fuzz(
    fc.property(keys, (key) => {
      const [found, ...others] = usableClientKeys([key]);
      assert.equal(others.length, 0);
      if (!found) return;
      usable += 1;
      assert.ok(found.d === undefined && found.k === undefined && found.use !== 'enc');
      const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey({
        key: { ...found },
        format: 'jwk',
      });
      assert.ok(
        type === 'ec' ? details?.namedCurve === 'prime256v1' : type === 'rsa' && (details?.modulusLength ?? 0) >= 2048,
      );
    }),
  );
  enough(usable, 200, 'were usable');
});
