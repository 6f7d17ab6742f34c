/** What is counted, over whole stories; and that nothing from outside ever becomes a label. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { PasswordHasherBusy } from '../factors/password-hasher.ts';
import { TestBrowser } from '../testing/browser.ts';
import { ACCOUNTS_API, consume, NIGHTLY, tokensOf } from '../testing/endpoints.ts';
import { authorizeUrl, redeem, signInAndStepUp, tokenRequest } from '../testing/flow.ts';
import { REPORTS } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import { tidyUp } from '../upkeep/tidy-up.ts';
import { prometheusRecorder } from './prometheus.ts';

const watched: ConfigChange = (config) => ({ ...config, metrics: { port: 0 } });

/** The series of one metric with their values, without the ones that are zero. */
const seriesOf = async (
  { deps }: Pick<TestServer, 'deps'>,
  name: string,
): Promise<Readonly<Record<string, number>>> => {
  const { text } = await deps.metrics.report();
  const lines = [...text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))];
  return Object.fromEntries(
    lines
      .map(([, labels = '', value]) => [labels.replaceAll('"', ''), Number(value)])
      .filter(([, value]) => value !== 0),
  );
};

const watchedServer = (t: TestContext, change: ConfigChange = (config) => config): Promise<TestServer> =>
  testServer(t, (config) => change(watched(config)));

test('a story is counted: what was asked, met and failed, what was decided and issued', async (t) => {
  const server = await watchedServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  await browser.signIn(login, { username: 'robin', password: 'not the right one' });
  await redeem(server, await browser.signIn(login));
  server.advance(60);
  const challenge = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
  await browser.submit(challenge, { code: '000000' });
  server.advance(7);
  const { body } = await redeem(server, await browser.giveCode(challenge));
  for (let times = 0; times < 2; times += 1) await consume(server, body.access_token, ACCOUNTS_API);
  await tokenRequest(server, { grant_type: 'client_credentials', audience: REPORTS }, NIGHTLY);
  await tokenRequest(server, {
    grant_type: 'authorization_code',
    code: 'never-issued',
    redirect_uri: 'https://x.example',
  });

  assert.deepEqual(await seriesOf(server, 'stile_challenges_asked_total'), {
    'step=login,factor=password,reason=nobody_signed_in': 1,
    'step=challenge,factor=totp,reason=level_not_shown': 1,
  });
  assert.deepEqual(await seriesOf(server, 'stile_challenges_met_total'), {
    'factor=password,reason=nobody_signed_in': 1,
    'factor=totp,reason=level_not_shown': 1,
  });
  assert.deepEqual(await seriesOf(server, 'stile_challenges_shown_total'), { 'factor=totp': 1 });
  assert.deepEqual(await seriesOf(server, 'stile_challenges_answer_seconds_sum'), { 'factor=totp': 7 });
  assert.deepEqual(await seriesOf(server, 'stile_challenges_failed_total'), {
    'factor=password,reason=wrong': 1,
    'factor=totp,reason=wrong': 1,
  });
  assert.deepEqual(await seriesOf(server, 'stile_decisions_total'), {
    'endpoint=authorize,outcome=login,reason=nobody_signed_in': 1,
    'endpoint=authorize,outcome=challenge,reason=proof_missing': 1,
    'endpoint=authorize,outcome=issue,reason=all_met': 2,
    'endpoint=token,outcome=granted,reason=all_met': 3,
    'endpoint=token,outcome=refused,reason=code_unknown': 1,
  });
  assert.deepEqual(await seriesOf(server, 'stile_tokens_issued_total'), {
    'grant_type=authorization_code': 2,
    'grant_type=client_credentials': 1,
  });
  assert.deepEqual(await seriesOf(server, 'stile_single_use_total'), { 'outcome=consumed': 1, 'outcome=refused': 1 });
});

test('an interaction that nobody answered is counted once, by what was asked last, and those that were answered are not', async (t) => {
  const server = await watchedServer(t);
  await signInAndStepUp(server);
  await new TestBrowser(server).go(authorizeUrl());
  const browser = new TestBrowser(server);
  const challenge = await browser.signIn(await browser.go(authorizeUrl({ acr_values: 'mfa' })));
  assert.match(challenge.url, /^\/challenge/);
  // Never fetched by a browser, so that nobody was asked.
  await server.send('/authorize', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: authorizeUrl().split('?')[1] ?? '',
  });
  const abandoned = () => seriesOf(server, 'stile_challenges_abandoned_total');
  server.advance(1799);
  await tidyUp(server.deps, 3600, server.deps.now());
  assert.deepEqual(await abandoned(), {});
  server.advance(1);
  await Promise.all([tidyUp(server.deps, 3600, server.deps.now()), tidyUp(server.deps, 3600, server.deps.now())]);
  await tidyUp(server.deps, 3600, server.deps.now());
  assert.deepEqual(await abandoned(), {
    'step=login,factor=password,reason=nobody_signed_in': 1,
    'step=challenge,factor=totp,reason=level_not_shown': 1,
  });
  assert.match((await browser.giveCode(challenge)).html, /expired/);
});

test('the limits of tries are counted as failures of their own', async (t) => {
  const server = await watchedServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  for (let tries = 0; tries < 11; tries += 1)
    await browser.signIn(login, { username: 'robin', password: 'guess again' });
  assert.deepEqual(await seriesOf(server, 'stile_challenges_failed_total'), {
    'factor=password,reason=wrong': 10,
    'factor=password,reason=throttled': 1,
  });
});

test('a hasher that is full is counted, whether it says so before or after', async (t) => {
  const server = await watchedServer(t);
  const { passwords } = server.deps;
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  Object.assign(server.deps, { passwords: { ...passwords, isFull: () => true } });
  await browser.signIn(login);
  const verify = () => Promise.reject(new PasswordHasherBusy('full'));
  Object.assign(server.deps, { passwords: { ...passwords, verify } });
  await browser.signIn(login);
  assert.deepEqual(await seriesOf(server, 'stile_password_hash_refused_total'), { '': 2 });
});

test('requests are counted by the pattern of their route; paths, methods and queries from outside make no series', async (t) => {
  const server = await watchedServer(t);
  const count = async () => Object.keys(await seriesOf(server, 'stile_http_request_duration_seconds_count'));
  for (let i = 0; i < 30; i += 1) {
    await server.send(`/secret-path-${i}?q=${i}`);
    await server.send(`/assets/secret-${i}`);
    await server.send('/authorize', { method: `PROPFIND${i}` });
    await server.send(authorizeUrl({ client_id: `client-${i}`, prompt: `p${i}`, scope: `s${i}` }));
    await server.send(authorizeUrl({ scope: `unknown-scope-${i}`, audience: `https://nowhere.example/${i}` }));
    await tokenRequest(server, { grant_type: `grant-${i}` }, { id: `nobody-${i}`, secret: `secret-${i}` });
  }
  assert.deepEqual((await count()).toSorted(), [
    'route=/assets/*,method=GET,status=4xx',
    'route=/authorize,method=GET,status=3xx',
    'route=/authorize,method=GET,status=4xx',
    'route=/authorize,method=other,status=4xx',
    'route=/oauth/token,method=POST,status=4xx',
    'route=unknown,method=GET,status=4xx',
  ]);
  const { text } = await server.deps.metrics.report();
  for (const stranger of ['secret-', 'client-', 'PROPFIND', 'unknown-scope', 'nowhere', 'nobody-', 'grant-']) {
    assert.ok(!text.includes(stranger), stranger);
  }
});

test('no label holds who the person or the client was; clients are counted only when that was asked for', async (t) => {
  const server = await watchedServer(t);
  await tokensOf(server);
  const { text } = await server.deps.metrics.report();
  for (const name of ['robin', 'web', 'intranet', '192.0.2', 'accounts']) assert.ok(!text.includes(`"${name}`), name);

  const perClient = await testServer(t, (config) => ({ ...config, metrics: { port: 0, perClient: true } }));
  await tokensOf(perClient);
  await tokenRequest(
    perClient,
    { grant_type: 'client_credentials' },
    { id: 'stranger', secret: 'guessed-by-a-stranger' },
  );
  assert.deepEqual(await seriesOf(perClient, 'stile_tokens_issued_total'), {
    'grant_type=authorization_code,client_id=web': 1,
  });
  assert.ok(!(await perClient.deps.metrics.report()).text.includes('stranger'));
});

test('a word from outside that slips into a reason becomes the word other', async () => {
  const { recorder, registry } = prometheusRecorder({ clientLabel: false });
  for (const reason of ['doubled:state', 'too_long:scope', 'Robin <robin@example.com>', '', 'x'.repeat(41)]) {
    recorder.decided('token', 'refused', reason);
  }
  const { values = [] } = (await registry.getSingleMetric('stile_decisions_total')?.get()) ?? {};
  assert.deepEqual(new Set(values.map(({ labels }) => labels.reason)), new Set(['doubled', 'too_long', 'other']));
});

test('writes of the store and the hashing of passwords are timed', async (t) => {
  const server = await watchedServer(t);
  await tokensOf(server);
  const commits = (await seriesOf(server, 'stile_store_commit_writes_count'))[''] ?? 0;
  const writes = (await seriesOf(server, 'stile_store_commit_writes_sum'))[''] ?? 0;
  assert.ok(commits >= 5 && writes >= commits, `${commits} commits, ${writes} writes`);
  assert.equal((await seriesOf(server, 'stile_store_write_duration_seconds_count'))[''], commits);
  assert.deepEqual(await seriesOf(server, 'stile_store_commit_failures_total'), {});
  assert.deepEqual(await seriesOf(server, 'stile_password_hash_running'), {});
});

/** The rows of the tables of the reference page: a metric, its type, its labels. */
const documented = (): ReadonlyMap<string, string> => {
  const page = readFileSync(new URL('../../../../docs/reference/metrics.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \|([^|]*)\|/gm)];
  return new Map(
    rows.map(([, name = '', type = '', labels = '']) => [
      name,
      `${type}: ${[...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).join(' ')}`,
    ]),
  );
};

test('the reference page and the registry name the same metrics, types and labels', async () => {
  const { registry } = prometheusRecorder({ clientLabel: true });
  const page = documented();
  const registered = new Map(
    registry.getMetricsAsArray().map((metric) => {
      const { name, type, labelNames = [] } = metric as typeof metric & { readonly labelNames?: readonly string[] };
      return [name, `${String(type)}: ${labelNames.join(' ')}`];
    }),
  );
  const ours = (names: ReadonlyMap<string, string>) =>
    [...names]
      .filter(([name]) => name.startsWith('stile_'))
      .map(String)
      .toSorted();
  assert.deepEqual(ours(page), ours(registered));
  for (const name of registered.keys()) assert.ok(page.has(name), `${name} is not on the page`);
});
