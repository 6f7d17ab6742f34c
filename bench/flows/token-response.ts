/** What a token endpoint answers, checked: a benchmark that counts wrong answers measures nothing. */
import { verify } from 'node:crypto';
import type { Answer } from '../load/connection.ts';
import type { SigningPair } from '../world.ts';
import { AUDIENCE, CLIENT, TOKEN_SECONDS } from '../world.ts';

/** The members of a token response that the flows go on with. */
export interface Tokens {
  readonly access: string;
  readonly id: string | undefined;
  readonly refresh: string | undefined;
}

/** Whose tokens they must be. */
export interface Signer {
  readonly issuer: string;
  readonly pair: SigningPair;
}

type JsonObject = Readonly<Record<string, unknown>>;

const objectIn = (text: string): JsonObject => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('Not a JSON object.');
  return { ...value };
};

export const jsonIn = (answer: Answer): JsonObject => {
  if (answer.status !== 200) throw new Error(`The server answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  return objectIn(answer.body);
};

const textOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** @throws Error unless it is an answer with an access token */
export const tokensIn = (answer: Answer): Tokens => {
  const body = jsonIn(answer);
  const access = textOr(body.access_token);
  if (access === undefined) throw new Error('The answer has no access token.');
  return { access, id: textOr(body.id_token), refresh: textOr(body.refresh_token) };
};

const segment = (jwt: string, index: number): JsonObject =>
  objectIn(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString('utf8'));

const isSigned = (jwt: string, { pair: { alg, publicKey } }: Signer): boolean => {
  const signed = jwt.slice(0, jwt.lastIndexOf('.'));
  const signature = Buffer.from(jwt.slice(signed.length + 1), 'base64url');
  const key = alg === 'ES256' ? ({ key: publicKey, dsaEncoding: 'ieee-p1363' } as const) : publicKey;
  return verify('sha256', Buffer.from(signed), key, signature);
};

const faultOfAccessToken = (jwt: string, signer: Signer, scope: string): string | undefined => {
  const [header, claims] = [segment(jwt, 0), segment(jwt, 1)];
  if (header.alg !== signer.pair.alg || header.typ !== 'at+jwt') return 'the header of the access token';
  if (!isSigned(jwt, signer)) return 'the signature of the access token';
  if (claims.iss !== signer.issuer) return `the issuer ${String(claims.iss)}`;
  if (![claims.aud].flat().includes(AUDIENCE)) return 'the audience';
  if (claims.client_id !== CLIENT.id || typeof claims.sub !== 'string') return 'who it is for';
  if (typeof claims.jti !== 'string' || Number(claims.exp) - Number(claims.iat) > TOKEN_SECONDS) return 'the lifetime';
  return String(claims.scope).split(' ').includes(scope) ? undefined : 'the scope';
};

const faultOfIdToken = (jwt: string | undefined, signer: Signer): string | undefined => {
  if (jwt === undefined) return 'there is no ID token';
  if (!isSigned(jwt, signer)) return 'the signature of the ID token';
  const claims = segment(jwt, 1);
  return claims.iss === signer.issuer && claims.aud === CLIENT.id ? undefined : 'the ID token';
};

/** @throws Error unless the access token is one of the kind that all contenders must make */
export const assertAccessToken = ({ access }: Tokens, signer: Signer, scope: string): void => {
  const fault = faultOfAccessToken(access, signer, scope);
  if (fault !== undefined) throw new Error(`A token is not as it must be: ${fault}.`);
};

/** The same for the tokens of a person, of which one is an ID token. */
export const assertPersonalTokens = (tokens: Tokens, signer: Signer, scope: string): void => {
  assertAccessToken(tokens, signer, scope);
  const fault = faultOfIdToken(tokens.id, signer);
  if (fault !== undefined) throw new Error(`A token is not as it must be: ${fault}.`);
};

/** The claims of a JWT, which nobody has checked. */
export const claimsOf = (jwt: string): JsonObject => segment(jwt, 1);
