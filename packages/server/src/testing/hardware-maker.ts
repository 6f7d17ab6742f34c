/** A maker of security keys, for tests: a root of its own, and authenticators that it vouches for (WebAuthn Level 3, section 8.2). */
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { Lies } from './soft-passkey.ts';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));
const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.from([0]), bytes);
const time = (text: string): Buffer => der(0x17, Buffer.from(text, 'ascii'));

const TRUE = der(0x01, Buffer.from([0xff]));
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));

/** Country, organisation, organisational unit and common name, by the last byte of their identifiers. */
const name = (common: string): Buffer =>
  sequence(
    ...(
      [
        [6, 'DE'],
        [10, 'Fabrikam Keys'],
        [11, 'Authenticator Attestation'],
        [3, common],
      ] as const
    ).map(([type, text]) =>
      der(0x31, sequence(oid(`5504${type.toString(16).padStart(2, '0')}`), der(0x13, Buffer.from(text)))),
    ),
  );

const extension = (id: string, value: Uint8Array, ...critical: readonly Uint8Array[]): Buffer =>
  sequence(oid(id), ...critical, der(0x04, value));

const BASIC_CONSTRAINTS = '551d13';
/** id-fido-gen-ce-aaguid */
const AAGUID = '2b0601040182e51c010104';

interface Certified {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly until: string;
}

const certificate = ({ subject, issuer, publicKey, signer, extensions, until }: Certified): Buffer => {
  const signed = sequence(
    der(0xa0, integer(2)),
    integer(7),
    ECDSA_WITH_SHA256,
    name(issuer),
    sequence(time('240101000000Z'), time(until)),
    name(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(...extensions)),
  );
  return sequence(signed, ECDSA_WITH_SHA256, bits(sign('sha256', signed, signer)));
};

interface Maker {
  readonly rootDer: Buffer;
  readonly rootPem: string;
  /** What an authenticator of this maker adds to its answer: a statement over the new key, and who vouches for it. */
  attestationOf(aaguid: string): NonNullable<Lies['attestation']>;
}

/** @param until when its certificates end, as `YYMMDDhhmmssZ` */
export const hardwareMaker = (until = '491231235959Z'): Maker => {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rootDer = certificate({
    subject: 'Fabrikam root',
    issuer: 'Fabrikam root',
    publicKey: root.publicKey,
    signer: root.privateKey,
    extensions: [extension(BASIC_CONSTRAINTS, sequence(TRUE), TRUE)],
    until,
  });
  const leaf = (aaguid: string): Buffer =>
    certificate({
      subject: 'Fabrikam key',
      issuer: 'Fabrikam root',
      publicKey: own.publicKey,
      signer: root.privateKey,
      extensions: [
        extension(BASIC_CONSTRAINTS, sequence(), TRUE),
        extension(AAGUID, der(0x04, Buffer.from(aaguid.replaceAll('-', ''), 'hex'))),
      ],
      until,
    });
  return {
    rootDer,
    rootPem: `-----BEGIN CERTIFICATE-----\n${rootDer.toString('base64')}\n-----END CERTIFICATE-----\n`,
    attestationOf: (aaguid) => (signed) => [
      'packed',
      new Map<string, number | Uint8Array | readonly Uint8Array[]>([
        ['alg', -7],
        ['sig', sign('sha256', signed, own.privateKey)],
        ['x5c', [leaf(aaguid)]],
      ]),
    ],
  };
};
