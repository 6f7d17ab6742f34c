/** What other processes and the network show: who else runs on the folder, and who answers at the issuer's address. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { Config } from '../config/config.ts';
import { resolveConfig } from '../config/config.ts';
import type { ConfigInput } from '../config/schema.ts';
import { systemNow } from '../system.ts';
import type { Finding } from './finding.ts';
import { announce, checkProcesses, configurationDigest, keepAnnouncing } from './processes.ts';
import { checkReach } from './reach.ts';

const folder = (t: TestContext): string => {
  const path = mkdtempSync(join(tmpdir(), 'stile-doctor-'));
  t.after(() => {
    chmodSync(path, 0o700);
    rmSync(path, { recursive: true, force: true });
  });
  return path;
};

const configured = (change: ConfigInput = {}): Config =>
  resolveConfig({ issuer: 'https://login.stile.dev/', ...change });

/** Every complaint says what was seen, why it matters and what to do. */
const severityOf = (finding: Finding): Finding['severity'] => {
  if (finding.severity !== 'ok') assert.ok(finding.what !== '' && finding.why && finding.todo, finding.check);
  return finding.severity;
};

describe('processes on one folder', () => {
  it('have the same configuration, or the difference is told', (t) => {
    const dataFolder = folder(t);
    const config = configured({ dataFolder });
    assert.match(checkProcesses(config, Date.now()).what, /No server/);
    const first = announce(config);
    announce(configured({ dataFolder, listen: { port: 9009 }, metrics: { port: 9464 } }));
    assert.match(checkProcesses(config, Date.now()).what, /2 running, with this configuration/);
    announce(configured({ dataFolder, enrolment: 'refuse' }));
    const finding = checkProcesses(config, Date.now());
    assert.equal(severityOf(finding), 'warning');
    assert.match(finding.what, /A server that runs on this folder \(process \d+\)/);
    first.withdraw();
    assert.equal(readdirSync(join(dataFolder, 'processes')).length, 2);
  });

  it('are believed for as long as they say that they are there', (t) => {
    const dataFolder = folder(t);
    const config = configured({ dataFolder });
    const announcement = announce(configured({ dataFolder, enrolment: 'refuse' }));
    const [name = ''] = readdirSync(join(dataFolder, 'processes'));
    const file = join(dataFolder, 'processes', name);
    const long = new Date(Date.now() - 170_000);
    utimesSync(file, long, long);
    assert.equal(checkProcesses(config, Date.now()).severity, 'warning');
    assert.equal(checkProcesses(config, Date.now() + 20_000).severity, 'ok');
    assert.deepEqual(readdirSync(join(dataFolder, 'processes')), [name], 'who looks changes nothing');
    announcement.beat();
    assert.equal(checkProcesses(config, Date.now() + 20_000).severity, 'warning');
  });

  it('are not believed when what they say is dated ahead: by a clock that has been put right since', (t) => {
    const dataFolder = folder(t);
    const config = configured({ dataFolder });
    announce(configured({ dataFolder, enrolment: 'refuse' }));
    assert.equal(checkProcesses(config, Date.now() - 170_000).severity, 'warning');
    assert.equal(checkProcesses(config, Date.now() - 190_000).severity, 'ok');
    const processes = join(dataFolder, 'processes');
    const ahead = new Date(Date.now() + 86_400_000);
    for (const name of readdirSync(processes)) utimesSync(join(processes, name), ahead, ahead);
    announce(config).withdraw();
    assert.deepEqual(readdirSync(processes), [], 'and are cleared away');
  });

  it('say that they are there as soon as they can, when they could not at the start', (t) => {
    const dataFolder = folder(t);
    const config = configured({ dataFolder });
    const complaints: unknown[] = [];
    writeFileSync(join(dataFolder, 'processes'), 'in the way');
    const announcement = keepAnnouncing(config, (error) => void complaints.push(error));
    announcement.beat();
    assert.equal(complaints.length, 2);
    rmSync(join(dataFolder, 'processes'));
    announcement.beat();
    assert.match(checkProcesses(config, Date.now()).what, /1 running, with this configuration/);
    announcement.beat();
    assert.equal(readdirSync(join(dataFolder, 'processes')).length, 1);
    announcement.withdraw();
    assert.deepEqual(readdirSync(join(dataFolder, 'processes')), []);
    assert.equal(complaints.length, 2);
  });

  it('are cleared away by the next start when they crashed, and say anew that they are there when they did not', (t) => {
    const dataFolder = folder(t);
    const config = configured({ dataFolder });
    const others = configured({ dataFolder, enrolment: 'refuse' });
    const processes = join(dataFolder, 'processes');
    const asleep = announce(others);
    writeFileSync(join(processes, 'of somebody else'), '');
    const long = new Date(Date.now() - 200_000);
    for (const name of readdirSync(processes)) utimesSync(join(processes, name), long, long);
    announce(config).withdraw();
    assert.deepEqual(readdirSync(processes), ['of somebody else']);
    asleep.beat();
    assert.match(checkProcesses(others, Date.now()).what, /1 running, with this configuration/);
    rmSync(processes, { recursive: true });
    asleep.beat();
    assert.equal(checkProcesses(config, Date.now()).severity, 'warning');
    asleep.withdraw();
    assert.deepEqual(readdirSync(processes), []);
    rmSync(dataFolder, { recursive: true });
    assert.throws(() => asleep.beat(), { code: 'ENOENT' }, 'a folder that was moved away is not made again');
    mkdirSync(dataFolder);
  });

  it('leave nothing behind that holds a secret, whatever lies in the folder', (t) => {
    const dataFolder = folder(t);
    const secret = 'a client secret of this test';
    const client = {
      id: 'web',
      name: 'Web',
      authentication: ['client_secret_basic' as const],
      secret,
      redirectUris: ['https://a.dev/'],
    };
    const config = configured({ dataFolder, clients: [client] });
    assert.notEqual(
      configurationDigest(config),
      configurationDigest(configured({ dataFolder, clients: [{ ...client, name: 'Other' }] })),
    );
    assert.doesNotMatch(configurationDigest(config), /secret/);
    mkdirSync(join(dataFolder, 'processes'));
    writeFileSync(join(dataFolder, 'processes', 'broken.json'), '{');
    assert.equal(checkProcesses(config, Date.now()).severity, 'warning');
  });
});

describe('the issuer’s address', () => {
  const issuer = 'https://login.stile.dev/';
  const now = systemNow();
  const date = (ahead = 0) => new Date((now + ahead) * 1000).toUTCString();

  const reach = (answers: Readonly<Record<string, () => Response>>, currentKeys: readonly string[] = ['kid-1']) =>
    checkReach(
      { issuer },
      {
        currentKeys,
        nowSeconds: () => now,
        fetch: async (url) => answers[new URL(url).pathname]?.() ?? new Response(null, { status: 404 }),
      },
    );

  const good = {
    '/.well-known/openid-configuration': () => Response.json({ issuer }, { headers: { date: date() } }),
    '/.well-known/jwks.json': () => Response.json({ keys: [{ kid: 'kid-1' }] }),
  };

  it('leads to this server', async () => {
    assert.deepEqual((await reach(good)).map(severityOf), ['ok', 'ok']);
    assert.deepEqual((await reach(good, [])).map(severityOf), ['ok', 'ok'], 'before the first start nothing is known');
  });

  it('leads nowhere, to another server, or to one with other keys', async () => {
    const document = '/.well-known/openid-configuration';
    const cases: readonly (readonly [Readonly<Record<string, () => Response>>, RegExp])[] = [
      [{}, /cannot be reached from here: it answers 404/],
      [{ [document]: () => Response.redirect('https://elsewhere.dev/', 302) }, /answers 302/],
      [{ [document]: () => new Response('<html>') }, /cannot be reached/],
      [{ [document]: () => Response.json({ issuer: 'https://other.dev/' }) }, /Another server answers.*another issuer/],
      [
        { ...good, '/.well-known/jwks.json': () => Response.json({ keys: [{ kid: 'x' }, null] }) },
        /publishes other keys/,
      ],
      [{ ...good, '/.well-known/jwks.json': () => new Response(null, { status: 502 }) }, /answers 502/],
      [{ [document]: () => assert.fail('ECONNREFUSED') }, /no answer, within 5 seconds/],
    ];
    for (const [answers, words] of cases) {
      const [finding, ...others] = await reach(answers);
      assert.equal(finding && severityOf(finding), 'error');
      assert.match(finding?.what ?? '', words);
      assert.ok(others.every(({ check }) => check === 'reach-clock'));
    }
  });

  it('has another clock', async () => {
    const late = {
      ...good,
      '/.well-known/openid-configuration': () => Response.json({ issuer }, { headers: { date: date(-90) } }),
    };
    const [, clock] = await reach(late);
    assert.equal(clock?.severity, 'warning');
    assert.match(clock.what, /90 seconds behind/);
  });
});
