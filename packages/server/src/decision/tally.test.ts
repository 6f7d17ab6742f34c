/** What is counted while a log streams by: right, and in memory that does not grow with the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import { createSqliteStore } from '../store/store.ts';
import { decisionsSince } from './recorded.ts';
import { Lines, People, Requests } from './tally.ts';

const at = (second: number): Instant => instant(1_800_000_000 + second);

test('a request counts once, whatever was on the way, and as changed when any of it is', () => {
  const requests = new Requests();
  requests.add('robin web 1', at(0), false);
  requests.add('robin web 1', at(60), true);
  requests.add('robin web 1', at(90), true);
  requests.add('robin web 2', at(95), false);
  requests.add('sam web 1', at(99), true);
  assert.deepEqual([requests.count, requests.changed], [3, 2]);
  requests.addSingle(false);
  requests.addSingle(true);
  assert.deepEqual([requests.count, requests.changed, requests.size], [5, 3, 3]);
});

test('what is kept of requests does not grow with the log, and one that is still open is not forgotten', () => {
  const requests = new Requests();
  const most: number[] = [];
  for (let i = 0; i < 50_000; i += 1) {
    requests.add(`request ${i}`, at(i * 10), false);
    most.push(requests.size);
    requests.add(`request ${i}`, at(i * 10 + 5), true);
    if (i > 100) requests.add(`request ${i - 100}`, at(i * 10 + 6), true);
  }
  assert.deepEqual([requests.count, requests.changed], [50_000, 50_000]);
  assert.ok(Math.max(...most) < 3000, String(Math.max(...most)));
});

test('names without end are counted together, and people beyond a number are not counted', () => {
  const lines = new Lines();
  for (let i = 0; i < 10_000; i += 1) lines.decided(`scope-${i}`);
  lines.changed('scope-1', 'newly_asked');
  lines.changed('scope-9999', 'locked_out');
  const found = lines.inOrder();
  assert.equal(found.length, 2001);
  assert.deepEqual(
    found.slice(0, 2).map(({ name, decisions, changes }) => [name, decisions, changes]),
    [
      ['(others)', 8000, { locked_out: 1 }],
      ['scope-1', 1, { newly_asked: 1 }],
    ],
  );
  const people = new People();
  for (let i = 0; i < 100_005; i += 1) people.add(`user-${i}`);
  people.add(null);
  assert.deepEqual([people.count, people.isMore], [100_000, true]);
});

test('the log is read a page at a time, each record once, also where many are of one second', async (t) => {
  const store = createSqliteStore({ path: ':memory:', now: () => at(0) });
  t.after(() => store.close());
  const record = (number: number) => ({
    id: `dec_${String(number).padStart(6, '0')}`,
    at: at(Math.floor(number / 700)),
    type: number % 3 === 0 ? 'proof.accepted' : 'token.granted',
    userId: null,
    clientId: null,
    sessionId: null,
    grantId: null,
    requestId: null,
    details: {},
  });
  await store.audit.append(Array.from({ length: 2000 }, (_, number) => record(number)));
  const read: string[] = [];
  for await (const page of decisionsSince(store, at(0))) {
    assert.ok(page.length <= 200);
    read.push(...page.map(({ id }) => id));
  }
  const expected = Array.from({ length: 2000 }, (_, number) => number).filter((number) => number % 3 !== 0);
  assert.deepEqual(
    read,
    expected.map((number) => record(number).id),
  );
});
