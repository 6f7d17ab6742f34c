import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { usableClientKeys } from './client-keys.ts';

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent });

const p256 = ec('P-256').publicKey.export({ format: 'jwk' });
const rsa2048 = rsa(2048).publicKey.export({ format: 'jwk' });

const accepted: readonly (readonly [string, object])[] = [
  ['P-256', p256],
  ['P-256 for signatures', { ...p256, use: 'sig', alg: 'ES256', key_ops: ['verify'] }],
  ['RSA of 2048 bits', rsa2048],
  ['RSA for RS256', { ...rsa2048, alg: 'RS256' }],
  ['RSA for PS256', { ...rsa2048, alg: 'PS256' }],
];

for (const [name, jwk] of accepted) {
  test(`a key may be relied on: ${name}`, () => assert.equal(usableClientKeys([{ ...jwk }]).length, 1));
}

const refused: readonly (readonly [string, object])[] = [
  ['RSA of 1024 bits', rsa(1024).publicKey.export({ format: 'jwk' })],
  ['RSA with the exponent 1', { ...rsa2048, e: 'AQ' }],
  ['RSA with the exponent 3', rsa(2048, 3).publicKey.export({ format: 'jwk' })],
  ['RSA with an even exponent', { ...rsa2048, e: 'AQAC' }],
  ['RSA with an even modulus', { ...rsa2048, n: Buffer.alloc(256, 0xfe).toString('base64url') }],
  ['RSA without a modulus', { kty: 'RSA', e: 'AQAB' }],
  ['P-384', ec('P-384').publicKey.export({ format: 'jwk' })],
  ['secp256k1', ec('secp256k1').publicKey.export({ format: 'jwk' })],
  ['Ed25519', generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })],
  ['a point that is not on the curve', { ...p256, x: p256.y, y: p256.x }],
  ['a private key', ec('P-256').privateKey.export({ format: 'jwk' })],
  ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
  ['a key for encryption', { ...p256, use: 'enc' }],
  ['a key for other operations', { ...p256, key_ops: ['sign'] }],
  ['operations that are no list', { ...p256, key_ops: 'verify' }],
  ['P-256 marked for another algorithm', { ...p256, alg: 'ES384' }],
  ['P-256 marked for RSA', { ...p256, alg: 'RS256' }],
  ['RSA marked for ECDSA', { ...rsa2048, alg: 'ES256' }],
  ['RSA marked for encryption', { ...rsa2048, alg: 'RSA-OAEP' }],
  ['RSA marked for HMAC', { ...rsa2048, alg: 'HS256' }],
  ['nothing', {}],
];

for (const [name, jwk] of refused) {
  test(`T29: a key is passed over: ${name}`, () => assert.deepEqual(usableClientKeys([{ ...jwk }]), []));
}
