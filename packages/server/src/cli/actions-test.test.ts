/** Cases beside Actions, from the command line: what passes, what differs and how that reads, and real executions as cases. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { openEncryptionKey } from '../actions/deploy/encryption-key.ts';
import { bondOf } from '../actions/executions.ts';
import { openStore } from '../server.ts';
import type { ActionExecution } from '../store/action-ports.ts';
import { execution } from '../store/testing/actions.ts';
import { NOTHING, workshop } from '../testing/workshop.ts';
import { deployActions } from './actions-deploy.ts';
import { testActions } from './actions-test.ts';

/** Denies at night, and says so. */
const NIGHT = `export const onExecutePostLogin = async (event, api) => {
  console.log('hour', new Date().getUTCHours());
  if (new Date().getUTCHours() > 20) api.access.deny(\`\${event.user.name} sleeps\`);
  api.idToken.setCustomClaim('https://fabrikam.example/office', event.user.app_metadata.office ?? 'none');
};
`;

const cases = (...list: readonly object[]): string => `export const cases = ${JSON.stringify(list)};`;

const byNight = { name: 'night', at: '2026-11-24T22:00:00Z' };
const claim = (office: string) => ['idToken.setCustomClaim', 'https://fabrikam.example/office', office];

const tried = async (t: TestContext, action: string, ...list: readonly object[]) => {
  const { runAlone } = await workshop(t, { 'night.ts': action, 'night.case.ts': cases(...list) });
  return runAlone(testActions);
};

test('cases that come out as expected pass, each with its name', async (t) => {
  const office = { user: { app_metadata: { office: 'Oslo' } } };
  const { status, text } = await tried(
    t,
    NIGHT,
    { name: 'day', event: office, expect: { commands: [claim('Oslo')], console: ['hour 12'] } },
    { ...byNight, expect: { commands: [['access.deny', 'Robin Keller sleeps'], claim('none')] } },
  );
  assert.match(text, /^passed {2}day {2}\d+ ms\npassed {2}night {2}\d+ ms\n2 cases passed\.$/);
  assert.equal(status, 0);
});

test('what differs is told line by line, with what the Action wrote, and the exit code says so', async (t) => {
  const { status, text } = await tried(t, NIGHT, {
    ...byNight,
    expect: { commands: [['access.deny', 'go away'], claim('none')] },
  });
  assert.equal(status, 1);
  assert.match(
    text,
    /^FAILED {2}night.*\n {2}Its commands are not as expected:\n {4}- api\.access\.deny\("go away"\)\n {4}\+ api\.access\.deny\("Robin Keller sleeps"\)\n {6}api\.idToken.*\n {2}console\.log: hour 22\n1 case failed, 0 passed\.$/,
  );
});

test('that it throws, never ends or asks for what is not there is a difference, unless it is what is expected', async (t) => {
  const action = `export const onExecutePostLogin = async (event, api) => {
    if (event.user.name === 'throws') throw new Error('no such office');
    if (event.user.name === 'loops') for (;;);
    api.samlResponse.setAttribute('x', 'y');
  };`;
  const named = (name: string, expect: object) => ({ name, event: { user: { name } }, expect });
  const { text } = await tried(
    t,
    action,
    named('throws', {}),
    named('throws', { outcome: 'failed', failure: 'threw', message: 'such office' }),
    named('loops', { outcome: 'failed', failure: 'cpu_time_exceeded' }),
    named('asks', { outcome: 'failed', failure: 'unsupported', message: 'SAML' }),
    named('asks', { outcome: 'failed', failure: 'threw', message: 'nothing of it' }),
  );
  const [first, second, ...rest] = text.split('\n');
  assert.match(first ?? '', /^FAILED {2}throws/);
  assert.match(second ?? '', /It failed with threw \(.*no such office.*\), and should have finished\./);
  assert.match(rest.join('\n'), /^passed {2}throws.*\npassed {2}loops.*\npassed {2}asks.*\nFAILED {2}asks/);
  assert.match(
    text,
    /It failed with unsupported, and not with threw: .*\n {2}What it threw does not say "nothing of it"/,
  );
});

test('a command that would be refused in a login fails its case as well', async (t) => {
  const action = "export const onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim('sub', 'x'); };";
  const { status } = await tried(t, action, { name: 'restricted', expect: { calls: [] } });
  assert.equal(status, 0, 'a restricted claim is left out with a warning, as with Auth0');
});

test('what fetch gets, what is proven and what is cached comes from the case; nobody is really called', async (t) => {
  const action = `export const onExecutePostLogin = async (event, api) => {
    const answer = await fetch('https://api.example.com/risk', { method: 'POST', headers: { authorization: event.secrets.API_KEY } });
    const { level } = await answer.json();
    if (level === 'high') await api.stepUp.require({ acr: 'mfa' });
    api.user.setAppMetadata('level', [level, answer.status, api.cache.get('seen')?.value ?? 'unseen'].join());
  };`;
  const risk = (level: string) => ({
    url: 'https://api.example.com/risk',
    method: 'POST',
    status: 201,
    json: { level },
  });
  const said = (value: string) => ({ commands: [['user.setAppMetadata', 'level', value]] });
  const secrets = { API_KEY: 'test' };
  const { text } = await tried(
    t,
    action,
    { name: 'low', secrets, cache: { seen: 'yes' }, fetch: [risk('low')], expect: said('low,201,yes') },
    { name: 'asks', secrets, fetch: [risk('high')], expect: { outcome: 'suspended', demand: { acr: ['mfa'] } } },
    { name: 'proven', secrets, fetch: [risk('high')], stepUps: [{ acr: 'mfa' }], expect: said('high,201,unseen') },
    { name: 'unanswered', secrets, expect: { outcome: 'failed' } },
    { name: 'elsewhere', secrets, fetch: [{ ...risk('low'), url: 'https://elsewhere.example/' }, {}], expect: {} },
    { name: 'broken', secrets, fetch: [{ error: 'no route' }], expect: { outcome: 'failed', message: 'no route' } },
  );
  assert.match(text, /^passed {2}low.*\n(?:passed|FAILED) {2}asks/, text);
  assert.match(text, /^passed {2}proven/m);
  assert.match(
    text,
    /^FAILED {2}unanswered.*\n {2}It calls POST https:\/\/api\.example\.com\/risk, for which the case has no answer/m,
  );
  assert.match(
    text,
    /^FAILED {2}elsewhere.*\n {2}It calls POST https:\/\/api\.example\.com\/risk, and not POST https:\/\/elsewhere\.example\/\.\n {2}It does not call, for which/m,
  );
  assert.match(text, /^passed {2}broken/m);
});

test('a case that cannot be, a file without cases and an Action that is not there are told in words', async (t) => {
  const { write, runAlone, folder } = await workshop(t, { 'night.ts': NIGHT });
  const said = async (name: string, text: string): Promise<string> => {
    write(name, text);
    const { status, text: words } = await runAlone(testActions, join(folder, 'actions', name));
    assert.equal(status, 1);
    return words;
  };
  assert.match((await runAlone(testActions)).text, /There are no cases in .*actions: write risk\.case\.ts/);
  assert.match(
    await said('a.case.ts', 'export const one = 1;'),
    /a\.case\.ts exports no cases; write: export const cases/,
  );
  assert.match(await said('b.case.ts', cases({ name: 'x', expext: {} })), /cases\[0\.?\w*\]: /);
  assert.match(await said('c.case.ts', 'export const = 1;'), /c\.case\.ts cannot be loaded/);
  assert.match(await said('d.case.ts', cases({ name: 'x', expect: {} })), /There is no Action d in/);
  assert.match((await runAlone(testActions, '/nowhere.case.ts')).text, /there is no such file/);
  write('night.ts', 'export const = 1;');
  assert.match(await said('night.case.ts', cases({ name: 'x', expect: {} })), /^night\.ts:1:14: /);
});

test('cases in folders below, and of another Action by name, are run; running them makes no database', async (t) => {
  const { runAlone, write, config } = await workshop(t, { 'night.ts': NIGHT });
  write('night.some-more.case.ts', cases({ name: 'one', expect: {} }));
  write('others.case.mjs', cases({ name: 'two', action: 'night', expect: {} }));
  assert.match((await runAlone(testActions)).text, /2 cases passed/);
  assert.equal(existsSync(config().dataFolder), false);
});

/** An Action that was deployed with a secret, and an execution of it. */
const withExecution = async (
  t: TestContext,
  details: (given: ActionExecution['details']) => ActionExecution['details'],
) => {
  const action = `export const onExecutePostLogin = async (event, api) => {
    const answer = await fetch('https://api.example.com/', { headers: { authorization: event.secrets.API_KEY } });
    api.user.setAppMetadata('seen', await answer.text() + Math.random());
    api.user.setAppMetadata('key', event.secrets.API_KEY);
  };`;
  const shop = await workshop(t, { 'risk.ts': action }, { secrets: { risk: { API_KEY: 'mArKeR-of-the-secret' } } });
  const store = openStore(shop.config());
  t.after(() => store.close());
  const inStore = { ...shop, store };
  await shop.runAlone((words, line) => deployActions(store, words, line));
  const sealed = openEncryptionKey(shop.config(), 'make').sealText(JSON.stringify(recorded), bondOf('exe_1'));
  const [version] = await store.actions.versionsOf((await store.actions.findByName('risk'))?.id ?? '');
  const base = execution({ outcome: 'finished' });
  const { failure: _failure, message: _message, ...ended } = base.details;
  await store.actions.recordExecutions([
    {
      ...base,
      id: 'exe_1',
      versionId: version?.id ?? '',
      details: details({ ...ended, recorded: sealed, commands: [] }),
    },
  ]);
  return inStore;
};

const recorded = {
  event: { user: { name: 'Alice' }, transaction: { protocol: 'oidc-basic-profile' } },
  context: { canRedirect: true, cache: {} },
  journal: {
    seed: 'ab'.repeat(32),
    startedAtMs: 1_795_478_400_123,
    answers: [
      {
        question: 'q',
        answer: { status: 200, headers: [['x-a', 'b']], url: 'https://api.example.com/', text: 'seen' },
        atMs: 1,
      },
    ],
  },
};

test('a real execution is saved as a case with its secrets masked, and passes from then on', async (t) => {
  const shop = await withExecution(t, (details) => ({
    ...details,
    commands: [
      { call: 'user.setAppMetadata', args: ['seen', 'seen0.5'] },
      { call: 'user.setAppMetadata', args: ['key', '[secret API_KEY]'] },
    ],
  }));
  const saved = await shop.runAlone(testActions, '--save', 'exe_1');
  assert.equal(saved.status, 0);
  assert.match(saved.text, /^Written: .*risk\.1\.case\.ts\. It is about a person: look through it/);
  const file = readFileSync(join(shop.folder, 'actions', 'risk.1.case.ts'), 'utf8');
  assert.match(file, /export const cases: CaseFile = \[\n {2}\{\n {4}name: "as on /);
  assert.match(file, /API_KEY: "\[secret API_KEY\]"/);
  assert.doesNotMatch(file, /mArKeR/);
  const { status, text } = await shop.runAlone(testActions);
  assert.deepEqual([status, text.split('\n').at(-1)], [0, '1 case passed.'], text);
  assert.match((await shop.runAlone(testActions, '--save', 'exe_1')).text, /is there already/);
});

test('one that did something else then is saved as it was, and that is said', async (t) => {
  const shop = await withExecution(t, (details) => ({
    ...details,
    commands: [{ call: 'access.deny', args: ['no'] }],
  }));
  assert.match(
    (await shop.runAlone(testActions, '--save', 'exe_1')).text,
    /it did not do the same: adapt what the case expects/,
  );
  assert.equal((await shop.runAlone(testActions)).status, 1);
});

test('what was kept with another key cannot be saved, and that is said', async (t) => {
  const shop = await withExecution(t, (details) => details);
  writeFileSync(join(shop.config().dataFolder, 'encryption.key'), Buffer.alloc(32, 9).toString('base64url'));
  const { status, text } = await shop.runAlone(testActions, '--save', 'exe_1');
  assert.equal(status, 1);
  assert.match(text, /encrypted with another key than the one that is here/);
});

test('what was not kept, or is not there, cannot be saved', async (t) => {
  const shop = await withExecution(t, ({ handler, wallMs, cpuMs, commands, console, consoleLeftOut }) => ({
    handler,
    wallMs,
    cpuMs,
    commands,
    console,
    consoleLeftOut,
  }));
  const before = readdirSync(join(shop.folder, 'actions'));
  assert.match((await shop.runAlone(testActions, '--save', 'exe_1')).text, /was not kept/);
  assert.match((await shop.runAlone(testActions, '--save', 'exe_2')).text, /no such execution/);
  assert.match((await shop.runAlone(testActions, '--save')).text, /no such execution/);
  assert.deepEqual(readdirSync(join(shop.folder, 'actions')), before);
  writeFileSync(join(shop.folder, 'actions', 'risk.ts'), NOTHING);
});

test('the Action of the guide passes the cases of the guide', async (t) => {
  const guide = readFileSync(new URL('../../../../docs/guides/actions-on-your-machine.md', import.meta.url), 'utf8');
  const block = (file: string): string => guide.split(`// actions/${file}\n`)[1]?.split('```')[0] ?? '';
  const names = ['office-hours.ts', 'office-hours.case.ts'];
  const { runAlone } = await workshop(t, Object.fromEntries(names.map((name) => [name, block(name)])));
  assert.match((await runAlone(testActions)).text, /2 cases passed/);
});
