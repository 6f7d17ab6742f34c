/** What of a configuration depends on where it lies, and on the environment that it is loaded in. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { pino } from 'pino';
import { guardedLog } from '../log/error.ts';
import { loadConfig } from './load-config.ts';

const configIn = (t: TestContext, actions: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'stile.config.ts');
  writeFileSync(file, `export default (environment) => ({ actions: ${actions} });`);
  return { folder, load: (environment = {}) => loadConfig(file, environment) };
};

test('Actions, and files that secrets are read from, lie beside the configuration unless their place is said in full', async (t) => {
  const secrets = "{ risk: { A: { file: './a' }, B: { file: '/run/b' }, C: environment.C } }";
  const { folder, load } = configIn(t, `{ secrets: ${secrets} }`);
  const { actions } = await load({ C: 'c' });
  assert.equal(actions.folder, join(folder, 'actions'));
  assert.deepEqual(actions.secrets, { risk: { A: { file: join(folder, 'a') }, B: { file: '/run/b' }, C: 'c' } });
  const elsewhere = configIn(t, "{ folder: '/srv/actions' }");
  assert.equal((await elsewhere.load()).actions.folder, '/srv/actions');
});

test('the key of the secrets comes from the environment; an empty one is none', async (t) => {
  const { load } = configIn(t, '{}');
  assert.equal((await load({ STILE_ENCRYPTION_KEY: 'key' })).encryptionKey, 'key');
  assert.equal((await load({ STILE_ENCRYPTION_KEY: '' })).encryptionKey, undefined);
  assert.equal((await load()).encryptionKey, undefined);
});

test('neither the key nor a secret of an Action is told in the log, whatever an error quotes', async (t) => {
  const { load } = configIn(t, '{ secrets: { risk: { C: environment.C } } }');
  const config = await load({ C: 'mArKeR-of-the-secret', STILE_ENCRYPTION_KEY: 'mArKeR-of-the-key' });
  const lines: string[] = [];
  const log = guardedLog(pino({}, { write: (line: string) => void lines.push(line) }), config);
  log.error({ err: new Error('no mArKeR-of-the-secret, no mArKeR-of-the-key') }, 'failed');
  assert.equal(lines.length, 1);
  assert.doesNotMatch(lines.join(''), /mArKeR/);
});
