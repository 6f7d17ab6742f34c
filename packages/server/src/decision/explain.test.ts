/** Why it was decided so, in a sentence: of what really happens, and of what was put on record by other versions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopePolicy } from '@stile/core';
import fc from 'fast-check';
import type { AuditRecord } from '../store/records.ts';
import { at, audit } from '../store/testing/fixtures.ts';
import { TestBrowser } from '../testing/browser.ts';
import { refresh, tokensOf } from '../testing/endpoints.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import { explainDecision } from './explain.ts';

const TRANSFER = { scope: 'openid transfer:funds' };

const latest = async ({ store }: TestServer, type: string): Promise<AuditRecord> => {
  const record = (await store.audit.recent(50)).find((one) => one.type === type);
  assert.ok(record, type);
  return record;
};

const explained = async (server: TestServer, type: string) =>
  explainDecision(await latest(server, type), (audience, scope) => {
    return scopePolicy(server.deps.config.apis.get(audience), scope)?.description?.en;
  });

test('a second factor that is too old', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, TRANSFER);
  server.advance(47 * 60);
  await browser.send(authorizeUrl(TRANSFER));
  const { sentence, person, requirements, reason } = await explained(server, 'authorize.asked');
  assert.equal(
    sentence,
    'Asked for a second factor because transfer:funds demands mfa within 5 minutes; the last code was 47 minutes old.',
  );
  assert.equal(
    person,
    'To transfer money, give a second proof. Your last one was 47 minutes ago; this needs one from the last 5 minutes.',
  );
  assert.deepEqual([reason, requirements.length, requirements[0]?.met], ['proof_missing', 1, false]);
});

test('a second factor that was never shown, a grant, and the tokens for it', async (t) => {
  const server = await testServer(t);
  const tokens = await tokensOf(server, { scope: 'openid transfer:funds offline_access' });
  assert.equal(
    (await explained(server, 'authorize.asked')).sentence,
    'Asked for a second factor because transfer:funds demands mfa within 5 minutes; it was not shown.',
  );
  const granted = await explained(server, 'authorize.granted');
  assert.match(
    granted.sentence,
    /^Granted openid, .*transfer:funds.* at mfa because transfer:funds demands mfa within 5 minutes; the code was \d seconds? old\.$/,
  );
  assert.equal(granted.person, null);
  assert.match(
    (await explained(server, 'token.granted')).sentence,
    /^Granted a token for openid.* by authorization_code\.$/,
  );
  await refresh(server, tokens.refresh_token);
  assert.equal(
    (await explained(server, 'token.granted')).sentence,
    'Granted a token for openid and offline_access by refresh_token; left out transfer:funds, of which the demand has lapsed or the token is good for one use.',
  );
});

test('refusals: of a silent request, of a token, of somebody without a factor', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, TRANSFER);
  server.advance(3600);
  await browser.send(authorizeUrl({ ...TRANSFER, prompt: 'none' }));
  assert.equal(
    (await explained(server, 'authorize.refused')).sentence,
    'Refused (login_required) because the person would have to prove something, and nobody can be asked; transfer:funds demands mfa within 5 minutes; the last code was 60 minutes old.',
  );
  const tokens = await tokensOf(server, { scope: 'openid offline_access' });
  await server.store.users.setBlocked('user_robin', server.deps.now(), []);
  await refresh(server, tokens.refresh_token);
  assert.match((await explained(server, 'token.refused')).sentence, /^Refused a token by refresh_token because /);
});

test('a proof that was wrong', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  await browser.signIn(await browser.go(authorizeUrl()), { username: 'robin', password: 'wrong' });
  assert.equal((await explained(server, 'proof.refused')).sentence, 'Refused the password because it was not right.');
});

const requirement = (over: object) => ({
  source: { from: 'request', parameter: 'max_age' },
  binds: 'every',
  met: false,
  reason: 'proofs_too_old',
  ...over,
});

const asked = (step: string, reason: string, requirements: readonly object[] = []) =>
  audit('dec', {
    at: at(1000),
    type: 'authorize.asked',
    details: { step, trace: { step, reason, requirements, dropped: [] } },
  });

test('every step has its sentence', () => {
  const sentences = [
    asked('login', 'other_person_expected'),
    asked('select-account', 'account_not_selected'),
    asked('consent', 'consent_missing'),
    asked('enrol', 'nothing_enrolled', [
      requirement({ source: { from: 'client' }, acr: ['phr'], reason: 'level_not_shown' }),
    ]),
    asked('challenge', 'proof_missing', [requirement({ since: at(700), acr: ['1fa'] })]),
    asked('challenge', 'proof_missing', [
      requirement({
        source: { from: 'action', action: 'office-only' },
        factors: ['totp', 'webauthn'],
        reason: 'factor_not_shown',
      }),
    ]),
    asked('challenge', 'proof_missing', [
      requirement({ source: { from: 'risk', signal: 'new_device' }, acr: ['phr'], reason: 'level_not_shown' }),
    ]),
  ].map((record) => explainDecision(record).sentence);
  assert.deepEqual(sentences, [
    'Asked to sign in because the application wants another person than the one who is signed in.',
    'Asked to choose an account because the application wants it.',
    'Asked for consent because the person has not agreed yet to what the application asks for.',
    "Asked to set something up because the client's minimum demands phr; it was not shown, and nothing that is set up would do.",
    'Asked to sign in again because the request (max_age) demands 1fa within 5 minutes; not every proof is that fresh.',
    'Asked for code or passkey because the Action office-only demands totp or webauthn; it was not proven.',
    'Asked for a passkey because the sign of risk new_device demands phr; it was not shown.',
  ]);
});

test('what Actions did is told by name and version', () => {
  const refusedBy = (reason: string, action: object) =>
    explainDecision(
      audit('dec', {
        type: 'authorize.refused',
        details: {
          error: 'access_denied',
          reason,
          trace: { step: 'refuse', reason, requirements: [] },
          actions: [action],
        },
      }),
    );
  const action = { action: 'office-only', version: 'ver_3', ms: 4 };
  const denied = refusedBy('denied_by_action', { ...action, outcome: 'denied', reason: 'Not from here' });
  assert.equal(
    denied.sentence,
    'Refused (access_denied) because the Action office-only (version ver_3) denied: Not from here, in 4 ms.',
  );
  const failed = refusedBy('action_threw', { ...action, outcome: 'failed', reason: 'threw' });
  assert.match(failed.sentence, /the Action office-only \(version ver_3\) failed: An Action threw an error/);
  assert.equal(failed.actions.length, 1);
});

test('an Action that sends somebody elsewhere, and one that says why it asks', () => {
  const action = { action: 'id-check', version: 'ver_1', outcome: 'suspended', ms: 2 };
  const sent = asked('issue', 'all_met');
  const redirected = { ...sent, details: { ...sent.details, step: 'redirect', actions: [action] } };
  assert.equal(
    explainDecision(redirected).sentence,
    'Sent to another site because the Action id-check (version ver_1) waits for the person, in 2 ms.',
  );
  const source = { from: 'action', action: 'id-check' };
  const demanding = asked('challenge', 'proof_missing', [
    requirement({ source, acr: ['mfa'], reason: 'level_not_shown' }),
  ]);
  const said = [{ action: 'id-check', reason: 'Your bank wants to be sure.' }];
  const { person } = explainDecision({ ...demanding, details: { ...demanding.details, facts: { actions: { said } } } });
  assert.equal(person, 'The application asks for a second proof. Your bank wants to be sure.');
});

test('whatever is on record is explained, and nothing is thrown', () => {
  const type = fc.constantFrom(
    'authorize.asked',
    'authorize.granted',
    'authorize.refused',
    'token.granted',
    'token.refused',
    'proof.refused',
    'x',
  );
  const part = fc.oneof(
    fc.jsonValue(),
    fc.constant([requirement({}), { source: { from: 'elsewhere' }, met: false, reason: 'new' }]),
  );
  const details = fc.oneof(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.record({
      trace: fc.record({
        step: fc.oneof(fc.jsonValue(), fc.constant('challenge')),
        reason: fc.jsonValue(),
        requirements: part,
        dropped: part,
      }),
      facts: fc.record({ agesFrom: fc.jsonValue(), requestedAt: fc.jsonValue() }),
      actions: fc.jsonValue(),
      scopes: fc.jsonValue(),
    }),
  );
  fc.assert(
    fc.property(type, details, (of, held) => {
      const { sentence } = explainDecision(audit('dec', { type: of, details: held }));
      assert.match(sentence, /\.$/s);
    }),
  );
});
