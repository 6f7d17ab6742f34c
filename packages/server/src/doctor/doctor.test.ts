/** Each check: what it complains of, what it lets pass, and that it says what to do. */
import assert from 'node:assert/strict';
import fs, { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { auditRecord } from '../audit/audit.ts';
import type { Config } from '../config/config.ts';
import { resolveConfig } from '../config/config.ts';
import type { ConfigInput } from '../config/schema.ts';
import { openStore } from '../server.ts';
import { systemNow, systemRandom } from '../system.ts';
import { checkDemonstration, checkIssuer, checkMetrics, checkProxies } from './configuration.ts';
import { checkPrivate, checkRoom, checkWritable } from './data-folder.ts';
import { checkDatabase } from './database.ts';
import type { Finding } from './finding.ts';
import { reachOf } from './host.ts';
import { checkMemory, checkNode, checkOpenFiles, thisMachine } from './machine.ts';

const isRoot = process.getuid?.() === 0;

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

describe('the configuration', () => {
  it('tells whose a host is', () => {
    const hosts: Readonly<Record<ReturnType<typeof reachOf>, readonly string[]>> = {
      loopback: ['localhost', 'stile.localhost', '127.0.0.1', '127.8.9.1', '[::1]'],
      private: [
        'stile',
        'login.internal',
        'login.fabrikam.example',
        'a.example.com',
        '10.1.2.3',
        '192.168.0.4',
        '172.20.1.1',
        '[fd00::1]',
        'box.home.arpa',
      ],
      public: [
        'login.stile.dev',
        'notexample.com',
        '172.32.0.1',
        '8.8.8.8',
        '[2001:db8::1]',
        'localhost.evil.dev',
        '127.0.0.1.nip.io',
      ],
    };
    for (const [reach, names] of Object.entries(hosts))
      for (const name of names) assert.equal(reachOf(name), reach, name);
  });

  it('refuses plain http where anybody may listen, and warns of it in a network of somebody’s own', () => {
    const severities = [
      'https://login.stile.dev/',
      'http://localhost:9000/',
      'http://stile:9000/',
      'http://login.stile.dev/',
    ].map((issuer) => severityOf(checkIssuer(configured({ issuer }))));
    assert.deepEqual(severities, ['ok', 'ok', 'warning', 'error']);
  });

  it('misses the proxy that an https issuer must have in front', () => {
    assert.equal(severityOf(checkProxies(configured())), 'warning');
    assert.equal(severityOf(checkProxies(configured({ trustedProxies: 1 }))), 'ok');
    assert.equal(severityOf(checkProxies(configured({ issuer: 'http://localhost:9000/' }))), 'ok');
  });

  it('finds the secrets of the demonstration, and refuses them on the internet', () => {
    const client = {
      id: 'web',
      name: 'Web',
      authentication: ['client_secret_basic' as const],
      redirectUris: ['https://a.dev/'],
    };
    const users = [{ id: 'robin', username: 'robin', password: 'correct horse battery staple' }];
    const own = { clients: [{ ...client, secret: 'a secret of my own' }] };
    const demonstrations: readonly ConfigInput[] = [
      { clients: [{ ...client, secret: 'demonstration-secret-of-web' }] },
      { users },
      {
        users: [
          {
            id: 'r',
            username: 'r',
            password: 'my own password',
            totp: { name: 'x', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
          },
        ],
      },
      {
        users: [
          { id: 'r', username: 'r', password: 'my own password', recoveryCodes: ['7K3M-9QWX-2F4H-8TNV-5C6D-1BJR'] },
        ],
      },
      { demoHint: 'robin' },
    ];
    assert.equal(severityOf(checkDemonstration(configured(own))), 'ok');
    for (const change of demonstrations) {
      const found = ['https://login.stile.dev/', 'https://login.fabrikam.example/', 'http://localhost:9000/'].map(
        (issuer) => checkDemonstration(configured({ ...change, issuer })),
      );
      assert.deepEqual(found.map(severityOf), ['error', 'warning', 'ok']);
      assert.doesNotMatch(JSON.stringify(found), /demonstration-secret|correct horse|JBSWY|7K3M/);
    }
  });

  it('warns of metrics that anybody reaches', () => {
    const severity = (host: string) => severityOf(checkMetrics(configured({ metrics: { host, port: 9464 } })));
    assert.deepEqual(['localhost', '127.0.0.1', '10.0.0.5', '0.0.0.0', '::', '8.8.8.8'].map(severity), [
      'ok',
      'ok',
      'ok',
      'warning',
      'warning',
      'warning',
    ]);
    assert.equal(severityOf(checkMetrics(configured())), 'ok');
  });
});

describe('the machine', () => {
  it('is one that Stile runs on: this one', () => {
    for (const check of [checkNode, checkMemory]) assert.equal(severityOf(check(thisMachine())), 'ok');
    assert.ok(process.platform !== 'linux' || (thisMachine().openFiles ?? 0) > 0);
  });

  it('has a Node that is new enough, files and memory enough, or is complained of', () => {
    const machine = thisMachine();
    const node = (nodeVersion: string) => severityOf(checkNode({ ...machine, nodeVersion }));
    assert.deepEqual(['22.11.0', '24.0.0', '26.1.0'].map(node), ['error', 'ok', 'ok']);
    const files = (openFiles: number | undefined) => severityOf(checkOpenFiles({ ...machine, openFiles }));
    assert.deepEqual([1024, 4096, undefined].map(files), ['warning', 'ok', 'ok']);
    const memory = (mebibytes: number, cores: number) =>
      severityOf(checkMemory({ ...machine, memory: mebibytes * 1024 * 1024, cores }));
    assert.deepEqual([memory(128, 1), memory(256, 4), memory(256, 8)], ['warning', 'ok', 'warning']);
  });
});

describe('the data folder', () => {
  it('can be written, and its clock agrees', (t) => {
    const dataFolder = folder(t);
    const findings = checkWritable({ dataFolder }, Date.now());
    assert.deepEqual(findings.map(severityOf), ['ok', 'ok']);
    assert.deepEqual(readdirSync(dataFolder), [], 'nothing is left');
    assert.equal(
      severityOf(checkWritable({ dataFolder: join(dataFolder, 'not', 'made') }, Date.now())[0] ?? assert.fail()),
      'ok',
    );
  });

  it('cannot be written, or is no folder at all', (t) => {
    const path = folder(t);
    writeFileSync(join(path, 'file'), '');
    const [inFile] = checkWritable({ dataFolder: join(path, 'file') }, Date.now());
    assert.equal(inFile?.severity, 'error');
    assert.equal(checkPrivate({ dataFolder: join(path, 'file') }).severity, 'ok');
    chmodSync(path, 0o500);
    const [closed] = checkWritable({ dataFolder: path }, Date.now());
    assert.equal(closed?.severity, isRoot ? 'ok' : 'error');
  });

  it('has a clock of its own when it is on another machine', (t) => {
    const dataFolder = folder(t);
    for (const ahead of [-120_000, 120_000]) {
      const [, clock] = checkWritable({ dataFolder }, Date.now() + ahead);
      assert.equal(clock?.severity, 'warning');
      assert.match(clock.what, ahead > 0 ? /1[12]\d seconds behind/ : /1[12]\d seconds ahead of/);
    }
  });

  it('is for its owner alone, or for nobody who can enter', (t) => {
    const dataFolder = folder(t);
    const file = join(dataFolder, 'stile.db');
    writeFileSync(file, '', { mode: 0o600 });
    const severity = (folderMode: number, fileMode: number): string => {
      chmodSync(dataFolder, folderMode);
      chmodSync(file, fileMode);
      return severityOf(checkPrivate({ dataFolder }));
    };
    assert.deepEqual(
      [
        severity(0o700, 0o600),
        severity(0o755, 0o600),
        severity(0o755, 0o644),
        severity(0o700, 0o644),
        severity(0o750, 0o640),
      ],
      ['ok', 'ok', 'error', 'ok', 'warning'],
    );
    assert.equal(severityOf(checkPrivate({ dataFolder: join(dataFolder, 'not made') })), 'ok');
  });

  it('complains of a backup that lies beside the database for everybody to read', (t) => {
    const dataFolder = folder(t);
    chmodSync(dataFolder, 0o755);
    for (const [name, content] of [
      ['backup.db', ''],
      ['of-yesterday', 'SQLite format 3\0'],
      ['stile.db-wal', ''],
    ] as const) {
      writeFileSync(join(dataFolder, name), content, { mode: 0o644 });
      const finding = checkPrivate({ dataFolder });
      assert.equal(severityOf(finding), 'error');
      assert.ok(finding.what.startsWith(`${name} in `), finding.what);
      rmSync(join(dataFolder, name));
    }
  });

  it('may hold what is no database: for everybody to read that is worth a look, and keeps no server from starting', (t) => {
    const dataFolder = folder(t);
    chmodSync(dataFolder, 0o755);
    writeFileSync(join(dataFolder, 'stile.db'), '', { mode: 0o600 });
    writeFileSync(join(dataFolder, 'README'), 'Do not touch.', { mode: 0o644 });
    const finding = checkPrivate({ dataFolder });
    assert.equal(severityOf(finding), 'warning');
    assert.match(finding.what, /^README in /);
    chmodSync(dataFolder, 0o700);
    assert.equal(severityOf(checkPrivate({ dataFolder })), 'ok');
  });

  it('loses files while it is looked at: those of another start, and of the database', (t) => {
    const dataFolder = folder(t);
    for (const name of ['stile.db', 'stile.db-wal']) writeFileSync(join(dataFolder, name), '', { mode: 0o600 });
    const { readdirSync: list } = fs;
    const mocked = t.mock.method(fs, 'readdirSync', (...asked: Parameters<typeof list>) => {
      const found = list(...asked);
      rmSync(join(dataFolder, 'stile.db-wal'), { force: true });
      return found;
    });
    syncBuiltinESMExports();
    try {
      assert.equal(severityOf(checkPrivate({ dataFolder })), 'ok');
      assert.equal(mocked.mock.callCount(), 1);
    } finally {
      mocked.mock.restore();
      syncBuiltinESMExports();
    }
  });

  it('has room', (t) => {
    const dataFolder = folder(t);
    const severity = (mebibytes: number) => severityOf(checkRoom({ dataFolder }, () => mebibytes * 1024 * 1024));
    assert.deepEqual([1024, 500, 31].map(severity), ['ok', 'warning', 'error']);
    assert.ok(['ok', 'warning', 'error'].includes(checkRoom({ dataFolder }).severity));
  });
});

/** A data folder with a database that a server has used. */
const used = async (t: TestContext): Promise<Config> => {
  const config = configured({ dataFolder: folder(t) });
  const store = openStore(config);
  await store.audit.append([auditRecord({ now: systemNow, randomBytes: systemRandom }, 'test.happened', {})]);
  await store.close();
  return config;
};

const databaseFindings = (config: Config, thorough = true, ahead = 0): Readonly<Record<string, Finding>> =>
  Object.fromEntries(
    checkDatabase(config, { nowSeconds: systemNow() + ahead, thorough }).map((finding) => [finding.check, finding]),
  );

const changeDatabase = ({ dataFolder }: Config, change: (database: Database.Database) => void): void => {
  const database = new Database(join(dataFolder, 'stile.db'));
  change(database);
  database.close();
};

describe('the database', () => {
  it('is whole, for this program, and knows no future', async (t) => {
    const config = await used(t);
    for (const finding of Object.values(databaseFindings(config))) assert.equal(severityOf(finding), 'ok');
    assert.deepEqual(
      checkDatabase({ dataFolder: join(folder(t), 'new') }, { nowSeconds: 0, thorough: true }).map(severityOf),
      ['ok'],
    );
  });

  it('was made by a newer program', async (t) => {
    const config = await used(t);
    changeDatabase(config, (database) => database.exec("insert into schema_migration values (999, 'later', 0)"));
    const { schema } = databaseFindings(config, false);
    assert.equal(schema?.severity, 'error');
    assert.match(schema.what, /version 999/);
  });

  it('is of an older program, and is left as it is', async (t) => {
    const config = await used(t);
    changeDatabase(config, (database) => database.exec('delete from schema_migration where version > 1'));
    assert.match(databaseFindings(config).schema?.what ?? '', /from version 1 to \d+ at the next start/);
    changeDatabase(config, (database) => {
      assert.deepEqual(database.prepare('select max(version) from schema_migration').pluck().all(), [1]);
    });
  });

  it('knows a time that is yet to come: the clock is wrong', async (t) => {
    const config = await used(t);
    const { clock } = databaseFindings(config, false, -300);
    assert.equal(clock?.severity, 'warning');
    assert.match(clock.what, /(29|30)\d seconds in the future/);
  });

  it('is not made yet when a first start was killed: an empty file, or one without a table', async (t) => {
    for (const begin of [() => undefined, (database: Database.Database) => database.pragma('journal_mode = wal')]) {
      const config = configured({ dataFolder: folder(t) });
      writeFileSync(join(config.dataFolder, 'stile.db'), '', { mode: 0o600 });
      changeDatabase(config, begin);
      const findings = checkDatabase(config, { nowSeconds: systemNow(), thorough: true });
      assert.deepEqual(findings.map(severityOf), ['ok']);
      assert.match(findings[0]?.what ?? '', /made at the first start/);
      await openStore(config).close();
    }
  });

  it('is held by another program: no reason to restore a backup, nor not to start', async (t) => {
    const config = await used(t);
    changeDatabase(config, (database) => {
      database.pragma('journal_mode = delete');
      database.exec('begin exclusive');
      const findings = checkDatabase(config, { nowSeconds: systemNow(), thorough: false, patienceMs: 1 });
      assert.deepEqual(findings.map(severityOf), ['warning']);
      assert.match(findings[0]?.what ?? '', /SQLITE_BUSY/);
      database.exec('rollback');
    });
    assert.equal(databaseFindings(config).database?.severity, 'ok');
  });

  it('cannot be read, or belongs to another program', (t) => {
    const unreadable = folder(t);
    mkdirSync(join(unreadable, 'stile.db'));
    const [finding] = checkDatabase({ dataFolder: unreadable }, { nowSeconds: 0, thorough: false });
    assert.equal(finding && severityOf(finding), 'error');
    assert.match(finding?.what ?? '', /cannot be read \(SQLITE_(?:IOERR|CANTOPEN)/);

    const config = configured({ dataFolder: folder(t) });
    changeDatabase(config, (database) => database.exec('create table theirs (a)'));
    assert.match(databaseFindings(config).database?.what ?? '', /not a database of Stile/);
  });

  it('is damaged: rows are lost, pages are overwritten, or it is something else altogether', async (t) => {
    const orphaned = await used(t);
    changeDatabase(orphaned, (database) => {
      database.pragma('foreign_keys = off');
      database.exec("insert into consent values ('nobody', 'client', '', 'openid', 1)");
    });
    assert.match(
      databaseFindings(orphaned).database?.what ?? '',
      /damaged: rows of consent refer to rows that are gone/,
    );
    assert.equal(databaseFindings(orphaned, false).database?.severity, 'ok', 'only a thorough look reads everything');

    const overwritten = await used(t);
    changeDatabase(overwritten, (database) => database.pragma('journal_mode = delete'));
    const file = join(overwritten.dataFolder, 'stile.db');
    const { size } = statSync(file);
    writeFileSync(file, Buffer.alloc(size - 8192, 0xff), { flag: 'r+' });
    assert.equal(databaseFindings(overwritten).database?.severity, 'error');

    const other = folder(t);
    writeFileSync(join(other, 'stile.db'), 'Dear diary, '.repeat(1000));
    assert.equal(checkDatabase({ dataFolder: other }, { nowSeconds: 0, thorough: false })[0]?.severity, 'error');
  });
});
