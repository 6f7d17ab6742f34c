import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { FakeIssuer } from '../fixture/issuer.ts';
import { answerJson, audience, clientId, clientSecret, now, startIssuer } from '../fixture/issuer.ts';
import { IssuerUnavailable } from './issuer.ts';
import type { ResourceServer } from './resource-server.ts';
import { createResourceServer } from './resource-server.ts';
import type { SingleUse, SingleUseStore } from './single-use.ts';
import { createMemorySingleUseStore } from './single-use.ts';

let as: FakeIssuer;
beforeEach(async () => {
  as = await startIssuer();
});
afterEach(() => as.close());

const credentials: SingleUse = { clientId, clientSecret };

const server = (singleUse: SingleUse = credentials): ResourceServer =>
  createResourceServer({ issuer: as.issuer, audience, now: () => now, singleUse });

/** A route that counts how often it ran. */
const transferWith = (rs: ResourceServer): { call: (jwt: string) => Promise<Response>; ran: () => number } => {
  let ran = 0;
  const handler = rs.protect({ scopes: ['transfer:funds'], acr: 'mfa', singleUse: true }, () => {
    ran += 1;
    return new Response('done');
  });
  const call = (jwt: string): Promise<Response> =>
    handler(new Request(audience, { method: 'POST', headers: { authorization: `Bearer ${jwt}` } }));
  return { call, ran: () => ran };
};

/** The store of the guide, on SQLite. */
const sqliteStore = (database: DatabaseSync): SingleUseStore => {
  database.exec('CREATE TABLE used_token (jti TEXT PRIMARY KEY, expires_at INTEGER NOT NULL)');
  const insert = database.prepare('INSERT INTO used_token (jti, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING');
  return { consume: async (jti, expiresAt) => insert.run(jti, expiresAt).changes === 1 };
};

describe('a token that may be used once', () => {
  it('T14: of fifty calls at the same time runs the handler for one', async () => {
    const stores: readonly SingleUse[] = [
      credentials,
      { store: createMemorySingleUseStore(() => now) },
      { store: sqliteStore(new DatabaseSync(':memory:')) },
    ];
    for (const singleUse of stores) {
      const [one, other] = [transferWith(server(singleUse)), transferWith(server(singleUse))];
      const jwt = await as.sign();
      const calls = Array.from({ length: 50 }, (_, i) => (i % 2 ? one : other).call(jwt));
      const statuses = (await Promise.all(calls)).map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 200).length, 1);
      assert.equal(statuses.filter((status) => status === 401).length, 49);
      assert.equal(one.ran() + other.ran(), 1);
    }
  });

  it('is refused the second time in these words', async () => {
    const transfer = transferWith(server());
    const jwt = await as.sign();
    assert.equal((await transfer.call(jwt)).status, 200);
    const again = await transfer.call(jwt);
    assert.equal(again.status, 401);
    assert.equal(
      again.headers.get('www-authenticate'),
      'Bearer error="invalid_token", error_description="The token was already used. A token with this scope is accepted once."',
    );
  });

  it('is sent to the endpoint of the metadata, with form-encoded credentials of this API', async () => {
    const jwt = await as.sign();
    await transferWith(server()).call(jwt);
    const [request] = as.requests;
    assert.equal(request?.body, `token=${jwt}`);
    assert.equal(
      request?.authorization,
      `Basic ${Buffer.from('api%3Aaccounts:a+secret%3A+with+%2B+and+%25').toString('base64')}`,
    );
  });

  it('T15: is not used up by a call that is refused for its scopes or its proof', async () => {
    const rs = server();
    const transfer = transferWith(rs);
    const weak = await as.sign({ acr: '1fa', acrs: ['1fa'] });
    assert.equal((await transfer.call(weak)).status, 401);
    assert.equal((await transfer.call(await as.sign({ scope: 'read:accounts' }))).status, 403);
    assert.equal((await rs.verify(`Bearer ${weak}`, { maxAge: 5, singleUse: true })).ok, false);
    assert.equal((await rs.verify(`Bearer ${await as.sign({}, { typ: 'JWT' })}`, { singleUse: true })).ok, false);
    assert.equal(as.requests.length, 0);
    assert.equal((await rs.verify(`Bearer ${weak}`, { singleUse: true })).ok, true);
  });

  it('is used up by any route when the token says so, and by a scope of the list when it holds it', async () => {
    const rs = server();
    const marked = await as.sign({ jti: 'marked', single_use: true });
    assert.equal((await rs.verify(`Bearer ${marked}`)).ok, true);
    assert.equal((await rs.verify(`Bearer ${marked}`)).ok, false);
    const plain = await as.sign({ jti: 'plain' });
    for (let i = 0; i < 2; i += 1) {
      assert.equal((await rs.verify(`Bearer ${plain}`, { singleUse: ['close:account'] })).ok, true);
    }
    assert.equal((await rs.verify(`Bearer ${plain}`, { singleUse: ['transfer:funds'] })).ok, true);
    assert.equal((await rs.verify(`Bearer ${plain}`, { singleUse: ['transfer:funds'] })).ok, false);
  });

  it('T16: is refused with 503 when the endpoint gives no clear answer, and the handler does not run', async () => {
    const rs = server();
    const transfer = transferWith(rs);
    const jwt = await as.sign();
    const answers: readonly [status: number, body: unknown][] = [
      [500, { consumed: true }],
      [401, { error: 'invalid_client' }],
      [404, {}],
      [201, { consumed: true }],
      [302, { consumed: true }],
      [200, {}],
      [200, null],
      [200, []],
      [200, 'true'],
      [200, true],
      [200, { consumed: 'true' }],
      [200, { consumed: 1 }],
      [200, { consumed: null }],
    ];
    for (const [status, body] of answers) {
      as.routes.set('/consume', answerJson(status, body));
      const response = await transfer.call(jwt);
      assert.equal(response.status, 503, JSON.stringify([status, body]));
      assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
      assert.equal(response.headers.get('www-authenticate'), null);
    }
    as.routes.set('/consume', (_request, response) => void response.end('<html>'));
    assert.equal((await transfer.call(jwt)).status, 503);
    as.routes.set('/consume', (request) => void request.destroy());
    assert.equal((await transfer.call(jwt)).status, 503);
    assert.equal(transfer.ran(), 0);
    as.routes.set('/consume', answerJson(200, { consumed: true }));
    assert.equal((await transfer.call(jwt)).status, 200);
  });

  it('T16: is refused with 503 when the endpoint does not answer in time', async () => {
    const silent: typeof fetch = (input, init) => {
      if (!(input instanceof URL) || input.pathname !== '/consume') return fetch(input, init);
      assert.ok(init?.signal instanceof AbortSignal);
      return Promise.reject(new DOMException('The operation timed out.', 'TimeoutError'));
    };
    const options = { issuer: as.issuer, audience, now: () => now, fetch: silent, singleUse: credentials };
    const transfer = transferWith(createResourceServer(options));
    assert.equal((await transfer.call(await as.sign())).status, 503);
    assert.equal(transfer.ran(), 0);
  });

  it('is not sent to where the endpoint redirects', async () => {
    as.routes.set('/elsewhere', answerJson(200, { consumed: true }));
    as.routes.set('/consume', (_request, response) => void response.writeHead(307, { location: '/elsewhere' }).end());
    assert.equal((await transferWith(server()).call(await as.sign())).status, 503);
    assert.equal(as.asked.get('/elsewhere'), undefined);
  });

  it('is refused with 503 when the issuer names no endpoint', async () => {
    as.routes.set(
      '/.well-known/oauth-authorization-server',
      answerJson(200, { issuer: as.issuer, jwks_uri: `${as.origin}/jwks` }),
    );
    const transfer = transferWith(server());
    assert.equal((await transfer.call(await as.sign())).status, 503);
    assert.equal(transfer.ran(), 0);
  });

  it('T16: is refused with 503 when the store throws, and as used when it does not say true', async () => {
    const broken: SingleUseStore = { consume: () => Promise.reject(new Error('The database is gone.')) };
    const throwing: SingleUseStore = {
      consume: () => {
        throw new Error('The database is gone.');
      },
    };
    for (const store of [broken, throwing]) {
      const transfer = transferWith(server({ store }));
      assert.equal((await transfer.call(await as.sign())).status, 503);
      assert.equal(transfer.ran(), 0);
    }
    const careless = { consume: () => Promise.resolve(1) } as object as SingleUseStore;
    assert.equal((await transferWith(server({ store: careless })).call(await as.sign())).status, 401);
  });

  it('is refused when this API has no way to use it up', async () => {
    const rs = createResourceServer({ issuer: as.issuer, audience, now: () => now });
    const result = await rs.verify(`Bearer ${await as.sign({ single_use: true })}`);
    assert.ok(!result.ok);
    assert.deepEqual([result.error.status, result.error.reason], [503, 'single_use_unavailable']);
    assert.ok(result.error.cause instanceof IssuerUnavailable);
    assert.throws(() => rs.guard({ singleUse: true }), TypeError);
    assert.throws(() => rs.guard({ singleUse: ['transfer:funds'] }), TypeError);
    await assert.rejects(rs.verify('Bearer x', { singleUse: true }), TypeError);
  });

  it('is never in an error: neither in its message nor in what the operator gets', async () => {
    as.routes.set('/consume', answerJson(500, {}));
    const jwt = await as.sign();
    const result = await server().verify(`Bearer ${jwt}`, { singleUse: true });
    assert.ok(!result.ok && result.error.cause instanceof Error);
    const everything = `${result.error.cause.stack} ${String(result.error.cause.cause)} ${JSON.stringify(result.error)}`;
    for (const secret of [jwt, jwt.split('.')[2] ?? jwt, clientSecret, 'Basic '])
      assert.ok(!everything.includes(secret));
  });
});

describe('the store in memory', () => {
  it('remembers a token until it has expired, and then forgets it', async () => {
    let moment: Instant = now;
    const store = createMemorySingleUseStore(() => moment);
    assert.equal(await store.consume('a', secondsAfter(now, 30)), true);
    assert.equal(await store.consume('c', secondsAfter(now, 61)), true);
    moment = secondsAfter(now, 30);
    assert.equal(await store.consume('a', secondsAfter(now, 30)), false);
    moment = secondsAfter(now, 60);
    assert.equal(await store.consume('b', secondsAfter(now, 90)), true);
    assert.equal(await store.consume('a', secondsAfter(now, 30)), true);
    assert.equal(await store.consume('b', secondsAfter(now, 90)), false);
    assert.equal(await store.consume('c', secondsAfter(now, 61)), false);
  });

  it('is told to remember for as long as the token is accepted, the skew included', async () => {
    const expiries: Instant[] = [];
    const store: SingleUseStore = { consume: async (_jti, expiresAt) => expiries.push(expiresAt) > 0 };
    const options = { issuer: as.issuer, audience, now: () => now, clockToleranceSeconds: 60 };
    const rs = createResourceServer({ ...options, singleUse: { store } });
    await rs.verify(`Bearer ${await as.sign({ exp: now + 300 })}`, { singleUse: true });
    assert.deepEqual(expiries, [now + 360]);
  });
});
