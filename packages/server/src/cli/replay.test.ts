/** A candidate policy over what was decided, from the command line. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, redeem, signInAndStepUp, tokenRequest } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { ACCOUNTS, SAM, testConfig } from '../testing/test-config.ts';
import { replayDecisions } from './replay.ts';

/** A configuration file: that of the tests, changed. */
const candidate = (t: TestContext, change: object): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'candidate.config.mjs');
  writeFileSync(path, `export default ${JSON.stringify({ ...testConfig, ...change })};`);
  return path;
};

const stricter = {
  apis: testConfig.apis?.map((api) =>
    api.audience === ACCOUNTS
      ? { ...api, scopes: { ...api.scopes, 'read:accounts': { requires: { acr: 'mfa' } } } }
      : api,
  ),
};

/** Robin signs in for reading and is let through; for a transfer and is asked, and given it; Sam reads; Robin's token is refreshed. */
const story = async (t: TestContext) => {
  const { server, run } = await operated(t);
  const read = { scope: 'openid read:accounts offline_access' };
  const { browser, stop } = await signInAndStepUp(server, read);
  const { body } = await redeem(server, stop);
  await signInAndStepUp(server, { scope: 'openid transfer:funds' }, browser);
  const sam = new TestBrowser(server);
  await sam.signIn(await sam.go(authorizeUrl(read)), SAM);
  await tokenRequest(server, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) });
  return { server, run };
};

test('the decisions of a real server come out the same by the policy that was in force', async (t) => {
  const { run } = await story(t);
  const { status, text } = await run(replayDecisions, '--check');
  assert.equal(status, 0, text);
  assert.match(text, /^\d+ decisions since .* and (\d+) made again/);
  assert.match(text, /None comes out otherwise\.$/);
  assert.equal(
    (await run(replayDecisions, '--policy', candidate(t, {}))).text.includes(', and 0 would come out otherwise'),
    true,
  );
});

test('a stricter candidate: who would be asked, who would be stopped, and which refreshed token would be less', async (t) => {
  const { run } = await story(t);
  const path = candidate(t, stricter);
  const { status, text } = await run(replayDecisions, '--policy', path, '--since', '1d', '--json');
  assert.equal(status, 0);
  const report = parseJsonObject(text) ?? {};
  assert.equal(report.format, 'stile-replay/1');
  assert.deepEqual(report.changes, {
    locked_out: 0,
    newly_refused: 0,
    // Sam has nothing but a password, and may set something up with a ticket.
    newly_enrolling: 1,
    newly_asked: 1,
    other_scopes: 1,
    asked_otherwise: 0,
    refused_otherwise: 0,
    no_longer_asked: 0,
    no_longer_refused: 0,
  });
  const lines = (await run(replayDecisions, '--policy', path)).text;
  assert.match(
    lines,
    /newly_asked {2}dec_\w+ {2}At web, user_robin would be asked for totp or recovery-code because read:accounts demands mfa; it was not shown; before, they were let through\./,
  );
  assert.match(lines, /newly_enrolling {2}dec_\w+ {2}At web, user_sam would be asked to set up /);
  assert.match(lines, /other_scopes {2}dec_\w+ {2}At web, user_robin would not be granted read:accounts\./);
  assert.match(lines, /By scope\n {2}read:accounts {2}3 of /);
});

test('a laxer candidate no longer asks, and one without the enrolment locks out', async (t) => {
  const { run } = await story(t);
  const apis = testConfig.apis?.map((api) => ({
    ...api,
    scopes: Object.fromEntries(Object.keys(api.scopes).map((scope) => [scope, {}])),
  }));
  const lax = (await run(replayDecisions, '--policy', candidate(t, { apis }))).text;
  assert.match(lax, /1 {2}no longer asked/);
  assert.match(
    lax,
    /At web, user_robin would be let through; before, they were asked for totp or recovery-code because transfer:funds/,
  );
  const strict = (await run(replayDecisions, '--policy', candidate(t, { ...stricter, enrolment: 'refuse' }))).text;
  assert.match(strict, /1 {2}locked out/);
  assert.match(
    strict,
    /user_sam would be refused \(unmet_authentication_requirements\), for a demand is not met, and nothing that the person has set up would meet it/,
  );
});

test('the report is one file that only its owner may read', async (t) => {
  const { run } = await story(t);
  const path = candidate(t, stricter);
  const html = join(dirname(path), 'report.html');
  const { text, status } = await run(replayDecisions, '--policy', path, '--html', html);
  assert.equal(status, 0);
  assert.match(text, /The report is in .*report\.html\.$/);
  assert.equal(statSync(html).mode & 0o777, 0o600);
  assert.match(readFileSync(html, 'utf8'), /At web, user_sam would be asked to set up/);
});

test('what is asked wrongly is said, and what nobody could know is told', async (t) => {
  const { run } = await story(t);
  assert.equal((await run(replayDecisions)).status, 2);
  assert.equal((await run(replayDecisions, '--check', '--since', 'yesterday')).status, 2);
  await assert.rejects(run(replayDecisions, '--policy', '/nowhere/candidate.config.mjs'), /cannot be loaded/);
  const risky = (await run(replayDecisions, '--policy', candidate(t, { risk: { newDevice: { acr: 'mfa' } } }))).text;
  assert.match(risky, /Not known of \d+ decisions: The candidate asks about signs of risk/);
});
