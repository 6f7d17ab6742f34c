/** From a file to a login and back to a case: an Action with a secret and a package, through everything. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { casesIn } from '../actions/cases/action-case.ts';
import { runCase } from '../actions/cases/run-case.ts';
import { caseOf } from '../actions/cases/saved-case.ts';
import { openEncryptionKey } from '../actions/deploy/encryption-key.ts';
import { openSandbox } from '../actions/testing/sandbox.ts';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { testServer } from '../testing/test-server.ts';
import { switchActionsOff } from './actions-bind.ts';
import { deployActions } from './actions-deploy.ts';
import { listExecutions } from './actions-executions.ts';
import type { StoreCommand } from './command.ts';

const SECRET = 'mArKeR-of-the-secret';

const RISK = `
import { scored } from './parts/scored.ts';
import { tagged } from 'tagged';
export const onExecutePostLogin = async (event, api) => {
  console.log('key', event.secrets.API_KEY, 'of', event.user.username);
  const [seen] = [api.cache.get('seen')?.value ?? 'never'];
  api.cache.set('seen', 'before');
  api.user.setAppMetadata('key', event.secrets.API_KEY);
  api.idToken.setCustomClaim('https://fabrikam.example/risk', tagged(scored(event), seen));
};`;

const setUp = async (t: TestContext, files: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-life-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const server = await testServer(t, (config) => ({
    ...config,
    encryptionKey: randomBytes(32).toString('base64url'),
    actions: { folder, secrets: { risk: { API_KEY: SECRET } } },
  }));
  const run = async (command: StoreCommand, ...words: string[]): Promise<string> => {
    const lines: string[] = [];
    const { config, log, now } = server.deps;
    await command(server.store, words, { config, log, now, print: (line) => void lines.push(line) });
    return lines.join('\n');
  };
  const logIn = async () => {
    const browser = new TestBrowser(server);
    return redeem(server, await browser.signIn(await browser.go(authorizeUrl())));
  };
  return { server, run, logIn };
};

const FILES = {
  'risk.ts': RISK,
  'parts/scored.ts':
    'export const scored = (event: { readonly stats: { readonly logins_count: number } }): number => event.stats.logins_count;',
  'node_modules/tagged/package.json': '{"name":"tagged","version":"1.0.0","main":"main.js"}',
  'node_modules/tagged/main.js': "exports.tagged = (...parts) => parts.join('/');",
};

test('an Action is deployed with its package and its secret, takes part in logins, and what happened passes as a case', async (t) => {
  const { server, run, logIn } = await setUp(t, FILES);
  const deployed = await run(deployActions, '--bind');
  assert.match(
    deployed,
    /risk: version 1 is deployed, and runs after every login.*\n {2}packages: tagged@1\.0\.0\n {2}secrets: API_KEY/,
  );
  const risk = async (): Promise<unknown> => claimsOf((await logIn()).body.id_token)['https://fabrikam.example/risk'];
  assert.equal(await risk(), '1/never');
  assert.equal(await risk(), '2/before', 'logins are counted, and what it keeps is there the next time');
  assert.deepEqual(
    (await server.store.users.profile('user_robin'))?.appMetadata,
    { key: SECRET },
    'it may do with it what it likes',
  );
  await turn();
  const [latest, first] = await server.store.actions.executions(9, 'risk');
  assert.ok(latest && first);
  assert.match(
    await run(listExecutions, first.id),
    /risk {2}version 1 {2}finished.*\n.*user user_robin, client web.*\n {2}console\.log .*: key \[secret API_KEY\] of robin\n/,
  );
  const audit = JSON.stringify(await server.store.audit.recent(99));
  assert.doesNotMatch(JSON.stringify([latest, first]) + audit + server.logged.join() + deployed, new RegExp(SECRET));

  const runtime = openSandbox();
  t.after(() => runtime.close());
  for (const execution of [latest, first]) {
    const found = await server.store.actions.findVersion(execution.versionId);
    assert.ok(found);
    const [one] = casesIn(
      { cases: caseOf(execution, found.version.secretNames, () => openEncryptionKey(server.deps.config, 'throw')) },
      'saved',
    );
    assert.ok(one);
    assert.deepEqual((await runCase(one, found.version, runtime)).differences, []);
  }
});

test('a shadow changes nothing of a login, and is seen beside it', async (t) => {
  const { server, run, logIn } = await setUp(t, {
    'risk.ts': "export const onExecutePostLogin = async (event, api) => api.access.deny('never');",
  });
  await run(deployActions, '--shadow');
  assert.equal((await logIn()).status, 200);
  const until = Date.now() + 5000;
  while ((await server.store.actions.executions(9)).length === 0 && Date.now() < until) await turn();
  const [execution] = await server.store.actions.executions(9);
  assert.deepEqual(
    [execution?.mode, execution?.details.commands],
    ['shadow', [{ call: 'access.deny', args: ['never'] }]],
  );
});

test('T22: an Action that refuses everybody refuses nobody once it is switched off', async (t) => {
  const { run, logIn } = await setUp(t, {
    'risk.ts': 'export const onExecutePostLogin = async () => { null.length; };',
  });
  await run(deployActions, '--bind');
  await run(switchActionsOff);
  assert.equal((await logIn()).status, 200);
});

test('T16: an Action that throws lets nobody in', async (t) => {
  const { run, logIn } = await setUp(t, {
    'risk.ts': 'export const onExecutePostLogin = async () => { null.length; };',
  });
  await run(deployActions, '--bind');
  assert.equal((await logIn()).status, 400);
});
