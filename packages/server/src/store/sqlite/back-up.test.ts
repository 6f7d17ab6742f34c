/** The copy holds the signing keys: whatever somebody prepared where it is made, it is for its owner alone, and nothing of theirs is touched. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs, {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { generateSigningKey } from '../../keys/jwk.ts';
import { systemNow } from '../../system.ts';
import { createSqliteStore } from '../store.ts';
import { audit } from '../testing/fixtures.ts';
import { backUpSqlite } from './back-up.ts';
import { inspectSqlite } from './inspect.ts';
import { startWriter } from './testing/writer-process.ts';

const folderOf = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-back-up-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A database with keys, in use, and a folder for backups. */
const inUse = async (t: TestContext) => {
  const path = join(folderOf(t), 'stile.db');
  const store = createSqliteStore({ path, now: systemNow });
  t.after(() => store.close());
  const now = systemNow();
  await store.keys.ensure([generateSigningKey('ES256', 'current', now), generateSigningKey('ES256', 'next', now)]);
  return { store, path, target: folderOf(t) };
};

const modeOf = (file: string): number => statSync(file).mode & 0o777;

/** Lets the file system refuse one thing with this code while something is done. */
const without = async (t: TestContext, name: 'linkSync' | 'renameSync', code: string, work: () => Promise<void>) => {
  const mocked = t.mock.method(fs, name, () => {
    throw Object.assign(new Error(code), { code });
  });
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    mocked.mock.restore();
    syncBuiltinESMExports();
  }
};

/** How many pages are left to copy, each time that a backup says so. */
const stepsOf = (t: TestContext): readonly number[] => {
  const left: number[] = [];
  const mocked = t.mock.method(
    Database.prototype,
    'backup',
    function (this: Database.Database, file: string, options?: Steps) {
      const progress = (at: Database.BackupMetadata): number => {
        left.push(at.remainingPages);
        return options?.progress(at) ?? 100;
      };
      mocked.mock.restore();
      return this.backup(file, { progress });
    },
  );
  return left;
};

type Steps = Readonly<Record<'progress', (at: Database.BackupMetadata) => number>>;

describe('a backup', () => {
  it('is whole, for its owner alone, and the only thing that is left', async (t) => {
    const { path, target } = await inUse(t);
    const file = join(target, 'backup.db');
    await backUpSqlite(path, file);
    assert.equal(modeOf(file), 0o600);
    assert.deepEqual(inspectSqlite(file, { thorough: true }).damage, []);
    for (const beside of ['-wal', '-shm']) rmSync(`${file}${beside}`, { force: true });
    assert.deepEqual(readdirSync(target), ['backup.db']);
  });

  it('comes to its end beside a process that commits all the time, and is as the database was at one moment', async (t) => {
    const { store, path, target } = await inUse(t);
    const details = { padding: 'x'.repeat(60_000) };
    for (let i = 0; i < 400; i += 1) await store.audit.append([audit(`large-${i}`, { details })]);
    const writer = startWriter('endless', path, 'busy');
    t.after(() => writer.child.kill('SIGKILL'));
    await once(writer.lines, 'line');
    const file = join(target, 'backup.db');
    const left = stepsOf(t);
    await backUpSqlite(path, file);
    assert.equal(left.length, 1, 'whatever is left after the first step may have to begin anew, again and again');
    await once(writer.lines, 'line');
    assert.ok(statSync(file).size > 20_000_000);
    assert.deepEqual(inspectSqlite(file, { thorough: true }).damage, []);
  });

  it('is not made in a file that somebody left for it to be made in', async (t) => {
    const { path, target } = await inUse(t);
    const file = join(target, 'backup.db');
    writeFileSync(`${file}.part`, 'of somebody else');
    chmodSync(`${file}.part`, 0o666);
    await backUpSqlite(path, file);
    assert.equal(modeOf(file), 0o600);
    assert.equal(readFileSync(`${file}.part`, 'utf8'), 'of somebody else');
  });

  it('follows no link that somebody left: neither to another file nor to the database itself', async (t) => {
    const { store, path, target } = await inUse(t);
    const precious = join(target, 'precious');
    writeFileSync(precious, 'precious', { mode: 0o644 });
    for (const [name, leadsTo] of Object.entries({ one: precious, two: path })) {
      symlinkSync(leadsTo, join(target, `${name}.part`));
      await backUpSqlite(path, join(target, name));
      assert.equal(modeOf(join(target, name)), 0o600);
    }
    assert.equal(readFileSync(precious, 'utf8'), 'precious');
    await store.check();
    assert.equal((await store.keys.all()).length, 2);
  });

  it('is never made over what has its name: a file, or a link that leads nowhere yet', async (t) => {
    const { path, target } = await inUse(t);
    writeFileSync(join(target, 'file'), 'precious');
    symlinkSync(join(target, 'nowhere'), join(target, 'link'));
    for (const name of ['file', 'link']) {
      await assert.rejects(backUpSqlite(path, join(target, name)), /exists already/);
    }
    assert.equal(readFileSync(join(target, 'file'), 'utf8'), 'precious');
    assert.deepEqual(readdirSync(target).sort(), ['file', 'link']);
  });

  it('is not made over what came while it was made', async (t) => {
    const { path, target } = await inUse(t);
    const file = join(target, 'backup.db');
    const overtaken = async (): Promise<void> => {
      const backup = backUpSqlite(path, file);
      writeFileSync(file, 'precious');
      await assert.rejects(backup, /exists already/);
      assert.equal(readFileSync(file, 'utf8'), 'precious');
      rmSync(file);
    };
    await overtaken();
    await without(t, 'linkSync', 'EPERM', overtaken);
    assert.deepEqual(readdirSync(target), []);
  });

  it('that fails leaves nothing, and takes nothing of others away', async (t) => {
    const target = folderOf(t);
    const file = join(target, 'backup.db');
    const [diary, empty] = [join(target, 'diary'), join(target, 'empty')];
    writeFileSync(`${file}.part`, 'precious');
    writeFileSync(diary, 'Dear diary, '.repeat(1000));
    writeFileSync(empty, '');
    for (const path of [join(target, 'no-such.db'), diary, empty]) {
      await assert.rejects(backUpSqlite(path, file), { name: 'StoreError' }, path);
    }
    await assert.rejects(backUpSqlite(diary, join(target, 'no-such-folder', 'backup.db')), { name: 'StoreError' });
    assert.deepEqual(readdirSync(target).sort(), ['backup.db.part', 'diary', 'empty']);
  });

  it('is made where there are no links too', async (t) => {
    const { path, target } = await inUse(t);
    const file = join(target, 'backup.db');
    await without(t, 'linkSync', 'EPERM', () => backUpSqlite(path, file));
    assert.equal(modeOf(file), 0o600);
    assert.ok(inspectSqlite(file, { thorough: true }).schemaVersion > 0);
  });

  it('leaves its name free for the next try when the disk fails', async (t) => {
    const { path, target } = await inUse(t);
    const file = join(target, 'backup.db');
    const failing = () => assert.rejects(backUpSqlite(path, file), /cannot be copied/);
    await without(t, 'linkSync', 'EIO', failing);
    await without(t, 'linkSync', 'EPERM', () => without(t, 'renameSync', 'EIO', failing));
    assert.deepEqual(readdirSync(target), []);
    await backUpSqlite(path, file);
  });

  it('is not kept from its name by one that was killed before', async (t) => {
    const { path, target } = await inUse(t);
    const file = join(target, 'backup.db');
    // What a process that is killed while it copies leaves.
    mkdtempSync(join(target, '.stile-backup-'));
    await backUpSqlite(path, file);
    assert.equal(readdirSync(target).filter((name) => name.startsWith('.stile-backup-')).length, 1);
    assert.equal(modeOf(file), 0o600);
  });
});
