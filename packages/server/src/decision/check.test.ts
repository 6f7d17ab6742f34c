/** A decision that is made again by the policy that was in force comes out the same, whoever asked what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, isJsonObject, secondsBefore } from '@stile/core';
import type { Store } from '../store/ports.ts';
import type { AuditRecord } from '../store/records.ts';
import { createSqliteStore } from '../store/store.ts';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, redeem, signInAndStepUp, tokenRequest } from '../testing/flow.ts';
import { SAM } from '../testing/test-config.ts';
import { START, testServer } from '../testing/test-server.ts';
import { checkDecisions } from './check.ts';
import { policyOf } from './policy.ts';
import { DECISION_TYPES } from './recorded.ts';
import { replay } from './replay.ts';
import { someConfigs } from './testing/arbitrary-facts.ts';
import { recordDecisions } from './testing/recorded.ts';

const SINCE = instant(1_800_000_000);

/** A hundred thousand take ten times as long: `STILE_REPLAYED=100000 npm test -- packages/server/src/decision`. */
const count = Number(process.env.STILE_REPLAYED ?? 10_000);

const emptyStore = (t: { after(work: () => Promise<void>): void }): Store => {
  const store = createSqliteStore({ path: ':memory:', now: () => SINCE });
  t.after(() => store.close());
  return store;
};

test('decisions at random, by two policies, come out as they are on record', async (t) => {
  const store = emptyStore(t);
  const [one, other] = someConfigs;
  assert.ok(one && other);
  await recordDecisions(store, count, SINCE, [one, other]);
  const checked = await checkDecisions(store, SINCE);
  assert.deepEqual(checked.deviations, []);
  assert.deepEqual(checked, {
    ...checked,
    records: count,
    judged: count,
    withoutFacts: 0,
    withoutPolicy: {},
    differing: 0,
  });
});

test('a replay by the very policy that was in force changes nothing', async (t) => {
  const store = emptyStore(t);
  const [config] = someConfigs;
  assert.ok(config);
  await recordDecisions(store, 2000, SINCE, [config]);
  const report = await replay(store, policyOf(config), { since: SINCE });
  assert.equal(report.decisions.judged, 2000);
  assert.equal(report.decisions.changed, 0);
  assert.deepEqual(
    report.notKnown.filter(({ what }) => what !== 'remembered' && what !== 'circumstances'),
    [],
  );
  assert.deepEqual(report.examples, []);
});

test('whatever is changed in a record is noticed: its step, reason, scopes, error and what was required', async (t) => {
  const [config] = someConfigs;
  assert.ok(config);
  const inTrace = (part: string, value: unknown) => (record: AuditRecord) => {
    const { trace } = record.details;
    return isJsonObject(trace) && trace[part] !== value
      ? { ...record.details, trace: { ...trace, [part]: value } }
      : undefined;
  };
  const changes: readonly ((record: AuditRecord) => AuditRecord['details'] | undefined)[] = [
    inTrace('step', 'consent'),
    inTrace('reason', 'because'),
    inTrace('requirements', [{ met: true }]),
    ({ details }) => (details.error === undefined ? undefined : { ...details, error: 'temporarily_unavailable' }),
    ({ details }) => (details.scopes === undefined ? undefined : { ...details, scopes: ['openid', 'everything'] }),
    ({ type, details }) => (type === 'token.refused' ? { ...details, reason: 'because' } : undefined),
  ];
  for (const change of changes) {
    const source = emptyStore(t);
    await recordDecisions(source, 200, SINCE, [config]);
    const store = emptyStore(t);
    await recordDecisions(store, 0, SINCE, [config]);
    const records = await source.audit.after({ at: SINCE, id: '' }, DECISION_TYPES, 200);
    const changed = records.map((record) => ({ ...record, details: change(record) ?? record.details }));
    const count = records.filter((record) => change(record) !== undefined).length;
    assert.ok(count > 0);
    await store.audit.append(changed);
    const { differing } = await checkDecisions(store, SINCE);
    assert.equal(differing, count, `change ${changes.indexOf(change)}`);
  }
});

test('a policy that is not kept, or was changed, and facts that are none, are told and trusted in nothing', async (t) => {
  const [config] = someConfigs;
  assert.ok(config);
  const store = emptyStore(t);
  await recordDecisions(store, 10, SINCE, [config]);
  const forged: Store = {
    ...store,
    policies: {
      ...store.policies,
      find: async (digest) => {
        const kept = await store.policies.find(digest);
        return kept && { ...kept, text: kept.text.replace('"mfa"', '"1fa"') };
      },
    },
  };
  const checked = await checkDecisions(forged, SINCE);
  assert.deepEqual(Object.values(checked.withoutPolicy), [10]);
  assert.equal(checked.judged, 0);
  const record = await store.audit.find('dec_000000000');
  assert.ok(record);
  const { facts: _, ...details } = record.details;
  const broken = { at: 1, requestedAt: 1, agesFrom: 1, clientId: 'web', requestedScopes: 7, request: null };
  await store.audit.append([
    { ...record, id: 'dec_x', details },
    { ...record, id: 'dec_y', details: { ...details, facts: broken } },
  ]);
  const again = await checkDecisions(store, SINCE);
  assert.equal(again.withoutFacts, 1);
  assert.deepEqual(
    again.deviations.map(({ id, differs }) => [id, differs]),
    [['dec_y', ['failed']]],
  );
});

test('what a real server decided comes out as it is on record, on every way through it', async (t) => {
  const server = await testServer(t, (config) => ({
    ...config,
    risk: { newDevice: { acr: 'mfa' } },
    everySignIn: { acr: 'mfa', unlessRemembered: true },
    rememberDevice: { acr: 'mfa' },
  }));
  for (let round = 0; round < 12; round += 1) {
    const scope = round % 2 === 0 ? 'openid read:accounts offline_access' : 'openid transfer:funds close:account';
    const { browser, stop } = await signInAndStepUp(server, { scope });
    const { body } = await redeem(server, stop);
    if (typeof body.refresh_token === 'string') {
      await tokenRequest(server, { grant_type: 'refresh_token', refresh_token: body.refresh_token });
    }
    server.advance(400);
    await browser.go(authorizeUrl({ scope: 'openid transfer:funds', prompt: 'none' }));
    await browser.go(authorizeUrl({ acr_values: 'phr', prompt: 'none' }));
    await browser.go(authorizeUrl({ max_age: '60' }));
    await browser.go(authorizeUrl({ prompt: 'select_account' }));
    const sam = new TestBrowser(server);
    await sam.signIn(await sam.go(authorizeUrl({})), SAM);
    server.advance(round * 100);
  }
  const checked = await checkDecisions(server.store, secondsBefore(START, 10));
  assert.deepEqual(checked.deviations, []);
  assert.deepEqual(checked.withoutPolicy, {});
  assert.ok(checked.judged > 80, String(checked.judged));
});
