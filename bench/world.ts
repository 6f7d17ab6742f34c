/** What all contenders are given alike: one key, one client, one API, the same people. */
import type { KeyObject } from 'node:crypto';
import { createPublicKey, generateKeyPairSync, hash } from 'node:crypto';

export type Alg = 'ES256' | 'RS256';

export const CLIENT = {
  id: 'web',
  secret: 'secret-of-the-client-of-the-benchmark',
  redirectUri: 'https://app.fabrikam.example/callback',
} as const;

/** The client that speaks for the API. */
export const API_CLIENT = { id: 'accounts-api', secret: 'secret-of-the-api-of-the-benchmark' } as const;

export const AUDIENCE = 'https://api.fabrikam.example/accounts';
/** Where a contender cannot introspect its own JWTs, it gives an opaque token for this one. */
export const OPAQUE_AUDIENCE = 'https://api.fabrikam.example/opaque';

export const SCOPE = 'openid profile offline_access read:accounts';
/** Demands a second proof that is not older than five minutes, and makes the token good for one use. */
export const TRANSFER_SCOPE = 'openid transfer:funds';
/** Makes the token good for one use, and demands nothing else. */
export const ONCE_SCOPE = 'openid pay:once';

export const TOKEN_SECONDS = 900;

/** The verifier and its challenge of RFC 7636, appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** A private signing key as a JWK. */
type PrivateJwk = Readonly<Record<string, unknown>> & { readonly kid: string };

/** What a contender is started with. */
export interface Settings {
  readonly issuer: string;
  readonly port: number;
  readonly alg: Alg;
  readonly jwk: PrivateJwk;
  readonly client: typeof CLIENT;
  readonly apiClient: typeof API_CLIENT;
  readonly audience: string;
  readonly scope: string;
  /** When the person of the rivals signed in, in seconds since the epoch. */
  readonly signedInAt: number;
  /** How many people there are, where people can sign in at all. */
  readonly people: number;
  /** Where a durable contender keeps its data. */
  readonly folder: string;
  /** The script of an Action that runs after every login, if there is to be one. */
  readonly action?: string;
}

/** @throws Error for anything but the settings that another program of the benchmark has written */
export const settingsIn = (text: string): Settings => {
  const value: unknown = JSON.parse(text);
  if (!isSettings(value)) throw new Error('These are not the settings of a contender.');
  return value;
};

const isSettings = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && 'issuer' in value && 'jwk' in value && 'people' in value;

/** A pair of keys, for all contenders of a run. */
export interface SigningPair {
  readonly alg: Alg;
  readonly jwk: PrivateJwk;
  readonly publicKey: KeyObject;
}

export const makeSigningPair = (alg: Alg): SigningPair => {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: `bench-${alg}`, alg, use: 'sig' };
  return { alg, jwk, publicKey: createPublicKey(privateKey) };
};

/** Credentials as a header (RFC 6749, section 2.3.1). */
export const basic = ({ id, secret }: { readonly id: string; readonly secret: string }) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

interface BenchPerson {
  readonly username: string;
  readonly password: string;
  /** In base 32. */
  readonly totpSecret: string;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The people of the benchmark, the same in every process. */
export const person = (index: number): BenchPerson => {
  const bytes = hash('sha256', `totp secret ${index}`, 'buffer');
  const totpSecret = [...bytes].map((byte) => BASE32[byte & 31]).join('');
  return { username: `robin-${index}`, password: 'purple otters juggle lemons', totpSecret };
};
