import assert from 'node:assert/strict';
import { test } from 'node:test';
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
      asked(9_900, 'there'),
      failed(9_000, 'nobody asked'),
      met(9_001, 'nobody asked'),
    ],
    'client',
  );
  assert.deepEqual(total, { asked: 6, met: 4, failed: 2, abandoned: 1, waiting: 1, medianSeconds: 20, p90Seconds: 40 });
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
  assert.deepEqual([total.asked, total.met, total.waiting], [2, 1, 1]);
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['totp'],
  );
  assert.deepEqual(
    (await count('scope')).rows.map(({ name }) => name),
    ['transfer:funds'],
  );
});
