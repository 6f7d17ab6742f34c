/** How long an API takes to check a token: by the SDK, and by hand with nothing but `node:crypto`. */
import { createPrivateKey, sign, verify } from 'node:crypto';
import { parseJsonObject } from '@stile/core';
import { createResourceServer } from '@stile/resource-server';
import type { Alg, SigningPair } from '../world.ts';
import { AUDIENCE, CLIENT, makeSigningPair, TOKEN_SECONDS } from '../world.ts';
import type { Times } from './repeat.ts';
import { always, repeat } from './repeat.ts';

/** One line of what was found. */
export interface TokenCheck {
  readonly alg: Alg;
  /** Every token seen for the first time; or one token again and again. */
  readonly seen: 'for the first time' | 'before';
  readonly by: 'stile' | 'limit';
  readonly times: Times;
}

const ISSUER = 'https://login.fabrikam.example/';

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const tokens = function* ({ alg, jwk }: SigningPair): Generator<string> {
  const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  const now = Math.floor(Date.now() / 1000);
  for (let number = 0; ; number += 1) {
    const claims = {
      iss: ISSUER,
      sub: 'robin',
      aud: AUDIENCE,
      client_id: CLIENT.id,
      iat: now,
      exp: now + TOKEN_SECONDS,
      jti: `at_${number}`,
      scope: 'read:accounts transfer:funds',
      acr: 'mfa',
      acrs: ['mfa', '1fa'],
      amr: ['mfa', 'otp', 'pwd'],
      amr_times: { pwd: now, otp: now, mfa: now },
      auth_time: now,
    };
    const signed = `${encoded({ alg, kid: jwk.kid, typ: 'at+jwt' })}.${encoded(claims)}`;
    const options = alg === 'ES256' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : key;
    yield `${signed}.${sign('sha256', Buffer.from(signed), options).toString('base64url')}`;
  }
};

const take = (source: Iterable<string>, count: number): string[] => {
  const taken: string[] = [];
  for (const one of source) {
    if (taken.length === count) break;
    taken.push(one);
  }
  return taken;
};

type Check = (token: string) => Promise<boolean> | boolean;

/** The SDK, with the keys of the issuer in memory after the first check. */
const checkBySdk = ({ alg, jwk, publicKey }: SigningPair): Check => {
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: jwk.kid, alg, use: 'sig' }] };
  const api = createResourceServer({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUri: `${ISSUER}.well-known/jwks.json`,
    fetch: async () => Response.json(keys),
  });
  const guard = api.guard({ scopes: ['transfer:funds'], acr: 'mfa', maxAge: '5m' });
  return async (token) => (await guard(`Bearer ${token}`)).ok;
};

/** The least that has to be done: the signature, the times, who it is from and for, the scope and the proof. */
const checkByHand =
  ({ alg, publicKey }: SigningPair): Check =>
  (token) => {
    const [head = '', body = '', signature = ''] = token.split('.');
    const key = alg === 'ES256' ? ({ key: publicKey, dsaEncoding: 'ieee-p1363' } as const) : publicKey;
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return false;
    const claims = parseJsonObject(Buffer.from(body, 'base64url').toString('utf8')) ?? {};
    const now = Date.now() / 1000;
    const isFresh = now < Number(claims.exp) && now - Number(claims.auth_time) <= 300;
    const isHere = claims.iss === ISSUER && claims.aud === AUDIENCE;
    return isFresh && isHere && claims.acr === 'mfa' && String(claims.scope).split(' ').includes('transfer:funds');
  };

const mustHold = async (check: Check, token: string): Promise<void> => {
  if (!(await check(token))) throw new Error('A good token was refused.');
};

const MOST_TOKENS = 20_000;
const TOKENS_A_SECOND = 12_000;

const measureAlg = async (alg: Alg, seconds: number): Promise<readonly TokenCheck[]> => {
  const pair = makeSigningPair(alg);
  const count = Math.min(MOST_TOKENS, Math.ceil(TOKENS_A_SECOND * seconds) + 100);
  const made = take(tokens(pair), alg === 'RS256' ? Math.ceil(count / 4) : count);
  const [warm, fresh] = [made.slice(0, 100), made.slice(100)];
  const found: TokenCheck[] = [];
  for (const by of ['stile', 'limit'] as const) {
    const check = by === 'stile' ? checkBySdk(pair) : checkByHand(pair);
    for (const token of warm) await mustHold(check, token);
    const first = await repeat(fresh, seconds, (token) => mustHold(check, token));
    found.push({ alg, seen: 'for the first time', by, times: first });
    if (by === 'limit') continue;
    const again = await repeat(always(warm[0] ?? ''), seconds, (token) => mustHold(check, token));
    found.push({ alg, seen: 'before', by, times: again });
  }
  return found;
};

export const measureTokenChecks = async (seconds: number): Promise<readonly TokenCheck[]> => [
  ...(await measureAlg('ES256', seconds)),
  ...(await measureAlg('RS256', seconds)),
];
