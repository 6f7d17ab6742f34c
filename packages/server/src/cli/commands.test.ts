/** What an operator does from the command line, on a store of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { secondsAfter } from '@stile/core';
import { pino } from 'pino';
import { ConfigError, resolveConfig } from '../config/config.ts';
import { createPasswordHasher } from '../factors/password-hasher.ts';
import { normaliseRecoveryCode } from '../factors/recovery-code.ts';
import { createDeps, openStore } from '../server.ts';
import { systemNow } from '../system.ts';
import { ROBIN, SAM, testConfig } from '../testing/test-config.ts';
import { runCommand } from './commands.ts';
import { loadConfig } from './load-config.ts';

const silent = pino({ level: 'silent' });
const cheap = { memoryKib: 64, passes: 1, parallelism: 1 } as const;

const folder = (t: TestContext): string => {
  const path = mkdtempSync(join(tmpdir(), 'stile-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
};

/** A command line over a store that a server has used, unless it is to be empty. */
const commandLine = async (t: TestContext, { empty = false } = {}) => {
  let later = 0;
  const config = resolveConfig({ ...testConfig, dataFolder: folder(t) });
  const inStore = async <T>(work: (store: ReturnType<typeof openStore>) => Promise<T>): Promise<T> => {
    const store = openStore(config);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  const passwords = createPasswordHasher({ concurrency: 1, queueLimit: 8, parameters: cheap });
  if (!empty) await inStore((store) => createDeps(config, store, silent, { passwords }));
  const run = async (...words: string[]) => {
    const lines: string[] = [];
    const now = () => secondsAfter(systemNow(), later);
    const status = await runCommand(words, { config, log: silent, now, print: (line) => void lines.push(line) });
    return { status, text: lines.join('\n') };
  };
  const advance = (seconds: number) => {
    later += seconds;
  };
  return { run, inStore, advance, config };
};

test('a ticket is printed for a person, works in any spelling, and is on record without being kept', async (t) => {
  const { run, inStore } = await commandLine(t);
  const { status, text } = await run('ticket', ' Sam ');
  assert.equal(status, 0);
  const code = /Set-up code for sam: (\S+)/.exec(text)?.[1] ?? '';
  assert.equal(normaliseRecoveryCode(code)?.length, 24);
  const [record] = await inStore((store) => store.audit.recent(1));
  assert.deepEqual([record?.type, record?.userId], ['enrolment_ticket.issued', SAM.id]);
  assert.ok(!JSON.stringify(record).includes(code));
});

for (const command of [
  ['ticket'],
  ['sign-out'],
  ['block'],
  ['unblock'],
  ['authenticators', 'list'],
  ['authenticators', 'remove'],
]) {
  test(`${command.join(' ')} wants to know for whom, and says when there is nobody of that name`, async (t) => {
    const { run } = await commandLine(t);
    assert.equal((await run(...command)).status, 2);
    const { status, text } = await run(...command, 'nobody');
    assert.equal(status, 1);
    assert.match(text, /no such user/);
  });
}

test('everybody is signed out without a name and without a question, and never beside a name', async (t) => {
  const { run } = await commandLine(t);
  assert.equal((await run('sign-out', 'robin', '--all')).status, 2);
  const { status, text } = await run('sign-out', '--all');
  assert.equal(status, 0);
  assert.match(text, /^Everybody is signed out: 0 sessions/);
});

test('the secrets of the server are renewed in its store', async (t) => {
  const { run, inStore } = await commandLine(t);
  const secrets = () => inStore((store) => store.keys.secrets());
  const before = await secrets();
  assert.equal((await run('secrets', 'renew')).status, 0);
  const after = await secrets();
  assert.deepEqual([...after.keys()].toSorted(), [...before.keys()].toSorted());
  for (const [name, value] of after) assert.notDeepEqual(value, before.get(name));
});

test('a person who is blocked is blocked until they are let in again, and both are on record', async (t) => {
  const { run, inStore } = await commandLine(t);
  const blockedAt = () => inStore(async (store) => (await store.users.find(ROBIN.id))?.blockedAt);
  assert.equal((await run('block', 'robin')).status, 0);
  assert.equal(typeof (await blockedAt()), 'number');
  assert.equal((await run('unblock', 'robin')).status, 0);
  assert.equal(await blockedAt(), null);
  const types = (await inStore((store) => store.audit.recent(9))).map(({ type }) => type);
  assert.ok(types.includes('user.blocked') && types.includes('user.unblocked'));
});

test('keys are rotated without waiting when that is asked for: the next ones sign, and others are published', async (t) => {
  const { run, inStore } = await commandLine(t);
  const keys = () => inStore((store) => store.keys.all());
  const next = (await keys()).filter(({ state }) => state === 'next').map(({ kid }) => kid);
  const { status, text } = await run('keys', 'rotate', '--now');
  assert.equal(status, 0);
  assert.match(text, /may refuse new tokens until/);
  const after = await keys();
  assert.deepEqual(new Set(after.filter(({ state }) => state === 'current').map(({ kid }) => kid)), new Set(next));
  assert.deepEqual(
    after.map(({ state }) => state).toSorted((one, other) => (one < other ? -1 : 1)),
    ['current', 'current', 'next', 'next', 'retired', 'retired'],
  );
  for (const { retiresAt, createdAt, state } of after) {
    // The longest token of this configuration lives for an hour.
    if (state === 'retired') assert.ok(retiresAt !== null && retiresAt >= createdAt + 3600);
  }
});

test('where no server has ever started there are no keys to rotate', async (t) => {
  const { run } = await commandLine(t, { empty: true });
  const { status, text } = await run('keys', 'rotate');
  assert.equal(status, 1);
  assert.match(text, /no signing keys yet/);
});

test('decisions are listed, and each is explained by its number', async (t) => {
  const { run } = await commandLine(t);
  await run('ticket', 'sam');
  const { text } = await run('decisions');
  const [, id = ''] = /(dec_[\w-]+) {2}enrolment_ticket\.issued .*user_sam/.exec(text) ?? [];
  const explained = await run('explain', id);
  assert.equal(explained.status, 0);
  assert.match(
    explained.text,
    /^Enrolment ticket issued\.\n\n.*enrolment_ticket\.issued {2}by user_sam\nnot sealed yet\n/,
  );
  await run('audit', 'checkpoint');
  assert.match((await run('explain', id)).text, /\nsealed as number 1: [\w-]{43}\n/);
  assert.match((await run('explain', id, '--json')).text, /"type": "enrolment_ticket\.issued"/);
  for (const unknown of [['explain'], ['explain', 'dec_nothing']]) assert.equal((await run(...unknown)).status, 1);
});

test('a command that does not exist is answered with those that do', async (t) => {
  const { run } = await commandLine(t);
  for (const words of [['help'], ['constructor']]) {
    const { status, text } = await run(...words);
    assert.equal(status, 2);
    for (const command of ['serve', 'ticket', 'keys rotate', 'decisions', 'explain']) assert.ok(text.includes(command));
  }
});

test('half a command, and an option that it does not have, are answered with those that begin so', async (t) => {
  const { run } = await commandLine(t);
  for (const words of [['keys'], ['keys', 'delete'], ['keys', 'rotate', '--force']]) {
    const { status, text } = await run(...words);
    assert.equal(status, 2);
    for (const command of ['keys list', 'keys rotate', 'keys withdraw']) assert.ok(text.includes(command));
    assert.doesNotMatch(text, /stile ticket/);
  }
});

const configFile = (t: TestContext, text: string): string => {
  const path = join(folder(t), 'stile.config.mjs');
  writeFileSync(path, text);
  return path;
};

test('a configuration is a function of the environment, or an object', async (t) => {
  const fromFunction = configFile(t, 'export default (environment) => ({ organisation: environment.NAME });');
  assert.equal((await loadConfig(fromFunction, { NAME: 'Fabrikam' })).organisation, 'Fabrikam');
  assert.equal(
    (await loadConfig(configFile(t, 'export default { organisation: "Contoso" };'), {})).organisation,
    'Contoso',
  );
});

for (const [name, text, words] of [
  ['without a default export', 'export const config = {};', /has no default export/],
  ['that is no program', 'export default {', /cannot be loaded/],
  ['that throws', 'throw new Error("no such luck");', /no such luck/],
  ['that is mistaken', 'export default { organisation: "" };', /organisation/],
  ['that exports a number', 'export default 7;', /mistakes/],
] as const) {
  test(`a file ${name} is named with what is wrong`, async (t) => {
    await assert.rejects(loadConfig(configFile(t, text), {}), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, words);
      return true;
    });
  });
}

test('a file that is not there is named', async () => {
  await assert.rejects(loadConfig('/nowhere/stile.config.ts', {}), /\/nowhere\/stile\.config\.ts cannot be loaded/);
});

test('a key whose name begins with a hyphen is a key, and no option', async (t) => {
  const { run } = await commandLine(t);
  const { status, text } = await run('keys', 'withdraw', `-${'a'.repeat(42)}`);
  assert.equal(status, 1);
  assert.doesNotMatch(text, /has no option/);
  assert.equal((await run('keys', 'withdraw', '--force')).status, 2);
});
