import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { FakeIssuer } from '../fixture/issuer.ts';
import { answerJson, audience, now, startIssuer } from '../fixture/issuer.ts';
import { IssuerUnavailable, metadataUrls } from './issuer.ts';
import type { ResourceServer } from './resource-server.ts';
import { createResourceServer } from './resource-server.ts';
import type { ResourceServerOptions } from './settings.ts';

let as: FakeIssuer;
let moment: Instant;
beforeEach(async () => {
  as = await startIssuer();
  moment = now;
});
afterEach(() => as.close());

const server = (options: Partial<ResourceServerOptions> = {}): ResourceServer =>
  createResourceServer({ issuer: as.issuer, audience, now: () => moment, ...options });

const outcomeOf = async (rs: ResourceServer, jwt: string): Promise<string> => {
  const result = await rs.verify(`Bearer ${jwt}`);
  if (result.ok) return 'allowed';
  const { cause, reason, status } = result.error;
  return [status, reason, ...(cause instanceof IssuerUnavailable ? [cause.code] : [])].join(' ');
};

const metadataPath = '/.well-known/oauth-authorization-server';

describe('the metadata of the issuer', () => {
  it('are looked for where RFC 8414 and OpenID Connect put them', () => {
    const urls = (issuer: string): string[] => metadataUrls(new URL(issuer)).map(({ href }) => href);
    for (const issuer of ['https://as.example', 'https://as.example/']) {
      assert.deepEqual(urls(issuer), [
        'https://as.example/.well-known/oauth-authorization-server',
        'https://as.example/.well-known/openid-configuration',
      ]);
    }
    assert.deepEqual(urls('https://as.example/tenant/'), [
      'https://as.example/.well-known/oauth-authorization-server/tenant',
      'https://as.example/tenant/.well-known/openid-configuration',
    ]);
  });

  it('of an issuer with a path, with or without a trailing slash, are found', async () => {
    const tenant = await startIssuer('/tenant');
    const rs = createResourceServer({ issuer: tenant.issuer, audience, now: () => now });
    assert.equal(await outcomeOf(rs, await tenant.sign()), 'allowed');
    await tenant.close();
  });

  it('of OpenID Connect will do', async () => {
    as.routes.delete(metadataPath);
    as.routes.set(
      '/.well-known/openid-configuration',
      answerJson(200, { issuer: as.issuer, jwks_uri: `${as.origin}/jwks` }),
    );
    assert.equal(await outcomeOf(server(), await as.sign()), 'allowed');
  });

  it('are not asked for when the keys are named, and never for a token that is refused without keys', async () => {
    assert.equal(await outcomeOf(server({ jwksUri: `${as.origin}/jwks` }), await as.sign()), 'allowed');
    assert.equal(as.asked.get(metadataPath), undefined);
    await server().verify('Bearer garbage');
    await server().verify(`Bearer ${await as.sign({}, { typ: 'JWT' })}`);
    assert.equal(as.asked.get(metadataPath), undefined);
  });

  it('are asked for once by however many calls, and again after ten minutes', async () => {
    const rs = server();
    const jwt = await as.sign({ exp: now + 3600 });
    await Promise.all(Array.from({ length: 20 }, () => rs.verify(`Bearer ${jwt}`)));
    assert.deepEqual([as.asked.get(metadataPath), as.asked.get('/jwks')], [1, 1]);
    moment = secondsAfter(now, 599);
    await rs.verify(`Bearer ${jwt}`);
    assert.equal(as.asked.get(metadataPath), 1);
    moment = secondsAfter(now, 600);
    await rs.verify(`Bearer ${jwt}`);
    assert.equal(as.asked.get(metadataPath), 2);
  });

  it('that are known outlive an outage, without an attempt at every call', async () => {
    const rs = server();
    const jwt = await as.sign({ exp: now + 3600 });
    assert.equal(await outcomeOf(rs, jwt), 'allowed');
    as.routes.set(metadataPath, answerJson(500, {}));
    moment = secondsAfter(now, 600);
    for (let i = 0; i < 5; i += 1) assert.equal(await outcomeOf(rs, jwt), 'allowed');
    assert.equal(as.asked.get(metadataPath), 2);
  });

  it('that are not the issuer’s own, or name unusable addresses, are not used', async () => {
    const jwt = await as.sign();
    const jwks_uri = `${as.origin}/jwks`;
    const documents: readonly unknown[] = [
      { issuer: as.issuer.slice(0, -1), jwks_uri },
      { issuer: `${as.issuer}x`, jwks_uri },
      { jwks_uri },
      [],
      null,
      'x',
      { issuer: as.issuer, jwks_uri: 'http://keys.example/jwks' },
      { issuer: as.issuer, jwks_uri: 'file:///etc/passwd' },
      { issuer: as.issuer, jwks_uri: '/jwks' },
      { issuer: as.issuer, jwks_uri: 7 },
      { issuer: as.issuer, jwks_uri, token_consumption_endpoint: 'http://as.example/consume' },
    ];
    for (const document of documents) {
      as.routes.set(metadataPath, answerJson(200, document));
      assert.equal(await outcomeOf(server(), jwt), '503 issuer_unavailable discovery', JSON.stringify(document));
    }
    as.routes.set(metadataPath, answerJson(200, { issuer: as.issuer }));
    assert.equal(await outcomeOf(server(), jwt), '503 issuer_unavailable keys');
  });

  it('are not fetched through redirects, nor taken from anything but JSON', async () => {
    as.routes.set('/elsewhere', answerJson(200, { issuer: as.issuer, jwks_uri: `${as.origin}/jwks` }));
    as.routes.set(metadataPath, (_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end());
    assert.equal(await outcomeOf(server(), await as.sign()), '503 issuer_unavailable discovery');
    assert.equal(as.asked.get('/elsewhere'), undefined);
    as.routes.set(metadataPath, (_request, response) => void response.end('<html>'));
    assert.equal(await outcomeOf(server(), await as.sign()), '503 issuer_unavailable discovery');
  });

  it('that cannot be had refuse the call, and are had again as soon as they can', async () => {
    const rs = server();
    as.routes.set(metadataPath, answerJson(503, {}));
    assert.equal(await outcomeOf(rs, await as.sign()), '503 issuer_unavailable discovery');
    as.routes.set(metadataPath, answerJson(200, { issuer: as.issuer, jwks_uri: `${as.origin}/jwks` }));
    assert.equal(await outcomeOf(rs, await as.sign()), 'allowed');
  });

  it('of an issuer that is down or never answers refuse the call', async () => {
    const refuse: typeof fetch = () => Promise.reject(new TypeError('fetch failed'));
    assert.equal(await outcomeOf(server({ fetch: refuse }), await as.sign()), '503 issuer_unavailable discovery');
    const limits: (AbortSignal | null | undefined)[] = [];
    const silent: typeof fetch = (_input, init) => {
      limits.push(init?.signal);
      return Promise.reject(new DOMException('The operation timed out.', 'TimeoutError'));
    };
    assert.equal(await outcomeOf(server({ fetch: silent }), await as.sign()), '503 issuer_unavailable discovery');
    assert.ok(limits.length > 0 && limits.every((signal) => signal instanceof AbortSignal));
  });
});

describe('the keys of the issuer', () => {
  it('are fetched as the options say, and without redirects', async () => {
    const asked: string[] = [];
    const own: typeof fetch = (input, init) => {
      asked.push(`${input instanceof Request ? input.url : String(input)} ${init?.redirect}`);
      return fetch(input, init);
    };
    assert.equal(await outcomeOf(server({ fetch: own }), await as.sign()), 'allowed');
    assert.deepEqual(asked, [`${as.origin}${metadataPath} manual`, `${as.origin}/jwks manual`]);
  });

  it('may be rotated: the new key is fetched when it first appears, and the old one is trusted no more', async () => {
    const rs = server({ keyCooldownSeconds: 0 });
    const old = await as.sign();
    assert.equal(await outcomeOf(rs, old), 'allowed');
    await as.rotate('key-2');
    assert.equal(await outcomeOf(rs, await as.sign()), 'allowed');
    assert.equal(await outcomeOf(rs, old), '401 unknown_key');
    assert.equal(as.asked.get('/jwks'), 3);
  });

  it('are not fetched again for each invented kid', async () => {
    const rs = server();
    const good = await as.sign();
    assert.equal(await outcomeOf(rs, good), 'allowed');
    const jwts = await Promise.all(Array.from({ length: 50 }, (_, i) => as.sign({}, { kid: `invented-${i}` })));
    const outcomes = new Set(await Promise.all(jwts.map((jwt) => outcomeOf(rs, jwt))));
    assert.deepEqual([...outcomes], ['401 unknown_key']);
    assert.equal(as.asked.get('/jwks'), 1);
    assert.equal(await outcomeOf(rs, good), 'allowed');
  });

  it('that are known stay good while the issuer is down, even when others ask for unknown ones', async () => {
    const rs = server({ keyCooldownSeconds: 0 });
    const good = await as.sign();
    assert.equal(await outcomeOf(rs, good), 'allowed');
    as.routes.set('/jwks', answerJson(500, {}));
    assert.equal(await outcomeOf(rs, await as.sign({}, { kid: 'invented' })), '503 issuer_unavailable keys');
    assert.equal(await outcomeOf(rs, good), 'allowed');
  });

  it('that are no keys, are secret, or are for something else verify nothing', async () => {
    const jwt = await as.sign();
    const sets: readonly [set: unknown, outcome: string][] = [
      [{}, '503 issuer_unavailable keys'],
      [{ keys: 'x' }, '503 issuer_unavailable keys'],
      [{ keys: [] }, '401 unknown_key'],
      [{ keys: [{ kty: 'oct', k: 'AAAA', kid: 'key-1', alg: 'ES256' }] }, '401 unknown_key'],
      [{ keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'key-1' }] }, '503 issuer_unavailable keys'],
      [{ keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'key-1', use: 'enc' }] }, '401 unknown_key'],
      [{ keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'key-1', alg: 'ES512' }] }, '401 unknown_key'],
    ];
    for (const [set, outcome] of sets) {
      as.routes.set('/jwks', answerJson(200, set));
      assert.equal(await outcomeOf(server(), jwt), outcome, JSON.stringify(set));
    }
  });

  it('follow the metadata to a new address', async () => {
    const rs = server();
    const jwt = await as.sign({ exp: now + 3600 });
    assert.equal(await outcomeOf(rs, jwt), 'allowed');
    as.routes.set('/moved', answerJson(200, { keys: [] }));
    as.routes.set(metadataPath, answerJson(200, { issuer: as.issuer, jwks_uri: `${as.origin}/moved` }));
    moment = secondsAfter(now, 600);
    assert.equal(await outcomeOf(rs, jwt), '401 unknown_key');
  });
});
