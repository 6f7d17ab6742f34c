import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { resolveConfig } from '../config/config.ts';
import { openKeyRing } from '../keys/key-ring.ts';
import { build } from '../store/sql/build.ts';
import type { Engine } from '../store/sql/engine.ts';
import { run } from '../store/sql/operation.ts';
import { sqlStore } from '../store/sql/store.ts';
import { openSqlite } from '../store/sqlite/engine.ts';
import { folderFor } from '../store/sqlite/testing/folder.ts';
import { at, audit } from '../store/testing/fixtures.ts';
import { testConfig } from '../testing/test-config.ts';
import { sealOf } from './chain.ts';
import type { VerifiedCheckpoint } from './checkpoint.ts';
import { makeCheckpoint, readCheckpoint } from './checkpoint.ts';
import { exportLines } from './export.ts';
import { forgetAudit } from './retention.ts';
import { found } from './testing/log.ts';
import { verifyExport, verifyStore } from './verify-log.ts';

const config = resolveConfig(testConfig);

/** A log in a database: thirty records, one a minute, with a checkpoint at every tenth. */
const keptLog = async (t: TestContext) => {
  const engine = openSqlite(':memory:', at(0));
  t.after(() => engine.close());
  const store = sqlStore(engine);
  const keys = await openKeyRing(store.keys, () => at(0));
  const checkpoints: VerifiedCheckpoint[] = [];
  const depsAt = (minute: number) => ({ store, keys, config, now: () => at(minute * 60) });
  for (let minute = 1; minute <= 30; minute += 1) {
    await store.audit.append([audit(`dec_${minute}`, { at: at(minute * 60), details: { text: `minute ${minute}` } })]);
    await store.chain.seal(9);
    const kept = minute % 10 === 0 ? await makeCheckpoint(depsAt(minute)) : undefined;
    const read = kept && readCheckpoint(kept);
    if (read) checkpoints.push(read);
  }
  assert.equal(checkpoints.length, 3);
  const verify = (since?: number, outside: readonly VerifiedCheckpoint[] = []) =>
    verifyStore(store, since === undefined ? undefined : at(since * 60), { outside, progress: () => undefined });
  return { engine, store, keys, checkpoints, verify, depsAt };
};

const tamper = (engine: Engine, query: Parameters<typeof run>[0]) => engine.write(() => run(query));

test('a log in a database that nobody touched is as it was sealed, as a whole and in part', async (t) => {
  const { verify, checkpoints } = await keptLog(t);
  const whole = await verify();
  assert.deepEqual([found(whole), whole.records, whole.agreed], [[], 30, 3]);
  assert.deepEqual([whole.kids.length, whole.kids[0]], [1, checkpoints[0]?.kid]);
  const part = await verify(25);
  assert.deepEqual([found(part), part.from, part.records], [[], 21, 10]);
  const early = await verify(5);
  assert.deepEqual([found(early), early.records], [[], 30], 'no checkpoint is that old');
});

test('a record that was changed in the database is named', async (t) => {
  const { engine, verify } = await keptLog(t);
  const details = JSON.stringify({ text: 'minute 18' });
  await tamper(engine, build.updateTable('audit_record').set({ details }).where('id', '=', 'dec_17'));
  const verification = await verify();
  assert.deepEqual(found(verification), [['record_changed', 17]]);
  assert.equal(verification.findings[0]?.recordId, 'dec_17');
});

test('a record that was taken out is missed, with its link or without', async (t) => {
  const { engine, verify } = await keptLog(t);
  await tamper(engine, build.deleteFrom('audit_record').where('id', '=', 'dec_4'));
  await tamper(engine, build.deleteFrom('audit_record').where('id', '=', 'dec_8'));
  await tamper(engine, build.deleteFrom('chain').where('seq', '=', 8));
  assert.deepEqual(found(await verify()), [
    ['record_missing', 4],
    ['links_missing', 8],
  ]);
});

test('records that change their places are found at both', async (t) => {
  const { engine, verify } = await keptLog(t);
  for (const [id, to] of [
    ['dec_5', 'aside'],
    ['dec_6', 'dec_5'],
    ['aside', 'dec_6'],
  ] as const) {
    await tamper(engine, build.updateTable('chain').set({ record_id: to }).where('record_id', '=', id));
  }
  assert.deepEqual(found(await verify()), [
    ['record_changed', 5],
    ['record_changed', 6],
  ]);
});

test('a record that was put in beside the chain is found, and one that waits for its seal is sealed', async (t) => {
  const { engine, store, verify } = await keptLog(t);
  await store.audit.append([audit('forged', { at: at(60) })]);
  await tamper(engine, build.updateTable('audit_record').set({ sealed: 1 }).where('id', '=', 'forged'));
  const verification = await verify();
  assert.deepEqual(found(verification), [['record_not_sealed', null]]);
  assert.equal(verification.findings[0]?.recordId, 'forged');
  await tamper(engine, build.updateTable('audit_record').set({ sealed: 0 }).where('id', '=', 'forged'));
  await store.chain.seal(9);
  const late = await verify();
  assert.deepEqual([found(late), late.late.map(({ recordId }) => recordId)], [[], ['forged']]);
});

test('a log that was rewritten and sealed anew contradicts what was signed, and one that was cut off what was kept elsewhere', async (t) => {
  const { engine, store, checkpoints, verify } = await keptLog(t);
  const [before] = await store.chain.after(11, 1);
  let hash = before?.hash ?? '';
  for (const { seq, record } of await store.chain.after(12, 99)) {
    assert.ok(record);
    const changed = seq === 13 ? { ...record, userId: 'mallory' } : record;
    hash = sealOf(hash, changed);
    await tamper(engine, build.updateTable('chain').set({ hash }).where('seq', '=', seq));
    await tamper(
      engine,
      build.updateTable('audit_record').set({ user_id: changed.userId }).where('id', '=', record.id),
    );
  }
  const rewritten = await verify();
  assert.deepEqual(found(rewritten), [
    ['checkpoint_contradicted', 20],
    ['checkpoint_contradicted', 30],
  ]);
  assert.match(rewritten.findings[0]?.says ?? '', /from number 11 to 20/);

  await tamper(engine, build.deleteFrom('chain').where('seq', '>', 12));
  await tamper(engine, build.deleteFrom('audit_record').where('at', '>', at(12 * 60)));
  await tamper(engine, build.deleteFrom('checkpoint').where('seq', '>', 12));
  assert.deepEqual(found(await verify()), [], 'what is left is whole');
  assert.deepEqual(found(await verify(undefined, checkpoints)), [['cut_off', 13]]);
});

test('what is old is forgotten from the beginning, and the rest is still as it was sealed', async (t) => {
  const { engine, store, verify, depsAt, checkpoints } = await keptLog(t);
  await store.audit.append([audit('unsealed', { at: at(29 * 60) })]);
  assert.equal(await forgetAudit(depsAt(31), at(14 * 60)), 14);
  const rest = await verify();
  assert.deepEqual([found(rest), rest.from, rest.to, rest.records], [[], 15, 31, 17]);
  assert.equal(
    (await verify(undefined, checkpoints)).before,
    1,
    'the checkpoint of number 10 says nothing about the rest',
  );
  assert.equal(await forgetAudit(depsAt(31), at(14 * 60)), 0);
  assert.equal(await forgetAudit(depsAt(31), at(20 * 60)), 6);
  assert.deepEqual([found(await verify()), (await verify()).from], [[], 21]);

  await tamper(engine, build.deleteFrom('audit_record').where('id', '=', 'dec_21'));
  await tamper(engine, build.deleteFrom('chain').where('seq', '<=', 21));
  assert.deepEqual(found(await verify()), [['beginning_missing', 22]], 'more than was said is gone');
});

test('everything may be forgotten, and the chain goes on', async (t) => {
  const { store, verify, depsAt } = await keptLog(t);
  assert.equal(await forgetAudit(depsAt(99), at(99 * 60)), 30);
  await store.audit.append([audit('next', { at: at(100 * 60) })]);
  await store.chain.seal(9);
  const rest = await verify();
  assert.deepEqual([found(rest), rest.from, rest.records], [[], 31, 1]);
});

test('T23: a record that a wrong clock dated years ahead does not keep those after it for ever', async (t) => {
  const { store, verify, depsAt } = await keptLog(t);
  await store.audit.append([audit('ahead', { at: at(9_999_999) })]);
  await store.chain.seal(9);
  await store.audit.append([audit('right', { at: at(31 * 60) }), audit('young', { at: at(50 * 60) })]);
  assert.equal(await forgetAudit(depsAt(60), at(40 * 60)), 32);
  assert.deepEqual(found(await verify()), []);
  assert.notEqual(await store.audit.find('young'), undefined);
});

/** The log as lines in a file. */
const exported = async (t: TestContext, since?: number) => {
  const log = await keptLog(t);
  const path = join(folderFor(t), 'log.jsonl');
  const lines: string[] = [];
  for await (const line of exportLines(log.store.chain, since === undefined ? undefined : at(since * 60)))
    lines.push(line);
  const verify = (changed: readonly string[], outside: readonly VerifiedCheckpoint[] = []) => {
    writeFileSync(path, `${changed.join('\n')}\n`);
    return verifyExport(path, { outside, progress: () => undefined });
  };
  return { ...log, lines, verify, path };
};

test('an exported log is verified without the database, as a whole and in part', async (t) => {
  const { lines, verify, checkpoints } = await exported(t);
  assert.equal(lines.length, 33);
  const whole = await verify(lines, checkpoints);
  assert.deepEqual([found(whole), whole.records, whole.agreed], [[], 30, 3]);
  const part = await exported(t, 25);
  const verification = await part.verify(part.lines);
  assert.deepEqual([found(verification), verification.from, verification.to], [[], 21, 30]);
});

test('an exported log whose beginning was forgotten is verified by the checkpoint that says so', async (t) => {
  const log = await keptLog(t);
  await forgetAudit(log.depsAt(31), at(14 * 60));
  const path = join(folderFor(t), 'log.jsonl');
  const lines: string[] = [];
  for await (const line of exportLines(log.store.chain, undefined)) lines.push(line);
  writeFileSync(path, lines.join('\n'));
  const verification = await verifyExport(path, { outside: log.checkpoints, progress: () => undefined });
  assert.deepEqual([found(verification), verification.from, verification.records], [[], 15, 16]);
});

test('a byte that was flipped anywhere in an exported log is found, and where', async (t) => {
  const { lines, verify, path } = await exported(t);
  await verify(lines);
  const bytes = readFileSync(path);
  // The line of every byte, by the number of its entry; checkpoints belong to the entry before.
  let [offset, seq, tried] = [0, 0, 0];
  for (const line of lines) {
    if (line.startsWith('{"seq"')) seq += 1;
    for (let place = 3; place < line.length; place += 41) {
      const changed = Buffer.from(bytes);
      changed[offset + place] = (bytes[offset + place] ?? 0) ^ 1;
      writeFileSync(path, changed);
      const { findings } = await verifyExport(path, { outside: [], progress: () => undefined });
      assert.ok(findings.length > 0, `${line} at ${place}`);
      const near = findings.some((one) => one.seq === null || Math.abs(one.seq - seq) <= 1);
      assert.ok(near, `${line} at ${place}: ${JSON.stringify(findings)}`);
      tried += 1;
    }
    offset += line.length + 1;
  }
  assert.ok(tried > 200, String(tried));
});

test('lines that were taken out, put in, swapped or cut off are found', async (t) => {
  const { lines, verify, checkpoints } = await exported(t);
  const at7 = lines.findIndex((line) => line.startsWith('{"seq":7,'));
  const [sixth = '', seventh = ''] = lines.slice(at7 - 1, at7 + 1);
  assert.deepEqual(found(await verify(lines.toSpliced(at7, 1))), [['links_missing', 7]]);
  assert.deepEqual(found(await verify(lines.toSpliced(at7, 0, sixth))), [['out_of_order', 6]]);
  assert.deepEqual(found(await verify(lines.toSpliced(at7 - 1, 2, seventh, sixth))), [
    ['links_missing', 6],
    ['out_of_order', 6],
  ]);
  assert.deepEqual(found(await verify(lines.slice(0, at7), checkpoints)), [['cut_off', 7]]);
  assert.deepEqual(found(await verify(lines.slice(2))), [['beginning_missing', 3]]);
  assert.deepEqual(found(await verify(['', 'null', ...lines])), [
    ['unreadable', null],
    ['unreadable', null],
  ]);
});
