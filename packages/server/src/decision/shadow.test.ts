/** Demands that are only tried: their verdict is told, and nothing else comes of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject, secondsBefore } from '@stile/core';
import fc from 'fast-check';
import { resolveConfig } from '../config/config.ts';
import type { ConfigInput } from '../config/schema.ts';
import { recorderFor } from '../metrics/recorder-for.ts';
import { answerOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { ACCOUNTS, testConfig } from '../testing/test-config.ts';
import { START, testServer } from '../testing/test-server.ts';
import { checkDecisions } from './check.ts';
import { decisionOf } from './decide.ts';
import { keptPolicy, parsePolicy, policyOf } from './policy.ts';
import { arbitraryDecisionFacts, arbitraryTokenFacts, drawing } from './testing/arbitrary-facts.ts';
import { tokenDecisionOf } from './token-facts.ts';

type Shadow = { readonly acr?: string; readonly maxAge?: number };

/** The configuration of the tests, with the same demands in the shadow of each of its scopes and clients, and of every sign-in. */
const shadowed = (demand: Shadow, base: ConfigInput = testConfig): ConfigInput => ({
  ...base,
  apis: (base.apis ?? []).map((api) => ({
    ...api,
    scopes: Object.fromEntries(
      Object.entries(api.scopes).map(([name, scope]) => [name, { ...scope, shadow: { requires: demand } }]),
    ),
  })),
  ...(demand.acr !== undefined && {
    clients: (base.clients ?? []).map((client) => ({ ...client, shadow: { minimumAcr: demand.acr ?? '' } })),
    shadow: { everySignIn: { acr: demand.acr } },
  }),
});

const demands: readonly Shadow[] = [
  { acr: 'mfa' },
  { acr: 'phr', maxAge: 300 },
  { maxAge: 0 },
  { acr: '1fa', maxAge: 60 },
];
const plain = policyOf(resolveConfig(testConfig));
const policies = demands.map((demand) => policyOf(resolveConfig(shadowed(demand))));

test('a demand in the shadow never changes a decision, of an authorization or of a token', () => {
  let told = 0;
  fc.assert(
    fc.property(fc.integer(), fc.nat({ max: policies.length - 1 }), (seed, which) => {
      const policy = policies[which] ?? plain;
      const facts = arbitraryDecisionFacts(drawing(seed));
      const { decision, ...rest } = decisionOf(facts, policy);
      const { shadow, ...trace } = decision.trace;
      if (shadow) told += 1;
      assert.deepEqual({ ...rest, decision: { ...decision, trace } }, decisionOf(facts, plain));
      const token = arbitraryTokenFacts(drawing(seed));
      const scopesOf = (decided: ReturnType<typeof tokenDecisionOf>) =>
        decided.ok ? decided.value.scopes : decided.error;
      assert.deepEqual(scopesOf(tokenDecisionOf(token, policy)), scopesOf(tokenDecisionOf(token, plain)));
    }),
    { numRuns: 3000 },
  );
  assert.ok(told > 100, String(told));
});

test('its verdict is the one that would be given, were it made', () => {
  const made = policyOf(
    resolveConfig({
      ...testConfig,
      apis: (testConfig.apis ?? []).map((api) => ({
        ...api,
        scopes: { ...api.scopes, 'read:accounts': { requires: { acr: 'phr' } } },
      })),
    }),
  );
  const tried = policyOf(
    resolveConfig({
      ...testConfig,
      apis: (testConfig.apis ?? []).map((api) => ({
        ...api,
        scopes: { ...api.scopes, 'read:accounts': { shadow: { requires: { acr: 'phr' } } } },
      })),
    }),
  );
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { actions: _, ...facts } = arbitraryDecisionFacts(drawing(seed));
      const { shadow } = decisionOf(facts, tried).decision.trace;
      const { trace } = decisionOf(facts, made).decision;
      if (shadow) assert.deepEqual([shadow.step, shadow.reason], [trace.step, trace.reason]);
    }),
    { numRuns: 1000 },
  );
});

test('a policy keeps what is in its shadow, and one without is named as ever', () => {
  for (const policy of policies) {
    const read = parsePolicy(keptPolicy(policy));
    assert.deepEqual(read && keptPolicy(read), keptPolicy(policy));
    assert.notEqual(keptPolicy(policy).digest, keptPolicy(plain).digest);
  }
  assert.doesNotMatch(keptPolicy(plain).text, /shadow/);
});

test('a level that does not exist is a fault in the shadow as well, wherever it stands', () => {
  for (const change of [
    shadowed({ acr: 'mfaa' }),
    { ...testConfig, shadow: { everySignIn: { acr: 'mfaa' } } },
    { ...testConfig, shadow: { everySignIn: {} } },
  ]) {
    assert.throws(() => resolveConfig(change), /shadow/);
  }
});

test('a real server lets people through as without it, tells the verdict in the record and in the metrics', async (t) => {
  const server = await testServer(t, (config) => ({ ...shadowed({ acr: 'phr' }, config), metrics: { port: 0 } }));
  Object.assign(server.deps, { metrics: recorderFor(server.deps.config) });
  const { stop } = await signInAndStepUp(server, { scope: 'openid transfer:funds', audience: ACCOUNTS });
  assert.notEqual(answerOf(stop).code, undefined);
  assert.equal((await redeem(server, stop)).status, 200);
  const records = await server.store.audit.recent(20);
  const granted = records.find(({ type }) => type === 'authorize.granted');
  const { trace } = granted?.details ?? {};
  assert.ok(isJsonObject(trace) && isJsonObject(trace.shadow));
  assert.deepEqual([trace.step, trace.shadow.step, trace.shadow.reason], ['issue', 'enrol', 'nothing_enrolled']);
  const { text } = await server.deps.metrics.report();
  assert.match(text, /^stile_shadow_decisions_total\{outcome="enrol",reason="nothing_enrolled"\} 1$/m);
  assert.deepEqual((await checkDecisions(server.store, secondsBefore(START, 10))).deviations, []);
});
