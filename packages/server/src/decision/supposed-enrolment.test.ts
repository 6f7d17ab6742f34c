/** An Action that has something enrolled: what is supposed is what is asked, and a replay leaves nothing of it out. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJsonObject, parseJsonObject } from '@stile/core';
import { replayDecisions } from '../cli/replay.ts';
import { deployScript, postLogin } from '../testing/actions.ts';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import { testServer } from '../testing/test-server.ts';
import { parseSupposition } from './supposition.ts';
import { whatIf } from './what-if.ts';

const ENROLS = postLogin(`api.authentication.enrollWith({ type: 'webauthn-platform' });`);

for (const [who, person, steps] of [
  ['somebody who has a further proof is asked for it first', ROBIN, ['login', 'challenge', 'enrol', 'issue']],
  ['somebody who has none passes a guard', SAM, ['login', 'enrol', 'issue']],
] as const) {
  test(`T8: an Action enrols: ${who}, supposed as in production`, async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'enrols', ENROLS);
    const supposition = parseSupposition({ username: person.username, client_id: 'web' });
    assert.ok(supposition.ok);
    const said = await whatIf(supposition.value, { ...server.deps, canMail: true });
    assert.ok(said.ok);
    assert.deepEqual(
      said.value.steps.map(({ step }) => step),
      steps,
    );
    const browser = new TestBrowser(server);
    const stop = await browser.signIn(
      await browser.go(authorizeUrl({ scope: 'openid', acr_values: undefined })),
      person,
    );
    assert.equal(stop.url.replace(/^\/|\?.*$/g, ''), steps[1]);
  });
}

test('T8: … and the proof that they are asked for is the guard, where no other would let them enrol', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, enrolment: 'email' }));
  await deployScript(server, 'enrols', ENROLS);
  const supposition = parseSupposition({ username: ROBIN.username, client_id: 'web' });
  assert.ok(supposition.ok);
  const said = await whatIf(supposition.value, { ...server.deps, canMail: true });
  assert.ok(said.ok);
  assert.deepEqual(
    said.value.steps.map(({ step }) => step),
    ['login', 'challenge', 'enrol', 'issue'],
  );
  const { stop } = await signInAndStepUp(server, { scope: 'openid', acr_values: undefined });
  assert.match(stop.url, /^\/enrol\?/);
});

test('T8: an Action enrols: a replay asks whoever has a further proof for it, as a login does', async (t) => {
  const { server, run } = await operated(t);
  const browser = new TestBrowser(server);
  await browser.signIn(await browser.go(authorizeUrl({ scope: 'openid', acr_values: undefined })));
  const folder = mkdtempSync(join(tmpdir(), 'stile-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'enrols.js'), ENROLS);
  const { text } = await run(replayDecisions, '--actions', folder, '--json');
  const { changes, examples } = parseJsonObject(text) ?? {};
  assert.ok(isJsonObject(changes) && Array.isArray(examples));
  assert.deepEqual([changes.newly_asked, changes.newly_enrolling], [1, 0]);
  assert.match(String(examples[0].says), /asked for totp or recovery-code because the Action enrols demands mfa/);
});
