import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AuditRecord } from '../store/records.ts';
import { createSqliteStore } from '../store/store.ts';
import { at, audit } from '../store/testing/fixtures.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { START, testServer } from '../testing/test-server.ts';
import type { StatisticsBy } from './statistics.ts';
import { stepUpStatistics } from './statistics.ts';

let made = 0;

const record = (second: number, type: string, session: string, details: object, clientId = 'web'): AuditRecord => {
  made += 1;
  return audit(`dec_${String(made).padStart(6, '0')}`, {
    at: at(second),
    type,
    sessionId: session,
    clientId,
    details: { ...details },
  });
};

const asked = (
  second: number,
  session: string,
  factor = 'totp',
  scopes: readonly string[] = ['transfer:funds'],
  clientId = 'web',
) => {
  const requirements = scopes.map((scope) => ({
    source: { from: 'scope', audience: 'a', scope },
    met: false,
    reason: 'proof_too_old',
  }));
  return record(
    second,
    'authorize.asked',
    session,
    { factor, trace: { step: 'challenge', reason: 'proof_missing', requirements } },
    clientId,
  );
};
const met = (second: number, session: string, factor = 'totp', clientId = 'web') =>
  record(second, 'proof.accepted', session, { factor }, clientId);
const shown = (second: number, session: string, factor = 'totp') =>
  record(second, 'challenge.shown', session, { factor, step: 'challenge' });
const failed = (second: number, session: string, factor = 'totp') =>
  record(second, 'proof.refused', session, { factor, reason: 'wrong' });

const statistics = async (records: readonly AuditRecord[], by: StatisticsBy, [from, to] = [0, 10_000]) => {
  const store = createSqliteStore({ path: ':memory:' });
  await store.audit.append(records);
  const counted = await stepUpStatistics(store.audit, { from: at(from), to: at(to), by, answerSeconds: 600 });
  await store.close();
  return counted;
};

test('what was asked, met, failed, abandoned and still waits, and how long it took', async () => {
  const { total } = await statistics(
    [
      ...[10, 20, 40].flatMap((took, number) => [asked(100, `s${number}`), met(100 + took, `s${number}`)]),
      asked(200, 'clumsy'),
      failed(210, 'clumsy'),
      failed(215, 'clumsy'),
      met(230, 'clumsy'),
      asked(300, 'gone'),
      asked(310, 'turned away'),
      shown(311, 'turned away'),
      shown(9_002, 'nobody asked'),
      asked(9_900, 'there'),
      shown(9_901, 'there'),
      failed(9_000, 'nobody asked'),
      met(9_001, 'nobody asked'),
    ],
    'client',
  );
  assert.deepEqual(total, {
    asked: 7,
    // Four that were answered, and two more.
    shown: 6,
    met: 4,
    failed: 2,
    abandoned: 2,
    waiting: 1,
    medianSeconds: 20,
    p90Seconds: 40,
  });
});

test('by factor an answer counts for the factor that was chosen; by client and by scope for what was asked', async () => {
  const records = [
    asked(100, 'a', 'webauthn'),
    met(105, 'a', 'totp'),
    asked(200, 'b', 'totp', ['transfer:funds', 'close:account'], 'spa'),
    met(207, 'b', 'totp', 'spa'),
    asked(300, 'c', 'totp', []),
  ];
  const rows = async (by: StatisticsBy) =>
    (await statistics(records, by)).rows.map(({ name, asked: times, met: answered, abandoned }) => [
      name,
      times,
      answered,
      abandoned,
    ]);
  assert.deepEqual(await rows('factor'), [
    ['totp', 2, 2, 1],
    ['webauthn', 1, 0, 0],
  ]);
  assert.deepEqual(await rows('client'), [
    ['web', 2, 1, 1],
    ['spa', 1, 1, 0],
  ]);
  assert.deepEqual(await rows('scope'), [
    ['transfer:funds', 2, 2, 0],
    ['close:account', 1, 1, 0],
    ['(none)', 1, 0, 1],
  ]);
});

test('the same question on a page that is opened again counts once, another one counts anew, and a no is an end', async () => {
  const { total } = await statistics(
    [
      asked(100, 'a'),
      asked(110, 'a'),
      met(120, 'a'),
      asked(200, 'b'),
      asked(210, 'b', 'totp', ['close:account']),
      record(220, 'authorize.declined', 'b', {}),
      record(300, 'authorize.asked', 'c', { trace: { step: 'consent', requirements: [] } }),
      record(310, 'authorize.asked', 'c', { trace: 'torn' }),
    ],
    'scope',
  );
  assert.deepEqual([total.asked, total.met, total.abandoned, total.waiting], [3, 1, 2, 0]);
});

test('a question is shown once for all together, and once for each factor that it was shown by', async () => {
  const records = [
    asked(100, 'a', 'webauthn'),
    shown(101, 'a', 'webauthn'),
    shown(102, 'a', 'webauthn'),
    shown(103, 'a', 'totp'),
    failed(104, 'a'),
    met(105, 'a'),
    asked(200, 'b', 'webauthn'),
  ];
  const { total, rows } = await statistics(records, 'factor');
  assert.deepEqual([total.asked, total.shown, total.met], [2, 1, 1]);
  assert.deepEqual(
    rows.map(({ name, ...row }) => [name, row.asked, row.shown, row.met]),
    [
      ['webauthn', 2, 1, 0],
      ['totp', 0, 1, 1],
    ],
  );
  const byScope = await statistics(records, 'scope');
  assert.deepEqual(
    byScope.rows.map(({ name, shown: seen }) => [name, seen]),
    [['transfer:funds', 1]],
  );
});

/** What happens in a few sessions at a few clients, in whatever order. */
const anyLog = fc
  .array(
    fc.record({
      after: fc.integer({ min: 0, max: 400 }),
      session: fc.constantFrom('a', 'b', 'c'),
      client: fc.constantFrom('web', 'spa'),
      factor: fc.constantFrom('totp', 'webauthn', 'recovery-code'),
      scopes: fc.subarray(['transfer:funds', 'close:account']),
      what: fc.constantFrom('asked', 'asked', 'shown', 'met', 'failed', 'declined'),
    }),
    { maxLength: 60 },
  )
  .map((events) => {
    let second = 0;
    return events.map(({ after, session, client, factor, scopes, what }) => {
      second += after;
      switch (what) {
        case 'asked':
          return asked(second, session, factor, scopes, client);
        case 'met':
          return met(second, session, factor, client);
        case 'shown':
          return record(second, 'challenge.shown', session, { factor }, client);
        case 'failed':
          return record(second, 'proof.refused', session, { factor, reason: 'wrong' }, client);
        default:
          return record(second, 'authorize.declined', session, {}, client);
      }
    });
  });

test('whatever happens, nothing is met that was not shown, nor shown that was not asked, and each question has one end', async () => {
  await fc.assert(
    fc.asyncProperty(anyLog, fc.nat({ max: 12_000 }), fc.nat({ max: 12_000 }), async (records, one, other) => {
      const window = [Math.min(one, other), Math.max(one, other)] as const;
      const counted = await Promise.all(
        (['factor', 'client', 'scope'] as const).map((by) => statistics(records, by, [...window])),
      );
      const [byFactor, byClient, byScope] = counted;
      assert.ok(byFactor && byClient && byScope);
      const questions = [...counted.map(({ total }) => total), ...byClient.rows, ...byScope.rows];
      for (const row of questions) {
        assert.ok(row.met <= row.shown && row.shown <= row.asked, JSON.stringify(row));
        assert.equal(row.asked, row.met + row.abandoned + row.waiting);
        assert.equal(row.medianSeconds === null, row.met === 0);
      }
      // Another factor may be chosen than the one that was asked for first.
      for (const row of byFactor.rows) assert.ok(row.met <= row.shown, JSON.stringify(row));
      assert.deepEqual(byClient.total, byFactor.total);
      assert.deepEqual(byScope.total, byFactor.total);
      const sum = (rows: typeof byClient.rows) => rows.reduce((many, row) => many + row.asked, 0);
      assert.equal(sum(byClient.rows), byClient.total.asked);
      assert.equal(sum(byFactor.rows), byFactor.total.asked);
    }),
    { numRuns: 150 },
  );
});

test('only what lies between the two moments counts, on however many pages', async () => {
  const many = Array.from({ length: 1300 }, (_, number) => [
    asked(1000 + number, `s${number}`),
    met(1000 + number, `s${number}`),
  ]).flat();
  const { total } = await statistics(many, 'factor', [1100, 2000]);
  assert.deepEqual([total.asked, total.met, total.waiting], [900, 900, 0]);
});

test('of nothing there is nothing', async () => {
  const { total, rows } = await statistics([], 'factor');
  assert.deepEqual([total.asked, total.medianSeconds, rows], [0, null, []]);
});

test('a real step-up is counted', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, { scope: 'openid transfer:funds' });
  server.advance(400);
  await browser.send(authorizeUrl({ scope: 'openid transfer:funds' }));
  server.advance(1);
  const { deps, store } = server;
  const count = (by: StatisticsBy) =>
    stepUpStatistics(store.audit, { from: START, to: deps.now(), by, answerSeconds: 3600 });
  const { total, rows } = await count('factor');
  // The second question leads to a page that nobody opened.
  assert.deepEqual([total.asked, total.shown, total.met, total.waiting], [2, 1, 1, 1]);
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['totp'],
  );
  assert.deepEqual(
    (await count('scope')).rows.map(({ name }) => name),
    ['transfer:funds'],
  );
});
