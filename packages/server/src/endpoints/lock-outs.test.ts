/** Whom a policy locks out, by the API: the same as the command line says, some people at a time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject } from '@stile/core';
import { resolveConfig } from '../config/config.ts';
import { keepPolicy } from '../decision/keep-policy.ts';
import type { LockedOut } from '../decision/lock-out.ts';
import { previewLockOut } from '../decision/lock-out.ts';
import { get, post, tokenFor, watched } from '../testing/management.ts';
import { ACCOUNTS, testConfig } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';

const PATH = '/api/v2/lock-outs';
const EVERYWHERE = { everySignIn: { acr: 'mfa' } };

const namesIn = (body: Readonly<Record<string, unknown>>) =>
  Array.isArray(body.list) ? body.list.filter(isJsonObject).map(({ username }) => username) : [];

const withPeople = async (server: TestServer, many: number): Promise<void> => {
  for (let i = 0; i < many; i += 1) {
    const [id, username] = [`user_t${String(i).padStart(3, '0')}`, `t${i}`];
    const blockedAt = i % 5 === 4 ? START : null;
    await server.store.users.seed({ id, username, claims: {}, createdAt: START, blockedAt }, []);
  }
};

test('T30: whom the policy in force locks out is told by count and by name', async (t) => {
  const server = await testServer(t, watched);
  const { status, body } = await get(server, PATH, await tokenFor(server, 'read:lock_outs'));
  assert.equal(status, 200);
  assert.deepEqual([body.format, body.comparedWith, body.next_cursor], ['stile-lock-out/1', null, null]);
  assert.deepEqual(body.people, { read: 2, blocked: 0, cannot: 1, refused: 0, newly: 0, isCut: false });
  assert.deepEqual(namesIn(body), ['sam']);
  assert.ok(Array.isArray(body.demands) && Array.isArray(body.clients));
  assert.ok(body.demands.some((one) => isJsonObject(one) && one.scope === 'transfer:funds' && one.people === 1));
});

test('T30: … and whom it locks out that the one before it did not', async (t) => {
  const server = await testServer(t, watched);
  server.advance(60);
  Object.assign(server.deps, { config: resolveConfig({ ...watched(testConfig), ...EVERYWHERE, enrolment: 'refuse' }) });
  await keepPolicy(server.deps);
  const { body } = await get(server, PATH, await tokenFor(server, 'read:lock_outs'));
  assert.deepEqual(body.people, { read: 2, blocked: 0, cannot: 1, refused: 1, newly: 1, isCut: false });
  assert.match(String(body.comparedWith), /^[\w-]{43}$/);
});

test('T30: a change is judged before it is in force, and nothing comes of the question', async (t) => {
  const server = await testServer(t, watched);
  const token = await tokenFor(server, 'read:lock_outs');
  const before = await server.store.audit.recent(99);
  const ask = async (change: unknown) => (await post(server, PATH, token, change)).body;
  const nothing = await ask({});
  assert.deepEqual(nothing.people, { read: 2, blocked: 0, cannot: 1, refused: 0, newly: 0, isCut: false });
  const everywhere = await ask(EVERYWHERE);
  assert.deepEqual(everywhere.people, { read: 2, blocked: 0, cannot: 1, refused: 0, newly: 1, isCut: false });
  assert.deepEqual((await ask({ ...EVERYWHERE, enrolment: 'refuse' })).people, {
    read: 2,
    blocked: 0,
    cannot: 1,
    refused: 1,
    newly: 1,
    isCut: false,
  });
  const phishing = await ask({ scopes: [{ audience: ACCOUNTS, scope: 'read:accounts', requires: { acr: 'phr' } }] });
  assert.deepEqual(namesIn(phishing), ['robin', 'sam']);
  const free = await ask({
    scopes: ['transfer:funds', 'close:account'].map((scope) => ({ audience: ACCOUNTS, scope, requires: null })),
    clients: [{ id: 'web', minimumAcr: null }],
  });
  assert.ok(!JSON.stringify(free.demands).includes('transfer:funds'), JSON.stringify(free.demands));
  const minimum = await ask({ clients: [{ id: 'web', minimumAcr: ['mfa'] }] });
  assert.deepEqual(namesIn(minimum), ['sam']);
  assert.deepEqual(await server.store.audit.recent(99), before);
  assert.equal(await server.store.policies.find(String(everywhere.candidate)), undefined);
});

test('a part at a time comes to the same as all at once', async (t) => {
  const server = await testServer(t, watched);
  await withPeople(server, 237);
  const all: LockedOut[] = [];
  const whole = await previewLockOut(server.store, server.deps.config, { tell: (who) => all.push(who) });
  assert.ok(whole.people.cannot > 150);
  const token = await tokenFor(server, 'read:lock_outs');
  for (const take of [1, 7, 99, 100]) {
    const sums: Record<string, number> = {};
    const names: unknown[] = [];
    let cursor: string | null = '';
    for (let calls = 0; cursor !== null && calls < 500; calls += 1) {
      const query = new URLSearchParams({ take: String(take), ...(cursor !== '' && { cursor }) });
      const { body } = await get(server, `${PATH}?${query}`, token);
      assert.ok(namesIn(body).length <= take && isJsonObject(body.people));
      assert.equal(body.people.isCut, body.next_cursor !== null);
      names.push(...namesIn(body));
      for (const [what, many] of Object.entries(body.people))
        if (typeof many === 'number') sums[what] = (sums[what] ?? 0) + many;
      cursor = typeof body.next_cursor === 'string' ? body.next_cursor : null;
    }
    const { isCut: _isCut, ...people } = whole.people;
    assert.deepEqual(sums, people);
    assert.deepEqual(
      names,
      all.map(({ username }) => username),
    );
  }
});

test('what cannot be understood is refused in words, and so is whoever may not ask', async (t) => {
  const server = await testServer(t, watched);
  const token = await tokenFor(server, 'read:lock_outs');
  for (const query of ['take=0', 'take=101', 'take=x', 'take=1&take=2', `cursor=${'x'.repeat(201)}`]) {
    for (const { status, body } of [
      await get(server, `${PATH}?${query}`, token),
      await post(server, `${PATH}?${query}`, token, {}),
    ])
      assert.deepEqual([status, body.title], [400, 'Bad request'], query);
  }
  for (const [change, says] of [
    [[], /./],
    [{ everySignIn: 'mfa' }, /^everySignIn/],
    [{ everySignIn: { acr: 'moon' } }, /There is no level moon/],
    [{ enrolment: 'never' }, /^enrolment/],
    [{ users: [] }, /./],
    [{ clients: [{ id: 'nobody', minimumAcr: 'mfa' }] }, /There is no client nobody/],
    [{ scopes: [{ audience: ACCOUNTS, scope: 'toString', requires: { acr: 'mfa' } }] }, /There is no scope toString/],
    [{ scopes: [{ audience: 'x', scope: 'y', requires: { maxAge: 'long' } }] }, /^scopes\.0\.requires\.maxAge/],
  ] as const) {
    const { status, body } = await post(server, PATH, token, change);
    assert.equal(status, 400, JSON.stringify(change));
    assert.match(String(body.detail), says);
  }
  assert.equal((await post(server, PATH, token, {}, 'text/plain')).status, 400);
  const other = await tokenFor(server, 'read:decisions simulate:decisions');
  assert.equal((await get(server, PATH, other)).status, 403);
  assert.equal((await post(server, PATH, other, {})).status, 403);
  assert.equal((await server.send(PATH)).status, 401);
});
