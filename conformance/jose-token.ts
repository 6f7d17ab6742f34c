/** Tokens by hand, so that each may be wrong in its own way. Node signs; no library of JOSE helps, for none makes such tokens. */
import type { KeyObject } from 'node:crypto';
import { constants, generateKeyPairSync, sign } from 'node:crypto';

export type Alg = 'RS256' | 'PS256' | 'ES256';

export interface Signer {
  readonly alg: Alg;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Somebody with a new key: RSA of 2048 bits, or P-256. */
export const newSigner = (alg: Alg, kid: string): Signer => ({
  alg,
  kid,
  ...(alg === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 })),
});

/** The public key of a signer, as it is registered or published. */
export const jwkOf = ({ alg, kid, publicKey }: Signer) => ({
  ...publicKey.export({ format: 'jwk' }),
  kty: alg === 'ES256' ? ('EC' as const) : ('RSA' as const),
  kid,
  alg,
  use: 'sig',
});

type Json = Readonly<Record<string, unknown>>;

/** A token that its verifier accepts, in its parts. */
export interface Genuine {
  readonly signer: Signer;
  readonly header: Json;
  readonly claims: Json;
  /** An address that nobody may fetch. */
  readonly trap: string;
}

/** JSON as it stands, for what `JSON.stringify` would not write. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON object, member by member, in the order given; `undefined` leaves one out. */
export const jsonOf = (members: Json): string => {
  const written = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${value instanceof Raw ? value.text : JSON.stringify(value)}`);
  return `{${written.join(',')}}`;
};

export const base64url = (content: string | Uint8Array): string => Buffer.from(content).toString('base64url');

/** How each algorithm signs (RFC 7518, sections 3.3 to 3.5). */
export const signatureOf = (input: string, { alg, privateKey }: Pick<Signer, 'alg' | 'privateKey'>): Buffer => {
  const data = Buffer.from(input, 'latin1');
  switch (alg) {
    case 'RS256':
      return sign('sha256', data, privateKey);
    case 'PS256':
      return sign('sha256', data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    case 'ES256':
      return sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  }
};

/** Signs two segments as they are. */
export const signedSegments = (head: string, body: string, signer: Signer): string =>
  `${head}.${body}.${base64url(signatureOf(`${head}.${body}`, signer))}`;

/** A genuine token with some members of its header or of its claims changed; the signature is right. */
export const signed = ({ signer, header, claims }: Genuine, headerChange: Json = {}, claimsChange: Json = {}): string =>
  signedSegments(
    base64url(jsonOf({ ...header, ...headerChange })),
    base64url(jsonOf({ ...claims, ...claimsChange })),
    signer,
  );

/** The three segments of a genuine token. */
export const segmentsOf = (genuine: Genuine): readonly [head: string, body: string, signature: string] => {
  const [head = '', body = '', signature = ''] = signed(genuine).split('.');
  return [head, body, signature];
};

/** A token that no verifier may accept. */
export interface Vector {
  readonly name: string;
  /** The one algorithm that it is about; otherwise it is for all. */
  readonly alg?: Alg;
  readonly make: (genuine: Genuine) => string;
}

const strangers: Readonly<Record<Signer['alg'], Signer>> = {
  RS256: newSigner('RS256', 'stranger'),
  PS256: newSigner('PS256', 'stranger'),
  ES256: newSigner('ES256', 'stranger'),
};

/** Somebody else's key of the same kind. */
export const strangerTo = ({ signer }: Genuine): Signer => strangers[signer.alg];
