/** The page of a replay: complete in itself, and safe whatever is on record. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant } from '@stile/core';
import { resolveConfig } from '../config/config.ts';
import { createSqliteStore } from '../store/store.ts';
import { ACCOUNTS, testConfig } from '../testing/test-config.ts';
import { policyOf } from './policy.ts';
import { DECISION_TYPES } from './recorded.ts';
import type { ReplayReport } from './replay.ts';
import { replay } from './replay.ts';
import { replayPage } from './report.ts';
import { someConfigs } from './testing/arbitrary-facts.ts';
import { recordDecisions } from './testing/recorded.ts';

const SINCE = instant(1_800_000_000);

const stricter = policyOf(
  resolveConfig({
    ...testConfig,
    apis: (testConfig.apis ?? []).map((api) =>
      api.audience === ACCOUNTS
        ? { ...api, scopes: { ...api.scopes, 'read:accounts': { requires: { acr: 'phr' } } } }
        : api,
    ),
  }),
);

const report = async (t: { after(work: () => Promise<void>): void }): Promise<ReplayReport> => {
  const store = createSqliteStore({ path: ':memory:', now: () => SINCE });
  t.after(() => store.close());
  const [config] = someConfigs;
  assert.ok(config);
  await recordDecisions(store, 1500, SINCE, [config]);
  return replay(store, stricter, { since: SINCE });
};

test('what is counted adds up, whichever way it is counted', async (t) => {
  const { decisions, changes, byClient, byDay, requests, people, examples, byScope } = await report(t);
  const sum = (counts: readonly number[]): number => counts.reduce((one, other) => one + other, 0);
  assert.equal(sum(Object.values(changes)), decisions.changed);
  for (const lines of [byClient, byDay]) {
    assert.equal(sum(lines.map(({ decisions: one }) => one)), decisions.judged);
    assert.equal(sum(lines.map(({ changed }) => changed)), decisions.changed);
  }
  for (const { changed, changes: kinds } of [...byClient, ...byScope, ...byDay]) {
    assert.equal(sum(Object.values(kinds)), changed);
  }
  assert.ok(requests.changed <= decisions.changed && requests.judged <= decisions.judged && people.changed <= 50);
  assert.ok(decisions.changed > 20);
  for (const change of new Set(examples.map((one) => one.change))) {
    assert.equal(examples.filter((one) => one.change === change).length, Math.min(5, changes[change]));
  }
});

test('the page needs nothing from elsewhere, runs nothing, and shows every number', async (t) => {
  const found = await report(t);
  const page = replayPage(found);
  assert.doesNotMatch(page, /<script|<link|<img|@import|url\(|\son\w+=/i);
  assert.doesNotMatch(page.replaceAll('http://www.w3.org/2000/svg', ''), /(?:src|href)=|https?:/);
  assert.match(page, /default-src (?:'|&#39;)none(?:'|&#39;)/);
  for (const count of Object.values(found.changes)) assert.ok(page.includes(`>${count}<`));
  assert.match(replayPage({ ...found, decisions: { ...found.decisions, changed: 0 } }), /Nothing would change/);
  // What colours tell is told in words as well.
  const web = { name: 'web', decisions: 9, changed: 7, changes: { locked_out: 2, newly_asked: 5 } };
  assert.ok(replayPage({ ...found, byClient: [web] }).includes('>2 locked out, 5 newly asked<'));
});

test('whatever names are on record, they stay text', async (t) => {
  const store = createSqliteStore({ path: ':memory:', now: () => SINCE });
  const source = createSqliteStore({ path: ':memory:', now: () => SINCE });
  t.after(() => Promise.all([store.close(), source.close()]));
  const [config] = someConfigs;
  assert.ok(config);
  await recordDecisions(source, 400, SINCE, [config]);
  await recordDecisions(store, 0, SINCE, [config]);
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  const records = await source.audit.after({ at: SINCE, id: '' }, DECISION_TYPES, 400);
  await store.audit.append(records.map((record) => ({ ...record, userId: evil, clientId: evil })));
  const page = replayPage(await replay(store, stricter, { since: SINCE }));
  assert.ok(page.includes('&lt;script&gt;'));
  assert.doesNotMatch(page, /<script|<img/);
});
