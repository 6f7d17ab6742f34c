/** Tokens as an attacker makes them: of the parts of a real one, or of nothing. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { claimsOf, headerOf } from '../flow.ts';

type Members = Readonly<Record<string, unknown>>;

const encoded = (members: Members): string => Buffer.from(JSON.stringify(members)).toString('base64url');

/** A real token with its header or claims changed and its signature kept. */
export const altered = (
  jwt: string | undefined,
  { header = {}, claims = {} }: { header?: Members; claims?: Members },
) =>
  `${encoded({ ...headerOf(jwt), ...header })}.${encoded({ ...claimsOf(jwt), ...claims })}.${(jwt ?? '').split('.')[2]}`;

/** A token with no signature, in every spelling of "none". */
export const unsigned = (header: Members, claims: Members): readonly string[] =>
  ['none', 'None', 'NONE', 'nOnE', '', undefined].map((alg) => `${encoded({ ...header, alg })}.${encoded(claims)}.`);

/** Signed by HMAC with what everybody knows: key confusion, if a verifier takes the public key for a shared secret. */
export const signedByHmac = (header: Members, claims: Members, secret: string | Buffer): string => {
  const input = `${encoded({ ...header, alg: 'HS256' })}.${encoded(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The attacker's own public key. */
export const evilJwk: Members = { ...pair.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'evil' };

/** Signed by the attacker's own key, well and truly. */
export const signedByEvil = (header: Members, claims: Members): string => {
  const input = `${encoded({ alg: 'RS256', ...header })}.${encoded(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), pair.privateKey).toString('base64url')}`;
};
