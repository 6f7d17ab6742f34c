/** Policies are kept as long as a decision on record names them, and no longer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { auditRecord } from '../audit/audit.ts';
import { resolveConfig } from '../config/config.ts';
import type { Deps } from '../deps.ts';
import { testConfig } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { startTestServer, testServer } from '../testing/test-server.ts';
import { tidyUp } from '../upkeep/tidy-up.ts';
import { forgetPolicies, keepPolicy, notePolicy } from './keep-policy.ts';
import { keptPolicy, policyOf } from './policy.ts';

const HOUR = 3600;
const DAY = 86_400;

/** The same server with other policies. */
const configs = [{}, { everySignIn: { acr: 'mfa' } }, { enrolment: 'refuse' }] as const;
const under = (server: TestServer, which: number): Deps => ({
  ...server.deps,
  config: resolveConfig({ ...testConfig, ...configs[which] }),
});
const digestOf = ({ config }: Pick<Deps, 'config'>): string => keptPolicy(policyOf(config)).digest;

const decided = (deps: Deps) =>
  deps.store.audit.append([auditRecord(deps, 'token.refused', { details: { policy: digestOf(deps) } })]);

test('a policy goes when the last decision by it is forgotten, and not before; the one in force never', async (t) => {
  const server = await testServer(t);
  const [first, second] = [under(server, 0), under(server, 1)];
  const { retention } = first.config.audit;
  const isKept = async (deps: Deps): Promise<boolean> =>
    (await server.store.policies.find(digestOf(deps))) !== undefined;
  await decided(first);
  await keepPolicy(second);
  server.advance(DAY);
  await decided(second);
  server.advance(retention - DAY - 1);
  await tidyUp(second, HOUR, server.deps.now());
  assert.equal(await isKept(first), true);
  server.advance(DAY + 2);
  await tidyUp(second, 299, server.deps.now());
  assert.equal(await isKept(first), true, 'The clock may be wrong so soon after a start.');
  await tidyUp(second, 300, server.deps.now());
  assert.deepEqual([await isKept(first), await isKept(second)], [false, true]);
  server.advance(2 * retention);
  await forgetPolicies(second, server.deps.now());
  assert.equal(await isKept(second), true, 'however long nobody came');
});

test('T23: a clock that is years ahead forgets none of the policies that decisions name', async (t) => {
  const server = await testServer(t);
  await decided(under(server, 0));
  await keepPolicy(under(server, 1));
  server.advance(50 * 365 * DAY);
  assert.equal(await forgetPolicies(under(server, 1), server.deps.now()), 0);
});

test('that a policy is decided by is noted once an hour, and one that was forgotten is kept again', async (t) => {
  const server = await testServer(t);
  const { store, now } = server.deps;
  let commits = 0;
  store.onCommit(() => {
    commits += 1;
  });
  for (let minutes = 0; minutes <= 60; minutes += 1) {
    await notePolicy(server.deps);
    server.advance(60);
  }
  assert.equal(commits, 0);
  await notePolicy(server.deps);
  assert.equal(commits, 1);
  const digest = digestOf(server.deps);
  assert.equal((await store.policies.find(digest))?.lastAt, now());
  server.advance(9);
  await store.policies.forget(now(), 'another');
  await notePolicy(server.deps);
  assert.equal((await store.policies.find(digest))?.firstAt, now());
});

const happenings = fc.array(
  fc.record({
    which: fc.nat({ max: configs.length - 1 }),
    what: fc.constantFrom('decides', 'decides', 'stops', 'tidies'),
    days: fc.nat({ max: 200 }),
  }),
  { minLength: 15, maxLength: 30 },
);

test('whatever servers come and go, the policy of each decision on record is there', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (events) => {
      const server = await startTestServer();
      const servers = configs.map((_, which) => under(server, which));
      const running = new Set<number>();
      for (const { which, what, days } of events) {
        const deps = servers[which];
        assert.ok(deps);
        // Whoever runs notes it once an hour; here whenever anything happens.
        for (const one of running) await notePolicy(servers[one] ?? deps);
        if (what === 'stops') running.delete(which);
        else if (!running.has(which)) await keepPolicy(deps);
        if (what !== 'stops') running.add(which);
        if (what === 'decides') await decided(deps);
        if (what === 'tidies') await tidyUp(deps, HOUR, server.deps.now());
        server.advance(days * DAY);
      }
      for (const { details } of await server.store.audit.recent(99)) {
        if (typeof details.policy === 'string') assert.ok(await server.store.policies.find(details.policy));
      }
      await server.close();
    }),
    { numRuns: 60 },
  );
});
