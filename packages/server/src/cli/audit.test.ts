/** The audit log from the command line: vouched for, exported, verified. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { auditRecord } from '../audit/audit.ts';
import { folderFor } from '../store/sqlite/testing/folder.ts';
import { operated } from '../testing/operated.ts';
import { exportAudit, printCheckpoint, verifyAudit, verifyOffline } from './audit.ts';

const withLog = async (t: TestContext) => {
  const { server, run } = await operated(t);
  const happen = (many: number): Promise<void> =>
    server.store.audit.append(
      Array.from({ length: many }, (_, number) => auditRecord(server.deps, 'test.happened', { details: { number } })),
    );
  await happen(5);
  const folder = folderFor(t);
  const offline = async (...words: string[]) => {
    const lines: string[] = [];
    const status = await verifyOffline(words, (line) => void lines.push(line));
    return { status, text: lines.join('\n') };
  };
  return { server, run, happen, offline, file: (name: string) => join(folder, name) };
};

test('a checkpoint is one line, of all that is on record by now, and no new one is made while nothing comes', async (t) => {
  const { server, run, happen } = await withLog(t);
  const first = await run(printCheckpoint);
  assert.equal(first.status, 0);
  assert.match(first.text, /^\{"checkpoint":"[\w.-]+","jwk":\{"kty":"EC"[^\n]*\}$/);
  assert.equal((await server.store.chain.waiting(1)).length, 0, 'what waited is sealed first');
  assert.deepEqual(await run(printCheckpoint), first);
  await happen(1);
  assert.notEqual((await run(printCheckpoint)).text, first.text);
});

test('without a record there is nothing to vouch for', async (t) => {
  const { run } = await operated(t);
  const { status, text } = await run(printCheckpoint);
  assert.deepEqual([status, text], [1, 'Nothing is on record yet.']);
  assert.match((await run(verifyAudit)).text, /^Nothing is on record\./);
});

test('an export is for its owner alone, is never written over, and is verified without a server', async (t) => {
  const { run, offline, file } = await withLog(t);
  const path = file('log.jsonl');
  const written = await run(exportAudit, path);
  assert.deepEqual([written.status, written.text.includes('6 lines')], [0, true]);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal((await run(exportAudit, path)).status, 1);
  const verified = await offline('--file', path);
  assert.equal(verified.status, 0, verified.text);
  assert.match(
    verified.text,
    /^5 records were read: number 1 to 5.*\n1 signed checkpoint agrees, by the keys .*\nNothing is wrong\.$/,
  );
  assert.equal((await run(exportAudit)).text, readFileSync(path, 'utf8').trimEnd(), 'without a file it is printed');
});

test('what is wrong is said in a line each, and the exit code is 1', async (t) => {
  const { run, offline, file } = await withLog(t);
  const path = file('log.jsonl');
  await run(exportAudit, path);
  const [one = '', two = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, [one, two.replace('"number":1', '"number":2'), ...rest].join('\n'));
  const { status, text } = await offline('--file', path);
  assert.equal(status, 1);
  assert.match(text, /\nrecord_changed: The record dec_\w+ \(number 2\).*\nThe log is not as it was sealed\.$/);
  const asJson: unknown = JSON.parse((await offline('--file', path, '--json')).text);
  assert.ok(typeof asJson === 'object' && asJson !== null && 'findings' in asJson);
});

test('a checkpoint that was kept elsewhere is compared with the database and with an export', async (t) => {
  const { server, run, happen, offline, file } = await withLog(t);
  await run(exportAudit, file('early.jsonl'));
  await happen(3);
  writeFileSync(file('kept.jsonl'), (await run(printCheckpoint)).text);
  assert.equal((await run(verifyAudit, '--checkpoint', file('kept.jsonl'))).status, 0);
  const early = await offline('--file', file('early.jsonl'), '--checkpoint', file('kept.jsonl'));
  assert.equal(early.status, 1);
  assert.match(early.text, /cut_off: The log ends with number 5, and a checkpoint vouches for all up to number 8/);
  writeFileSync(file('forged.jsonl'), readFileSync(file('kept.jsonl'), 'utf8').replace(/\.[\w-]{3}/, '.AAA'));
  assert.match((await run(verifyAudit, '--checkpoint', file('forged.jsonl'))).text, /checkpoint_invalid/);
  server.advance(86_400);
  assert.match((await run(verifyAudit, '--since', '12h')).text, /^Nothing is on record\./);
  await happen(2);
  assert.match(
    (await run(verifyAudit, '--since', '12h')).text,
    /^Nothing is on record.*\n(.*\n)*The newest records are not sealed yet/,
  );
});

test('a file that is not there, or an age that is none, is said and nothing is thrown', async (t) => {
  const { run, offline, file } = await withLog(t);
  for (const words of [
    ['--file', file('no')],
    ['--file', file('no'), '--checkpoint', file('no')],
  ]) {
    const { status, text } = await offline(...words);
    assert.deepEqual([status, text], [2, `${file('no')} cannot be read: ENOENT.`]);
  }
  assert.equal((await run(verifyAudit, '--checkpoint', file('no'))).status, 2);
  assert.equal((await run(verifyAudit, '--since', 'yesterday')).status, 2);
  assert.equal((await run(exportAudit, '--since', 'yesterday')).status, 2);
  assert.equal((await offline('--json')).status, undefined, 'without a file it is the database that is meant');
});

test('an export by somebody who means harm steers no terminal, makes up no line, and is not vouched for by itself', async (t) => {
  const { offline, file } = await withLog(t);
  const path = file('hostile.jsonl');
  const id = '\u001b[2J\u001b[1;1H\nNothing is wrong.';
  const nobody = { userId: null, clientId: null, sessionId: null, grantId: null, requestId: null };
  writeFileSync(path, JSON.stringify({ seq: 1, hash: id, record: { id, at: 1, type: 'x', ...nobody, details: {} } }));
  const { status, text } = await offline('--file', path);
  assert.equal(status, 1);
  assert.ok(!text.includes('\u001b'));
  assert.ok(!text.split('\n').includes('Nothing is wrong.'));
  assert.match(text, /No signed checkpoint vouches for it/);
});
