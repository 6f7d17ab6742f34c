/** Attacks on how an API built with `@stile/resource-server` comes by the keys that it trusts, and on its clock. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { instant } from '@stile/core';
import { createResourceServer } from '@stile/resource-server';
import { listenAnywhere } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { ACCOUNTS } from '../fabrikam.ts';
import { claimsOf, getJson, headerOf, tokensFor } from '../flow.ts';
import { altered, evilJwk, signedByEvil, signedByHmac } from './forgery.ts';

const server = await startAuthorizationServer({ people: ['ada'] });
const evil = await listenAnywhere();
const taken: string[] = [];
evil.serve((request, response) => {
  taken.push(request.url ?? '');
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [evilJwk] }));
});
after(async () => {
  await evil.close();
  await server.close();
});

const { access_token: token = '' } = await tokensFor(server, 'ada');
const { body: honestKeys } = await getJson(server.at('.well-known/jwks.json'));

interface Ask {
  /** The addresses that were asked for, in order. */
  readonly asked: readonly string[];
  /** The status that a call with that token gets. */
  readonly call: (jwt: string) => Promise<number>;
}

/** An API, and what stands between it and the authorization server. */
const apiBehind = (
  answer: (url: string) => Response | Promise<Response> | undefined = () => undefined,
  now = () => server.now(),
): Ask => {
  const asked: string[] = [];
  const api = createResourceServer({
    issuer: server.issuer,
    audience: ACCOUNTS,
    now: () => instant(now()),
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      asked.push(url);
      return (await answer(url)) ?? fetch(input, init);
    },
  });
  const handle = api.protect({ scopes: ['read:accounts'] }, () => new Response('in'));
  const call = async (jwt: string): Promise<number> => {
    const response = await handle(new Request(ACCOUNTS, { headers: { authorization: `Bearer ${jwt}` } }));
    return response.status;
  };
  return { asked, call };
};

const isJwks = (url: string): boolean => url.endsWith('jwks.json');
const json = (value: unknown): Response => Response.json(value);

describe('JWKS poisoning', () => {
  it('unknown kid flood: two hundred invented names fetch the keys once more at most, and real tokens go on working', async () => {
    const { asked, call } = apiBehind();
    assert.equal(await call(token), 200);
    const before = asked.length;
    const flood = Array.from({ length: 200 }, (_, i) => call(altered(token, { header: { kid: `invented-${i}` } })));
    assert.deepEqual([...new Set(await Promise.all(flood))], [401]);
    assert.ok(asked.length <= before + 1, `${asked.length - before} fetches`);
    assert.equal(await call(token), 200);
  });

  it('cache stampede: two hundred first calls at once ask for the metadata once and for the keys once', async () => {
    const { asked, call } = apiBehind();
    const statuses = await Promise.all(Array.from({ length: 200 }, () => call(token)));
    assert.deepEqual([...new Set(statuses)], [200]);
    assert.deepEqual([asked.filter(isJwks).length, asked.length], [1, 2]);
  });

  it('jku, x5u and jwk: an address or a key inside the token is not followed, and nobody is asked there', async () => {
    const { asked, call } = apiBehind();
    const claims = { ...claimsOf(token), scope: 'read:accounts transfer:funds' };
    const jku = `${evil.origin}/jwks.json`;
    for (const more of [
      { jku },
      { x5u: jku },
      { jwk: evilJwk },
      { jku, kid: headerOf(token).kid },
      { x5c: ['AAAA'] },
    ]) {
      assert.equal(await call(signedByEvil({ typ: 'at+jwt', kid: 'evil', ...more }, claims)), 401);
    }
    assert.deepEqual(taken, []);
    assert.ok(asked.every((url) => url.startsWith(server.issuer)));
  });

  it('hostile keys: shared secrets, keys without an algorithm of ours, weak ones and rubbish among the keys verify nothing', async () => {
    const claims = claimsOf(token);
    const secret = Buffer.from('a secret that the attacker knows');
    const symmetric = { kty: 'oct', k: secret.toString('base64url'), kid: 'shared', alg: 'HS256', use: 'sig' };
    const rubbish = [
      null,
      'key',
      7,
      [],
      {},
      { kty: 'RSA' },
      { kty: 'RSA', kid: 'weak', n: 'AQAB', e: 'AQAB', alg: 'RS256' },
      { kty: 'RSA', kid: 'one', n: evilJwk.n, e: 'AQ', alg: 'RS256', use: 'sig' },
      { kty: 'none', kid: 'none' },
      { ...evilJwk, kid: 'enc', use: 'enc' },
      { ...evilJwk, kid: 'ops', key_ops: ['encrypt'] },
      { kty: '__proto__', kid: '__proto__' },
      symmetric,
    ];
    const { call } = apiBehind((url) => (isJwks(url) ? json({ keys: rubbish }) : undefined));
    const forged = [
      signedByHmac({ typ: 'at+jwt', kid: 'shared' }, claims, secret),
      ...['enc', 'ops', 'one', 'weak', 'none', '__proto__'].map((kid) => signedByEvil({ typ: 'at+jwt', kid }, claims)),
      token,
    ];
    for (const jwt of forged) assert.ok([401, 503].includes(await call(jwt)), jwt);
  });

  it('poisoned answers: redirects, errors, HTML and halves instead of keys let nobody in, and mend by themselves', async () => {
    const poison: readonly (() => Response)[] = [
      () => new Response(null, { status: 302, headers: { location: `${evil.origin}/jwks.json` } }),
      () => new Response('{"keys":[', { headers: { 'content-type': 'application/json' } }),
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      () => json({ keys: 'all' }),
      () => json(null),
      () => json([evilJwk]),
      () => new Response('no', { status: 500 }),
    ];
    for (const answer of poison) {
      let isPoisoned = true;
      const { call } = apiBehind((url) => (isJwks(url) && isPoisoned ? answer() : undefined));
      assert.ok([401, 503].includes(await call(token)));
      isPoisoned = false;
      assert.equal(await call(token), 200);
    }
    assert.deepEqual(taken, []);
  });

  it('poisoned metadata: of another issuer, with keys elsewhere by plain http or on another scheme, are not believed', async () => {
    const isMetadata = (url: string): boolean => !isJwks(url);
    const documents = [
      { issuer: 'https://evil.example/', jwks_uri: `${evil.origin}/jwks.json` },
      { issuer: server.issuer.slice(0, -1), jwks_uri: `${evil.origin}/jwks.json` },
      { issuer: server.issuer, jwks_uri: 'http://evil.example/jwks.json' },
      { issuer: server.issuer, jwks_uri: 'file:///etc/passwd' },
      { issuer: server.issuer, jwks_uri: 'data:application/json,{}' },
      { issuer: server.issuer, jwks_uri: ['https://evil.example/'] },
      { issuer: server.issuer },
    ];
    for (const document of documents) {
      const { asked, call } = apiBehind((url) => (isMetadata(url) ? json(document) : undefined));
      assert.ok([401, 503].includes(await call(token)), JSON.stringify(document));
      assert.ok(asked.every(isMetadata), JSON.stringify(document));
    }
    assert.deepEqual(taken, []);
  });

  it('two keys of one name: the attacker’s beside the real one does not verify the attacker’s token', async () => {
    const real = Array.isArray(honestKeys.keys) ? honestKeys.keys : [];
    const { kid } = headerOf(token);
    const keys = [...real, { ...evilJwk, kid: 'evil', alg: 'ES256' }, { ...evilJwk, kid, use: 'enc' }];
    const { call } = apiBehind((url) => (isJwks(url) ? json({ keys }) : undefined));
    assert.equal(await call(token), 200);
    for (const name of [kid, 'evil']) {
      assert.equal(await call(signedByEvil({ typ: 'at+jwt', kid: name }, claimsOf(token))), 401);
    }
  });
});

describe('clocks', () => {
  it('T23: an API whose clock is wrong by more than a few seconds takes neither old tokens nor those of the future', async () => {
    const { iat, exp } = claimsOf(token);
    const at = async (now: number): Promise<number> => apiBehind(undefined, () => now).call(token);
    for (const skew of [0, 4]) {
      assert.equal(await at(Number(iat) - skew), 200);
      assert.equal(await at(Number(exp) - 1 + skew), 200);
    }
    for (const now of [Number(iat) - 60, Number(iat) - 6, Number(exp) + 6, Number(exp) + 60]) {
      assert.equal(await at(now), 401, String(now));
    }
  });

  it('T23: milliseconds where seconds belong make no token last longer', async () => {
    const keys = [{ ...evilJwk, kid: 'server' }];
    const { call } = apiBehind((url) => (isJwks(url) ? json({ keys }) : undefined));
    const claims = claimsOf(token);
    const signed = (more: Readonly<Record<string, unknown>>): string =>
      signedByEvil({ typ: 'at+jwt', kid: 'server' }, { ...claims, ...more });
    assert.equal(await call(signed({})), 200);
    for (const more of [
      { exp: Number(claims.exp) * 1000 },
      { exp: String(claims.exp) },
      { exp: undefined },
      { exp: Number.MAX_SAFE_INTEGER },
      { iat: Number(claims.iat) * 1000 },
      { nbf: Number(claims.iat) * 1000 },
    ]) {
      assert.equal(await call(signed(more)), 401, JSON.stringify(more));
    }
  });
});
