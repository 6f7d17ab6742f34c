/** Actions of a server that runs, changed from the command line of another process: deployed, rolled back, broken, switched off. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuthorizationServer } from '../authorization-server.ts';
import { onFreePort } from '../authorization-server.ts';
import { fabrikam } from '../fabrikam.ts';
import { authorizationUrl, claimsOf, redeem } from '../flow.ts';
import { person } from '../people.ts';
import { UserAgent } from '../user-agent.ts';
import { install } from './command.ts';

const SECRET = 'mArKeR-of-the-secret';
const CLAIM = 'https://fabrikam.example/risk';

const installation = install();
after(() => installation.remove());
const { folder, stile } = installation;
const dataFolder = join(folder, 'data');
const now = (): number => Math.floor(Date.now() / 1000);
const people = [person('ada', now)];

const action = (value: string): void =>
  writeFileSync(
    join(folder, 'actions', 'risk.ts'),
    `export const onExecutePostLogin = async (event: any, api: any) => {
      if (event.secrets.API_KEY.length === 20) api.idToken.setCustomClaim('${CLAIM}', ${value});
    };`,
  );

const { running, issuer } = await onFreePort(async (port) => {
  const config = fabrikam(`http://localhost:${port}/`, dataFolder, people, []);
  const actions = { secrets: { risk: { API_KEY: { file: './api-key' } } } };
  installation.configure({ ...config, listen: { host: '127.0.0.1', port }, actions });
  return { running: await installation.serve(port), issuer: `http://localhost:${port}/` };
});
after(() => running.close());

const server: AuthorizationServer = {
  issuer,
  at: (path) => new URL(path, issuer).href,
  now,
  advance: () => undefined,
  person: () => people[0] ?? assert.fail(),
  close: () => Promise.resolve(),
};

/** What a login gives: the claim of the Action, or the error that the client is sent. */
const login = async (): Promise<unknown> => {
  const { end } = await new UserAgent(issuer).authorize(authorizationUrl(server), server.person('ada'));
  const error = end.url.searchParams.get('error');
  return error ?? claimsOf(String((await redeem(server, end)).body.id_token))[CLAIM] ?? 'nothing';
};

/** Running servers notice within a second. */
const PATIENCE_MILLISECONDS = 10_000;

const becomes = async (wanted: unknown): Promise<void> => {
  const until = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const is = await login();
    if (is === wanted) return;
    if (Date.now() > until) assert.equal(is, wanted);
    await pause(40);
  }
};

const done = async (...words: string[]): Promise<string> => {
  const { status, text } = await stile(...words);
  assert.equal(status, 0, text);
  return text;
};

test('a server that runs takes up what is deployed, rolled back and switched off, and nothing of a secret is in what it keeps', async () => {
  mkdirSync(join(folder, 'actions'));
  writeFileSync(join(folder, 'api-key'), `${SECRET}\n`);
  assert.equal(await login(), 'nothing');
  action("'one'");
  const written = [await done('actions', 'deploy', '--bind')];
  await becomes('one');
  action("'two'");
  written.push(await done('actions', 'deploy'));
  await becomes('two');
  written.push(await done('actions', 'rollback', 'risk', '1'));
  await becomes('one');
  written.push(await done('actions', 'list'), await done('actions', 'versions', 'risk'));
  written.push(await done('actions', 'executions'), await done('decisions'), await done('doctor'));
  await done('backup', join(folder, 'copy.db'));
  const kept = readdirSync(dataFolder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(kept.some(({ name }) => name === 'encryption.key'));
  const files = [...kept.map(({ parentPath, name }) => join(parentPath, name)), join(folder, 'copy.db')];
  for (const file of files) assert.doesNotMatch(readFileSync(file).toString('latin1'), /mArKeR/, file);
  assert.doesNotMatch(written.join('\n') + running.output(), /mArKeR/);
});

test('T16: an Action that throws refuses, and is told by name to the operator alone', async () => {
  action('null.length');
  await done('actions', 'deploy');
  await becomes('server_error');
  const [latest = ''] = (await done('actions', 'executions', 'risk')).split('\n');
  assert.match(latest, /risk {2}version 3 {2}failed {2}threw/);
});

test('T22: what refuses everybody is switched off, and logins go on; a copy of the database, in which sealed secrets were exchanged, opens nothing', async () => {
  await done('actions', 'off');
  await becomes('nothing');
  await done('actions', 'rollback', 'risk', '1');
  await done('actions', 'on');
  await becomes('one');
  const database = new DatabaseSync(join(dataFolder, 'stile.db'));
  database.exec(
    'update action_version set sealed_secrets = (select sealed_secrets from action_version where number = 2) where number = 1;' +
      'update action_trigger set revision = revision + 1;',
  );
  database.close();
  assert.match((await stile('doctor')).text, /The secrets of the Action risk cannot be decrypted/);
  await done('actions', 'off');
  await becomes('nothing');
});
