/** What the documents tell operators to type is there to be typed, and everything there is, is in the guide. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { resolveConfig } from '../config/config.ts';
import { configSchema } from '../config/schema.ts';
import { openStore } from '../server.ts';
import type { Store } from '../store/ports.ts';
import { withCode } from '../store/testing/fixtures.ts';
import { testConfig } from '../testing/test-config.ts';
import { commandNamed, commandNames, runCommand } from './commands.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

const pages = [
  'README.md',
  'SECURITY.md',
  'ARCHITECTURE.md',
  ...['docs/guides', 'docs/reference', 'docs/security'].flatMap((folder) =>
    safeList(folder).map((name) => `${folder}/${name}`),
  ),
];

function safeList(folder: string): readonly string[] {
  try {
    return readdirSync(`${root}${folder}`).filter((name) => name.endsWith('.md'));
  } catch {
    return [];
  }
}

/** Every command in code on a page: after `stile`, or after what starts it through npm. */
const commandsOn = (page: string): readonly (readonly string[])[] => {
  const code = [...page.matchAll(/```(?:sh|bash)\n(.*?)```|`([^`\n]+)`/gs)].map(
    ([, block, span]) => block ?? span ?? '',
  );
  return code
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => [...line.matchAll(/(?:^|\s|[;&|] ?)(?:npm run stile --|stile) ([a-z][^#;&|`]*)/g)])
    .map(([, words = '']) => words.trim().split(/\s+/));
};

for (const path of pages) {
  test(`every command in ${path} exists`, () => {
    for (const words of commandsOn(read(path))) {
      assert.ok(commandNamed(words), `stile ${words.join(' ')}`);
      const options = words.filter((word) => word.startsWith('--'));
      for (const option of options)
        assert.ok(commandNamed(words)?.options.includes(option), `stile ${words.join(' ')}`);
    }
  });
}

test('every command is in the guide, and the guide was really read', () => {
  const named = commandsOn(read('docs/guides/operating.md')).map((words) => commandNamed(words)?.name);
  assert.ok(named.length > 30, `${named.length}`);
  for (const name of commandNames) assert.ok(named.includes(name), name);
});

test('every field of the configuration that the guide lists is one', () => {
  const [, table = ''] = /\n## Configuration\n(.*?)\n## /s.exec(read('docs/guides/operating.md')) ?? [];
  const fields = [...table.matchAll(/^\| ((?:`[\w.]+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([\w.]+)`/g)].map(([, field = '']) => field.split('.', 1)[0] ?? ''),
  );
  assert.ok(fields.length >= 7);
  for (const field of fields) assert.ok(Object.hasOwn(configSchema.shape, field), field);
});

test('the commands of the guide for a database in the wrong hands end every session and every grant, and make new secrets', async (t) => {
  const { page = '' } =
    /## The database is in the wrong hands\n(?<page>.*?)\n## /s.exec(read('docs/guides/operating.md'))?.groups ?? {};
  assert.doesNotMatch(page, /sqlite3|update session|delete from/, 'nobody has to write to the database by hand');
  const whole = commandsOn(page).filter((words) => ['secrets', 'sign-out'].includes(words[0] ?? ''));
  assert.deepEqual(whole, [
    ['secrets', 'renew'],
    ['sign-out', '--all'],
  ]);
  const dataFolder = mkdtempSync(join(tmpdir(), 'stile-guide-'));
  t.after(() => rmSync(dataFolder, { recursive: true }));
  const config = resolveConfig({ ...testConfig, dataFolder, users: [] });
  const inStore = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
    const store = openStore(config);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  const secretOf = (store: Store) => store.keys.secret('csrf', randomBytes(32));
  const before = await inStore(async (store) => {
    await withCode(store);
    return secretOf(store);
  });
  const line = { config, log: pino({ level: 'silent' }), print: () => undefined };
  for (const words of whole) assert.equal(await runCommand(words, line), 0);
  await inStore(async (store) => {
    assert.notEqual((await store.sessions.find('session'))?.endedAt, null);
    assert.equal((await store.grants.find('grant'))?.revokedReason, 'everybody-signed-out');
    assert.notDeepEqual(await secretOf(store), before);
  });
});
