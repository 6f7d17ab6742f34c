/** The life of Actions from the command line: deployed, bound, set back, switched off; and what goes on record. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { execution } from '../store/testing/actions.ts';
import { NOTHING, workshop } from '../testing/workshop.ts';
import { bindAction, rollBackAction, switchActionsOff, switchActionsOn, unbindAction } from './actions-bind.ts';
import { deployActions } from './actions-deploy.ts';
import { listExecutions } from './actions-executions.ts';
import { listActions, listVersions } from './actions-list.ts';
import type { StoreCommand } from './command.ts';

test('Actions of the folder are deployed, each with a version that says what is in it; they do not run before they are bound', async (t) => {
  const { run, bound, onRecord } = await workshop(t, {
    'risk.ts': NOTHING,
    'roles.js': 'exports.onExecutePostLogin = async () => {};',
    'risk.case.ts': '',
    'README.md': '',
  });
  const { status, text } = await run(deployActions);
  assert.equal(status, 0);
  assert.match(
    text,
    /^risk: version 1 is deployed\. It is not bound, so it does not run: stile actions bind risk\nroles: version 1/,
  );
  assert.equal(await bound(), '');
  assert.match(
    (await onRecord())[0] ?? '',
    /^action\.deployed \{"action":"risk","version":1,"checksum":"[\w-]{43}","dependencies":\[\],"secrets":\[\]\}$/,
  );
});

test('what has not changed makes no version; what has is told, and runs where it is bound', async (t) => {
  const { run, bound, write } = await workshop(t, { 'risk.ts': NOTHING, 'roles.ts': NOTHING });
  await run(deployActions, '--bind');
  assert.equal(await bound(), 'risk 1, roles 1');
  write('risk.ts', 'export const onExecutePostLogin = async () => {\n  console.log(1);\n};\n');
  const { text } = await run(deployActions);
  assert.match(
    text,
    /^risk: version 2 is deployed, and runs after every login from now on\.\n {2}\d+ lines added, \d+ removed\nroles: nothing has changed since version 1\.$/,
  );
  assert.equal(await bound(), 'risk 2, roles 1');
});

test('only those that are named are deployed; a name that is no file is said', async (t) => {
  const { run, folder } = await workshop(t, { 'risk.ts': NOTHING, 'roles.ts': NOTHING });
  assert.deepEqual(await run(deployActions, 'rsik', 'roles'), {
    status: 1,
    text: `There is no Action rsik in ${join(folder, 'actions')}.`,
  });
  assert.match((await run(deployActions, 'roles')).text, /^roles: version 1[^\n]*$/);
  rmSync(join(folder, 'actions'), { recursive: true });
  assert.match((await run(deployActions)).text, /There is no Action in .*actions new/);
});

test('when one cannot be built none is deployed, and every mistake is told with its place', async (t) => {
  const { run, onRecord } = await workshop(t, {
    'a.ts': NOTHING,
    'b.ts': "import 'fs';\n",
    'c.ts': 'export const = 1;',
  });
  const { status, text } = await run(deployActions);
  assert.equal(status, 1);
  assert.match(text, /^b\.ts:1:8: The module fs.*\nc\.ts:1:14: .*\nNothing was deployed\.$/s);
  assert.deepEqual(await onRecord(), []);
});

test('secrets are missed by name, kept encrypted, and nowhere to be seen', async (t) => {
  const { run, bound, settings, store, folder, onRecord } = await workshop(t, { 'risk.ts': NOTHING });
  settings({ secrets: { risk: { API_KEY: undefined, TOKEN: { file: join(folder, 'token') } } } });
  const missing = await run(deployActions, '--bind');
  assert.equal(missing.status, 1);
  assert.match(
    missing.text,
    /The secret API_KEY of risk has no value: set it in the environment.*\nThe secret TOKEN of risk has no value: it is to be read from .*token\.\nNothing was deployed/,
  );
  writeFileSync(join(folder, 'token'), 'mArKeR-of-the-file\n');
  settings({ secrets: { risk: { API_KEY: 'mArKeR-of-the-environment', TOKEN: { file: join(folder, 'token') } } } });
  const { text } = await run(deployActions, '--bind');
  assert.match(text, /secrets: API_KEY, TOKEN/);
  assert.equal(await bound(), 'risk 1');
  const [version] = await store.actions.versionsOf((await store.actions.findByName('risk'))?.id ?? '');
  const found = await store.actions.findVersion(version?.id ?? '');
  assert.doesNotMatch(`${text}${JSON.stringify([found, await onRecord()])}`, /mArKeR/);
  assert.deepEqual((await run(deployActions)).text, 'risk: nothing has changed since version 1.');
  settings({ secrets: { risk: { API_KEY: 'mArKeR renewed', TOKEN: { file: join(folder, 'token') } } } });
  assert.match((await run(deployActions)).text, /version 2 .*\n {2}The code is the same; secrets have changed/);
});

test('a key of secrets that is none is told in words, and nothing is deployed', async (t) => {
  const { run, onRecord, config } = await workshop(t, { 'risk.ts': NOTHING }, { secrets: { risk: { API_KEY: 'x' } } });
  mkdirSync(config().dataFolder);
  writeFileSync(join(config().dataFolder, 'encryption.key'), 'short');
  const { status, text } = await run(deployActions);
  assert.deepEqual([status, /encryption\.key is no key/.test(text)], [1, true]);
  assert.deepEqual(await onRecord(), []);
});

test('where no Action has secrets no key is made', async (t) => {
  const { run, config } = await workshop(t, { 'risk.ts': NOTHING });
  await run(deployActions, '--bind');
  assert.equal(existsSync(join(config().dataFolder, 'encryption.key')), false);
});

test('Actions are bound in an order, as shadows too, and taken out', async (t) => {
  const { run, bound, onRecord, write } = await workshop(t, { 'risk.ts': NOTHING, 'roles.ts': NOTHING });
  await run(deployActions);
  assert.match((await run(bindAction, 'risk')).text, /^risk, version 1, runs after every login from now on\.$/);
  await run(bindAction, 'roles', '--before', 'risk');
  assert.equal(await bound(), 'roles 1, risk 1');
  write('risk.ts', `${NOTHING}console.log(2);\n`);
  assert.match((await run(deployActions, 'risk', '--shadow')).text, /version 2 is deployed, and runs as a shadow/);
  assert.equal(await bound(), 'roles 1, risk 1, risk 2 shadow');
  assert.match(
    (await run(listActions)).text,
    /^After a login, in this order:\n {3}1 {2}roles {2}version 1\n {3}2 {2}risk {2}version 1\n {3}3 {2}risk {2}version 2 {2}as a shadow/,
  );
  await run(bindAction, 'risk');
  assert.equal(await bound(), 'roles 1, risk 2', 'what goes live takes the place of its shadow');
  assert.match((await run(unbindAction, 'roles')).text, /roles runs no more/);
  assert.equal((await run(unbindAction, 'roles')).status, 1);
  assert.equal(await bound(), 'risk 2');
  const types = (await onRecord()).map((line) => line.split(' ')[0]);
  assert.deepEqual(types.slice(2), [
    'action.bound',
    'action.bound',
    'action.deployed',
    'action.bound',
    'action.bound',
    'action.unbound',
  ]);
  assert.match((await onRecord())[2] ?? '', /"reason":"administrator","action":"risk","version":1,"mode":"live"/);
});

test('a binding that cannot be is said, and changes nothing', async (t) => {
  const { run, bound } = await workshop(t, { 'risk.ts': NOTHING, 'roles.ts': NOTHING }, { limits: { bindings: 1 } });
  await run(deployActions, 'risk');
  const said = async (command: StoreCommand, ...words: string[]) => {
    const { status, text } = await run(command, ...words);
    return `${status} ${text}`;
  };
  assert.match(await said(bindAction), /^2 Say which/);
  assert.match(await said(bindAction, 'nothing'), /^1 No Action nothing is deployed/);
  assert.match(await said(bindAction, 'risk', '--before'), /^2 /);
  assert.match(
    await said(bindAction, 'risk', '--before', 'nothing'),
    /^1 .*the Action that it is to run before is not bound/,
  );
  await run(bindAction, 'risk');
  assert.match(await said(deployActions, 'roles', '--bind'), /^0 .*deployed, but not bound/);
  assert.match(await said(bindAction, 'roles'), /^1 Nothing was changed: as many/);
  assert.match(await said(bindAction, 'risk', '--before', 'risk'), /^1 /);
  assert.match(await said(deployActions, '--bind', '--shadow'), /^2 /);
  assert.equal(await bound(), 'risk 1');
});

test('an older version runs again, and the versions say what runs', async (t) => {
  const { run, bound, write } = await workshop(t, { 'risk.ts': NOTHING });
  await run(deployActions, '--bind');
  write('risk.ts', `${NOTHING}console.log(2);\n`);
  await run(deployActions);
  assert.match((await run(rollBackAction, 'risk', '1')).text, /risk runs in version 1 from now on/);
  assert.equal(await bound(), 'risk 1');
  const { text } = await run(listVersions, 'risk');
  assert.match(text, /^version 2 {2}deployed 2026-11-24T00:00:00Z {2}checksum [\w-]{43}\nversion 1 .* runs$/);
  assert.equal((await run(rollBackAction, 'risk', '9')).status, 1);
  assert.equal((await run(rollBackAction, 'risk')).status, 2);
  await run(unbindAction, 'risk');
  assert.deepEqual(await run(rollBackAction, 'risk', '1'), { status: 1, text: 'It is not bound.' });
});

test('T22: whatever Actions do, and though their secrets cannot be decrypted, they are switched off, and on again', async (t) => {
  const { run, bound, onRecord, config } = await workshop(t, { 'risk.ts': NOTHING }, { secrets: { risk: { A: 'a' } } });
  await run(deployActions, '--bind');
  const broken = { ...config(), encryptionKey: randomBytes(32).toString('base64url') };
  await assert.rejects(bound(broken), /another key/);
  rmSync(config().dataFolder, { recursive: true });
  await assert.rejects(bound(), /Secrets of Actions are encrypted, and their key is not here/);
  assert.match((await run(switchActionsOff)).text, /No Action runs any more, within a second/);
  assert.deepEqual([await bound(), await bound(broken)], ['', '']);
  assert.match((await run(switchActionsOff)).text, /switched off already/);
  assert.match((await run(listActions)).text, /All Actions are switched off since 2026-11-24T00:00:00Z/);
  const { text } = await run(bindAction, 'risk');
  assert.match(text, /runs after every login from now on\.\nAll Actions are switched off since/);
  await run(switchActionsOn);
  await assert.rejects(bound(broken), /another key/);
  const switches = (await onRecord()).filter((line) => line.startsWith('actions.'));
  assert.deepEqual(switches, [
    'actions.switched-off {"reason":"administrator","trigger":"post-login"}',
    'actions.switched-on {"reason":"administrator","trigger":"post-login"}',
  ]);
});

test('T22: one Action is switched off alone, and a deployment does not switch it on', async (t) => {
  const { run, bound, write } = await workshop(t, { 'risk.ts': NOTHING, 'roles.ts': NOTHING });
  await run(deployActions, '--bind');
  assert.match((await run(switchActionsOff, 'risk')).text, /risk runs no more, within a second/);
  assert.equal(await bound(), 'roles 1');
  assert.match((await run(listActions)).text, /risk {2}version 1 {2}switched off/);
  write('risk.ts', `${NOTHING}console.log(2);\n`);
  await run(deployActions);
  assert.equal(await bound(), 'roles 1');
  await run(switchActionsOn, 'risk');
  assert.equal(await bound(), 'risk 2, roles 1');
  assert.equal((await run(switchActionsOn, 'nothing')).status, 1);
});

test('what is deployed and not bound, and what is only a file, is listed as that', async (t) => {
  const { run } = await workshop(t, { 'risk.ts': NOTHING, 'draft.ts': NOTHING });
  assert.match(
    (await run(listActions)).text,
    /^No Action runs after a login\.\nIn \/.*actions, and not deployed:\n {5}draft\n {5}risk$/,
  );
  await run(deployActions, 'risk');
  assert.match((await run(listActions)).text, /Deployed, and not bound: they do not run\.\n {5}risk {2}version 1\nIn /);
});

test('how Actions ended is listed, and shown in full; nothing of it controls the terminal', async (t) => {
  const { run, store } = await workshop(t, { 'risk.ts': NOTHING });
  assert.equal((await run(listExecutions)).text, 'None was recorded.');
  await run(deployActions);
  const { details } = execution();
  const hostile = { level: 'log', text: '\u001b[2J\u009b1mcleared\u202e', atMs: 3 } as const;
  await store.actions.recordExecutions([
    execution({ id: 'exe_1' }),
    execution({ id: 'exe_2', mode: 'shadow', outcome: 'finished', details: { ...details, console: [hostile] } }),
  ]);
  assert.match(
    (await run(listExecutions, 'risk')).text,
    /exe_2 {2}risk {2}version 1 {2}shadow {2}finished.*\n.*exe_1 {2}risk {2}version 1 {2}failed {2}threw {2}1 ms$/,
  );
  const { text } = await run(listExecutions, 'exe_1');
  assert.match(
    text,
    /onExecutePostLogin, 0\.5 ms computed, user alice, request req_1\n {2}console\.log after 1 ms: hello\n {2}2 more lines.*\n {2}api\.access\.deny\("no"\)\n {2}threw: no$/,
  );
  assert.match((await run(listExecutions, 'exe_2')).text, /: \ufffd\[2J\ufffd1mcleared\ufffd$/m);
  assert.equal((await run(listExecutions, 'exe_9')).status, 1);
});
