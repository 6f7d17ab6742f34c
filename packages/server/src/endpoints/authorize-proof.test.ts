/** What level a request asks for, what it gets, and what the tokens then say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAPE_MULTI_FACTOR } from '@stile/core';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { SAM } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';

type Change = Readonly<Record<string, string | undefined>>;

const claims = (acr: unknown): string => JSON.stringify({ id_token: { acr } });

/** The web client, with something more registered. */
const web =
  (more: object): ConfigChange =>
  (config) => ({
    ...config,
    clients: (config.clients ?? []).map((client) => (client.id === 'web' ? { ...client, ...more } : client)),
  });

/** What Robin gets who signed in by password: `silent` at once, a page to answer, or an error. */
const outcome = async (server: TestServer, change: Change): Promise<string> => {
  const { browser } = await signInAndStepUp(server);
  const stop = await browser.go(authorizeUrl(change));
  const { error, code } = answerOf(stop);
  return error ?? (code === undefined ? (stop.url.split('?', 1)[0] ?? '') : 'silent');
};

const UNMET = 'unmet_authentication_requirements';

const cases: readonly (readonly [name: string, change: Change, outcome: string])[] = [
  ['T24: no acr_values at all', {}, 'silent'],
  ['empty acr_values', { acr_values: '' }, 'silent'],
  ['the level that is there', { acr_values: '1fa' }, 'silent'],
  ['a level that is missing', { acr_values: 'mfa' }, '/challenge'],
  ['a level by Auth0’s name', { acr_values: PAPE_MULTI_FACTOR }, '/challenge'],
  ['T1: two levels of which one is there', { acr_values: 'mfa 1fa' }, 'silent'],
  ['T1: the same in the other order', { acr_values: '1fa mfa' }, 'silent'],
  ['T2: an unknown level beside one that is there', { acr_values: 'urn:unknown 1fa' }, 'silent'],
  ['T2: an unknown level beside one that is missing', { acr_values: 'urn:unknown mfa' }, '/challenge'],
  ['T2: an unattainable level beside one that is missing', { acr_values: 'phrh mfa' }, '/challenge'],
  ['T2 T3: only unknown levels', { acr_values: 'urn:unknown urn:other' }, UNMET],
  ['T3: only levels that nobody can reach here', { acr_values: 'phrh urn:unknown' }, UNMET],
  ['an essential acr that is missing', { claims: claims({ essential: true, values: ['mfa'] }) }, '/challenge'],
  ['an essential acr by value', { claims: claims({ essential: true, value: 'mfa' }) }, '/challenge'],
  ['T3: an essential acr that nobody can reach', { claims: claims({ essential: true, values: ['phrh'] }) }, UNMET],
  ['an essential acr of no value in particular', { claims: claims({ essential: true }) }, 'silent'],
  ['a voluntary acr that can be reached', { claims: claims({ values: ['mfa'] }) }, '/challenge'],
  ['a voluntary acr that cannot be reached', { claims: claims({ values: ['phrh'] }) }, 'silent'],
  ['an acr claim of null', { claims: claims(null) }, 'silent'],
  ['a requirement that another loosens', { acr_values: 'mfa', claims: claims({ values: ['1fa'] }) }, '/challenge'],
  ['two that contradict each other', { acr_values: 'phrh', claims: claims({ values: ['1fa'] }) }, UNMET],
  ['a scope that demands a proof', { scope: 'openid transfer:funds' }, '/challenge'],
  ['a scope whose demand acr_values would loosen', { scope: 'openid transfer:funds', acr_values: '1fa' }, '/challenge'],
];

for (const [name, change, expected] of cases) {
  test(`after a password, ${name}: ${expected}`, async (t) => {
    assert.equal(await outcome(await testServer(t), change), expected);
  });
}

test('T3 T25: prompt=none with a voluntary level gives the level that is there, never the one asked for', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  for (const change of [{ claims: claims({ values: ['mfa'] }) }, { claims: claims({ values: ['phrh', 'mfa'] }) }]) {
    const { body } = await redeem(server, await browser.go(authorizeUrl({ ...change, prompt: 'none' })));
    assert.equal(claimsOf(body.id_token).acr, '1fa');
    assert.equal(claimsOf(body.access_token).acr, '1fa');
  }
});

test('T25: a client that reads acr_values as a wish gets a token without it, which does not claim it', async (t) => {
  const server = await testServer(t, web({ acrValues: 'voluntary' }));
  const { browser } = await signInAndStepUp(server);
  const { body } = await redeem(server, await browser.go(authorizeUrl({ acr_values: 'phrh' })));
  assert.equal(claimsOf(body.access_token).acr, '1fa');
  const asked = await browser.go(authorizeUrl({ acr_values: 'mfa' }));
  assert.match(asked.url, /^\/challenge\?/);
});

test('T7: to somebody with no second factor a wish is dropped, a requirement is not', async (t) => {
  const server = await testServer(t, (config) => ({ ...web({ acrValues: 'voluntary' })(config), enrolment: 'refuse' }));
  const browser = new TestBrowser(server);
  await browser.signIn(await browser.go(authorizeUrl()), SAM);
  const { body } = await redeem(server, await browser.go(authorizeUrl({ acr_values: 'mfa' })));
  assert.deepEqual([claimsOf(body.id_token).acr, claimsOf(body.id_token).amr], ['1fa', ['pwd']]);
  const essential = await browser.go(authorizeUrl({ claims: claims({ essential: true, values: ['mfa'] }) }));
  assert.equal(answerOf(essential).error, UNMET);
});

test('T1: the level is given back under the name it was asked by', async (t) => {
  const server = await testServer(t);
  const { stop } = await signInAndStepUp(server, { acr_values: `phrh ${PAPE_MULTI_FACTOR}` });
  const { body } = await redeem(server, stop);
  for (const token of [body.id_token, body.access_token]) {
    assert.equal(claimsOf(token).acr, PAPE_MULTI_FACTOR);
    assert.deepEqual(claimsOf(token).amr, ['mfa', 'otp', 'pwd']);
    assert.deepEqual(claimsOf(token).acrs, ['mfa', '1fa']);
  }
});

test('a client’s own minimum holds for every request, whatever the request says', async (t) => {
  const server = await testServer(t, web({ minimumAcr: 'mfa' }));
  for (const change of [{}, { acr_values: '1fa' }, { scope: 'openid', audience: undefined }]) {
    const browser = new TestBrowser(server);
    const asked = await browser.signIn(await browser.go(authorizeUrl(change)));
    assert.match(asked.url, /^\/challenge\?/);
    server.advance(30);
    assert.ok(answerOf(await browser.giveCode(asked)).code);
  }
});

test('an old second proof is asked for again where an age is demanded, and the password is not', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, { acr_values: 'mfa' });
  server.advance(300);
  assert.ok(answerOf(await browser.go(authorizeUrl({ scope: 'openid transfer:funds', prompt: 'none' }))).code);
  server.advance(1);
  const asked = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
  assert.match(asked.html, /name="code"/);
  const { body } = await redeem(server, await browser.giveCode(asked));
  const { acr, auth_time, amr_times } = claimsOf(body.access_token);
  assert.deepEqual([acr, auth_time], ['mfa', START + 301]);
  assert.deepEqual(amr_times, { mfa: START + 301, otp: START + 301, pwd: START });
});

test('the password typed again renews no second proof', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, { acr_values: 'mfa' });
  server.advance(301);
  const again = await browser.signIn(await browser.go(authorizeUrl({ prompt: 'login' })));
  assert.ok(answerOf(again).code);
  assert.match((await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }))).url, /^\/challenge\?/);
});

test('T12 T20: a new session knows nothing of an earlier step-up, in the same browser or another', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, { acr_values: 'mfa' });
  await browser.go('/v2/logout');
  server.advance(30);
  const same = await browser.signIn(await browser.go(authorizeUrl({ scope: 'openid transfer:funds' })));
  assert.match(same.url, /^\/challenge\?/);
  const other = new TestBrowser(server);
  const elsewhere = await other.signIn(await other.go(authorizeUrl({ acr_values: 'mfa' })));
  assert.match(elsewhere.url, /^\/challenge\?/);
});

test('requirements of a level and of an age are met together or not at all', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, { acr_values: 'mfa' });
  server.advance(100);
  const silently = async (change: Change) =>
    answerOf(await browser.go(authorizeUrl({ prompt: 'none', ...change }))).error ?? 'code';
  assert.equal(await silently({ acr_values: 'mfa', max_age: '100' }), 'code');
  assert.equal(await silently({ acr_values: 'mfa', max_age: '99' }), 'login_required');
  await browser.signIn(await browser.go(authorizeUrl({ prompt: 'login' })));
  assert.equal(await silently({ acr_values: '1fa', max_age: '0' }), 'login_required');
  server.advance(1);
  assert.equal(await silently({ acr_values: '1fa', max_age: '5' }), 'code');
  assert.equal(await silently({ acr_values: 'mfa', max_age: '5' }), 'login_required');
});
