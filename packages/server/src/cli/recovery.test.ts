import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { pino } from 'pino';
import { openRecoveryOf, startRecovery, stopRecovery } from '../recovery/lost-factor.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import type { StoreCommand } from './command.ts';
import { cancelRecovery, issueRecovery, listRecoveries } from './recovery.ts';

const operated = async (t: TestContext) => {
  const server = await testServer(t);
  const run = async (command: StoreCommand, ...words: string[]) => {
    const printed: string[] = [];
    const line = {
      config: server.deps.config,
      log: pino({ level: 'silent' }),
      print: (text: string) => printed.push(text),
      now: server.deps.now,
    };
    return { code: await command(server.store, words, line), text: printed.join('\n') };
  };
  return { server, run };
};

const openOf = async (server: TestServer, userId: string) =>
  (await openRecoveryOf(userId, server.deps)) ?? assert.fail('A recovery is under way.');

test('a ticket is issued, seen from its issue to the end of its wait, and cancelled', async (t) => {
  const { server, run } = await operated(t);
  assert.match((await run(listRecoveries)).text, /No recovery is under way/);
  const issued = await run(issueRecovery, 'robin');
  assert.equal(issued.code, 0);
  const [ticket = ''] = /[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/.exec(issued.text) ?? [];
  assert.equal(ticket.length, 29);
  assert.match((await run(listRecoveries)).text, /^robin {2}issued .*not shown yet/);
  const user = (await server.store.users.find(ROBIN.id)) ?? assert.fail('Robin is there.');
  assert.equal(
    await startRecovery(await openOf(server, ROBIN.id), user, { requestId: 'req', locale: 'en' }, server.deps),
    true,
  );
  assert.match((await run(listRecoveries)).text, /waits until 2026-11-25/);
  server.advance(86_400);
  assert.match((await run(listRecoveries)).text, /ready since 2026-11-25/);
  assert.equal((await run(cancelRecovery, 'robin')).code, 0);
  assert.equal((await run(cancelRecovery, 'robin')).code, 1);
  assert.match((await run(listRecoveries)).text, /No recovery is under way/);
  const records = await server.store.audit.ofUser(ROBIN.id, 10);
  const types = records.map(({ type }) => type);
  assert.deepEqual(types, ['recovery.stopped', 'recovery.started', 'recovery.issued']);
  assert.ok(!JSON.stringify(records).includes(ticket));
});

test('a new ticket makes the one before worthless', async (t) => {
  const { server, run } = await operated(t);
  await run(issueRecovery, 'robin');
  const first = await openOf(server, ROBIN.id);
  await run(issueRecovery, 'robin');
  assert.notEqual((await openOf(server, ROBIN.id)).id, first.id);
  assert.equal(await server.store.ceremonies.find(first.id, server.deps.now()), undefined);
});

test('after somebody said that a recovery was not theirs, another one takes more than a word', async (t) => {
  const { server, run } = await operated(t);
  await run(issueRecovery, 'robin');
  await stopRecovery(await openOf(server, ROBIN.id), 'reported', server.deps);
  server.advance(1);
  const refused = await run(issueRecovery, 'robin');
  assert.equal(refused.code, 1);
  assert.match(refused.text, /not theirs/);
  assert.equal((await run(issueRecovery, 'robin', '--anyway')).code, 0);
  assert.equal((await run(issueRecovery, 'robin')).code, 0);
});

test('who is unknown is told apart from who has none', async (t) => {
  const { run } = await operated(t);
  assert.equal((await run(issueRecovery)).code, 2);
  assert.match((await run(issueRecovery, 'nobody')).text, /no such user/);
  assert.match((await run(cancelRecovery, SAM.username)).text, /has no recovery/);
});
