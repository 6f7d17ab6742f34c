/** The management API: who may call it, and what it answers. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { isJsonObject } from '@stile/core';
import { resolveConfig } from '../config/config.ts';
import { deployScript, postLogin } from '../testing/actions.ts';
import { tokensOf } from '../testing/endpoints.ts';
import { signInAndStepUp } from '../testing/flow.ts';
import { get, MANAGEMENT, post, tokenFor, WATCHER, watched } from '../testing/management.ts';
import { ACCOUNTS, testConfig } from '../testing/test-config.ts';
import { testServer } from '../testing/test-server.ts';

const TRANSFER = { scope: 'openid transfer:funds' };

const listed = (body: Readonly<Record<string, unknown>>) =>
  Array.isArray(body.decisions) ? body.decisions.filter(isJsonObject) : [];

const withStepUp = async (t: TestContext) => {
  const server = await testServer(t, watched);
  await signInAndStepUp(server, TRANSFER);
  return { server, token: await tokenFor(server, 'read:decisions') };
};

test('decisions are listed, the newest first, each with its sentence, and explained one by one', async (t) => {
  const { server, token } = await withStepUp(t);
  const { status, body } = await get(server, '/api/v2/decisions', token);
  assert.equal(status, 200);
  const types = listed(body).map(({ type }) => type);
  assert.deepEqual(types, ['token.granted', 'authorize.granted', 'authorize.asked']);
  const asked = listed(body).at(-1);
  assert.equal(
    asked?.sentence,
    'Asked for a second factor because transfer:funds demands mfa within 5 minutes; it was not shown.',
  );
  assert.deepEqual([asked?.user_id, asked?.client_id, asked?.reason], ['user_robin', 'web', 'proof_missing']);
  await server.store.chain.seal(99);
  const one = await get(server, `/api/v2/decisions/${String(asked?.id)}`, token);
  assert.equal(one.status, 200);
  assert.ok(isJsonObject(one.body.explanation) && isJsonObject(one.body.record) && isJsonObject(one.body.chain));
  assert.match(String(one.body.explanation.person), /^To transfer money, give a second proof\./);
  assert.equal(one.response.headers.get('cache-control'), 'no-store');
  assert.equal((await get(server, '/api/v2/decisions/dec_nothing', token)).status, 404);
});

test('decisions are found by person, client and time, a page at a time', async (t) => {
  const { server, token } = await withStepUp(t);
  const ids = async (query: string) =>
    listed((await get(server, `/api/v2/decisions?${query}`, token)).body).map(({ id }) => id);
  const all = await ids('');
  assert.equal(all.length, 3);
  assert.equal((await ids('user=user_robin')).length, 2);
  assert.equal((await ids('client=watcher')).length, 1);
  assert.deepEqual(await ids('user=user_sam'), []);
  assert.deepEqual(await ids('to=2026-01-01T00:00:00Z'), []);
  assert.deepEqual(await ids('from=2027-01-01T00:00:00Z'), []);
  assert.deepEqual(await ids('from=1700000000'), all);
  const paged: unknown[] = [];
  let query = 'take=1';
  for (let pages = 0; pages < 9; pages += 1) {
    const { body } = await get(server, `/api/v2/decisions?${query}`, token);
    paged.push(...listed(body).map(({ id }) => id));
    if (typeof body.next_cursor !== 'string') break;
    query = `take=1&cursor=${body.next_cursor}`;
  }
  assert.deepEqual(paged, all);
});

test('what cannot be understood is refused in words', async (t) => {
  const { server, token } = await withStepUp(t);
  for (const query of [
    'take=0',
    'take=101',
    'take=x',
    'from=yesterday',
    'to=-1',
    'cursor=x',
    'take=1&take=2',
    'cursor=1.%27',
  ]) {
    const { status, body } = await get(server, `/api/v2/decisions?${query}`, token);
    assert.deepEqual([status, body.title], [400, 'Bad request'], query);
  }
  const stats = await tokenFor(server, 'read:stats');
  for (const query of ['by=moon', 'from=x', 'to=x', 'by=client&by=scope'])
    assert.equal((await get(server, `/api/v2/stats/step-up?${query}`, stats)).status, 400, query);
});

test('statistics of step-ups', async (t) => {
  const { server } = await withStepUp(t);
  server.advance(1);
  const { status, body } = await get(server, '/api/v2/stats/step-up?by=scope', await tokenFor(server, 'read:stats'));
  assert.equal(status, 200);
  assert.ok(isJsonObject(body.total));
  const { asked, shown, met, abandoned } = body.total;
  assert.deepEqual([asked, shown, met, abandoned], [1, 1, 1, 0]);
  assert.deepEqual(Array.isArray(body.rows) && body.rows.filter(isJsonObject).map(({ name }) => name), [
    'transfer:funds',
  ]);
});

test('T15: what would be decided is told, and nothing comes of the question', async (t) => {
  const { server } = await withStepUp(t);
  const token = await tokenFor(server, 'simulate:decisions');
  const ask = (body: unknown, type?: string) => post(server, '/api/v2/simulations', token, body, type);
  const before = await server.store.audit.recent(99);
  const { status, body } = await ask({
    username: 'robin',
    client_id: 'web',
    audience: ACCOUNTS,
    scope: 'openid transfer:funds',
  });
  assert.equal(status, 200);
  const steps = Array.isArray(body.steps) ? body.steps.filter(isJsonObject).map(({ step }) => step) : [];
  assert.deepEqual(steps, ['login', 'challenge', 'issue']);
  assert.deepEqual(await server.store.audit.recent(99), before);
  for (const wrong of [
    {},
    { username: 'robin' },
    { username: 7, client_id: 'web' },
    { username: 'nobody', client_id: 'web' },
    [],
  ])
    assert.equal((await ask(wrong)).status, 400, JSON.stringify(wrong));
  assert.equal((await ask({}, 'text/plain')).status, 400);
});

test('T15: a simulation asks the bound Actions, says which wanted what, and no execution is kept', async (t) => {
  const server = await testServer(t, watched);
  await deployScript(server, 'asks', postLogin(`api.multifactor.enable('any'); api.user.setAppMetadata('a', 1);`));
  const token = await tokenFor(server, 'simulate:decisions');
  const simulate = async (change: object) => {
    const supposed = { username: 'robin', client_id: 'web', proven: [{ factor: 'password' }], ...change };
    const { status, body } = await post(server, '/api/v2/simulations', token, supposed);
    return { status, steps: Array.isArray(body.steps) ? body.steps.filter(isJsonObject) : [] };
  };
  const { status, steps } = await simulate({ scope: 'openid' });
  assert.equal(status, 200);
  assert.deepEqual(
    steps.map(({ step }) => step),
    ['challenge', 'issue'],
  );
  const [ran] = Array.isArray(steps[0]?.actions) ? steps[0].actions.filter(isJsonObject) : [];
  assert.deepEqual(
    [ran?.action, ran?.outcome, ran?.calls],
    ['asks', 'finished', ['multifactor.enable', 'user.setAppMetadata']],
  );
  assert.deepEqual(await server.store.actions.executions(9), []);
  assert.deepEqual((await server.store.users.profile('user_robin'))?.appMetadata, {});
  assert.equal((await simulate({ scope: 'openid', actions: false })).steps.length, 1);
  assert.equal((await simulate({ scope: 'openid', actions: 'yes' })).status, 400);
  const many = await Promise.all(Array.from({ length: 9 }, () => simulate({ scope: 'openid' })));
  // Each has a sandbox of its own, and there are only so many.
  assert.deepEqual(new Set(many.map((one) => one.status)), new Set([200, 503]));
  assert.equal((await simulate({ scope: 'openid' })).status, 200);
});

test('a call needs a token, of this API, with the scope, that no person granted', async (t) => {
  const { server, token } = await withStepUp(t);
  const bare = await server.send('/api/v2/decisions');
  assert.equal(bare.status, 401);
  assert.match(bare.headers.get('www-authenticate') ?? '', /^Bearer realm=/);
  for (const wrong of ['x', 'a.b.c', ''])
    assert.equal((await get(server, '/api/v2/decisions', wrong)).status, 401, wrong);
  const lacking = await get(server, '/api/v2/stats/step-up', token);
  assert.equal(lacking.status, 403);
  assert.match(
    lacking.response.headers.get('www-authenticate') ?? '',
    /error="insufficient_scope".*scope="read:stats"/,
  );
  const ofAnotherApi = await tokensOf(server, { scope: 'openid read:accounts' });
  assert.equal((await get(server, '/api/v2/decisions', ofAnotherApi.access_token)).status, 401);
  const ofPerson = await tokensOf(server, { audience: MANAGEMENT, scope: 'openid read:decisions' });
  assert.match(String(ofPerson.scope), /read:decisions/);
  assert.equal((await get(server, '/api/v2/decisions', ofPerson.access_token)).status, 401);
});

test('a token of a client that is there no more opens nothing', async (t) => {
  const { server, token } = await withStepUp(t);
  const clients = new Map([...server.deps.config.clients].filter(([id]) => id !== WATCHER.id));
  Object.assign(server.deps.config, { clients });
  assert.equal((await get(server, '/api/v2/decisions', token)).status, 401);
});

test('nobody else can be this API', () => {
  const apis = [...(testConfig.apis ?? []), { audience: MANAGEMENT, name: 'Mine', scopes: { all: {} } }];
  assert.throws(() => resolveConfig({ ...testConfig, apis }), /this server is that API itself/);
});
