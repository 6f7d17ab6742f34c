/** A server that runs is copied, goes on, is lost, and comes back from the copy: by the very lines of the guide. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AuthorizationServer } from '../authorization-server.ts';
import { onFreePort } from '../authorization-server.ts';
import { fabrikam, NIGHTLY_SECRET, REPORTS, WEB_SECRET } from '../fabrikam.ts';
import { authorizationUrl, basic, post, redeem, tokenRequest } from '../flow.ts';
import { person } from '../people.ts';
import { UserAgent } from '../user-agent.ts';
import { install } from './command.ts';

const installation = install();
after(() => installation.remove());
const dataFolder = join(installation.folder, 'data');
const copy = join(installation.folder, 'backup.db');
const now = (): number => Math.floor(Date.now() / 1000);
const people = ['ada', 'ben'].map((username) => person(username, now));

/** The lines of the guide under a heading, for a shell. */
const linesOf = (heading: string): readonly string[] => {
  const guide = readFileSync(new URL('../../docs/guides/operating.md', import.meta.url), 'utf8');
  const [, block = ''] = new RegExp(`\n## ${heading}\n.*?\`\`\`sh\n(.*?)\`\`\``, 's').exec(guide) ?? [];
  return block.trim().split('\n');
};

/** What the guide says for its own paths and users, said for this test. */
const here = (line: string): string =>
  line
    .replaceAll('/var/lib/stile', dataFolder)
    .replaceAll(/\/backup\/\S+/g, copy)
    .replaceAll(' -o stile -g stile', '');

test('a copy that was made while people signed in brings everything of that moment back', async () => {
  const { running, issuer } = await onFreePort(async (port) => {
    const config = fabrikam(`http://localhost:${port}/`, dataFolder, people, []);
    installation.configure({ ...config, listen: { host: '127.0.0.1', port } });
    return { running: await installation.serve(port), issuer: `http://localhost:${port}/` };
  });
  const server: Pick<AuthorizationServer, 'issuer' | 'at'> = { issuer, at: (path) => new URL(path, issuer).href };
  const whole: AuthorizationServer = {
    ...server,
    now,
    advance: () => undefined,
    person: (username) => people.find((one) => one.username === username) ?? assert.fail(username),
    close: () => Promise.resolve(),
  };
  const url = authorizationUrl(whole, { scope: 'openid read:accounts offline_access' });
  const signIn = async (username: string, agent: UserAgent) => {
    const { end, pages } = await agent.authorize(url, whole.person(username));
    return { pages, tokens: (await redeem(whole, end)).body };
  };
  const refresh = (token: unknown) =>
    tokenRequest(whole, { grant_type: 'refresh_token', refresh_token: String(token) });
  const isActive = async (token: unknown) =>
    (await post(whole.at('oauth/introspect'), { token: String(token) }, basic('web', WEB_SECRET))).body.active;

  const ada = new UserAgent(issuer);
  const adas = (await signIn('ada', ada)).tokens;
  const asNightly = basic('nightly', NIGHTLY_SECRET);
  let busy = true;
  const load = (async () => {
    for (let count = 0; ; count += 1) {
      if (!busy) return count;
      const { status } = await tokenRequest(whole, { grant_type: 'client_credentials', audience: REPORTS }, asNightly);
      assert.equal(status, 200);
    }
  })();

  const [backup = ''] = linesOf('Backup');
  const backedUp = await installation.stile(...here(backup).split(' ').slice(1));
  assert.equal(backedUp.status, 0, backedUp.text);
  assert.equal(statSync(copy).mode & 0o777, 0o600);
  busy = false;
  assert.ok((await load) > 0);

  const again = await installation.stile('backup', copy);
  assert.equal(again.status, 1);
  assert.match(again.text, /exists already/);
  assert.ok(statSync(copy).size > 0, 'no backup is written over');
  const doctor = await installation.stile('doctor');
  assert.match(doctor.text, /processes: 1 running, with this configuration/);

  const ben = new UserAgent(issuer);
  const bens = (await signIn('ben', ben)).tokens;
  assert.equal(await running.close(), 0);
  assert.doesNotMatch(readFileSync(copy).toString('latin1'), new RegExp(String(adas.refresh_token)));

  const restore = linesOf('Restore');
  for (const line of restore.map(here)) {
    if (line.startsWith('systemctl')) continue;
    if (line === 'stile doctor') {
      const { status, text } = await installation.stile('doctor');
      assert.ok(status === 0 || status === 1, text);
      continue;
    }
    const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    assert.equal(status, 0, `${line}: ${stderr}`);
  }
  assert.ok(existsSync(`${dataFolder}-before/stile.db`));
  assert.equal(statSync(join(dataFolder, 'stile.db')).mode & 0o777, 0o600);

  const restored = await installation.serve(Number(new URL(issuer).port));
  assert.equal(await isActive(adas.access_token), true, 'the same keys');
  assert.equal((await refresh(adas.refresh_token)).status, 200);
  assert.deepEqual((await signIn('ada', ada)).pages, [], 'ada is still signed in');
  assert.equal((await refresh(bens.refresh_token)).status, 400);
  assert.deepEqual((await signIn('ben', ben)).pages, ['/login'], 'ben came after the backup');
  assert.equal(await restored.close(), 0);

  const written = `${running.output()}${restored.output()}${backedUp.text}${doctor.text}`;
  assert.ok(written.split('\n').length > 30);
  const secrets = [...people.flatMap(({ password, totpSecret }) => [password, totpSecret]), WEB_SECRET, NIGHTLY_SECRET];
  for (const secret of [...secrets, ...Object.values(adas), ...Object.values(bens)].map(String)) {
    if (secret.length > 20)
      assert.ok(!written.includes(secret.slice(0, 200)) && !written.includes(encodeURIComponent(secret)));
  }
});

test('a server with what must not be does not start, and says why; a doctor says it without a start', async () => {
  const refused = install();
  try {
    refused.configure({ issuer: 'http://login.stile.dev/', dataFolder: join(refused.folder, 'data') });
    const started = await refused.stile('serve');
    assert.equal(started.status, 1);
    assert.match(started.text, /"check":"issuer".*plain http/);
    assert.ok(!existsSync(join(refused.folder, 'data', 'stile.db')), 'nothing was made');
    assert.equal((await refused.stile('doctor')).status, 2);

    refused.configure({ issuer: 'https://login.stile.dev', dataFolder: join(refused.folder, 'data') });
    const { status, text } = await refused.stile('doctor', '--json');
    assert.equal(status, 2);
    const report: unknown = JSON.parse(text);
    assert.match(JSON.stringify(report), /"status":"error".*"check":"configuration".*trailing slash/);

    refused.configure('throw new Error("no such luck");');
    assert.equal((await refused.stile('doctor')).status, 2);
    assert.equal((await refused.stile('keys', 'list')).status, 1);
  } finally {
    refused.remove();
  }
});
