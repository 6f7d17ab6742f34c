/** Coming home from a page: whose request it is, how long, and that its address changes nothing (T17). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { formPost, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';

const PAGES = ['login', 'challenge', 'enrol', 'consent', 'select-account'];

const interactionOf = ({ url }: Stop): string =>
  new URL(url, 'https://login.fabrikam.example/').searchParams.get('interaction') ?? '';

const fieldsOf = (url: string): Readonly<Record<string, string>> =>
  Object.fromEntries(new URL(url, 'https://login.fabrikam.example/').searchParams);

const post = (browser: TestBrowser, url: string): Promise<Stop> =>
  browser.go('/authorize', formPost(fieldsOf(url), { origin: 'https://intranet.fabrikam.example' }));

/** A browser that stands before the challenge of a transfer. */
const challenged = async (server: TestServer) => {
  const { browser } = await signInAndStepUp(server);
  return { browser, challenge: await browser.go(authorizeUrl({ scope: 'openid transfer:funds' })) };
};

test('T17: parameters added to the address of a request that comes home are nothing', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const id = interactionOf(challenge);
  for (const extra of ['&acr_values=1fa', '&scope=openid', '&prompt=none', '&max_age=99999', '&client_id=spa']) {
    const stop = await browser.go(`/authorize?interaction=${id}${extra}`);
    assert.match(stop.url, /^\/challenge\?interaction=/, extra);
  }
  const mixed = await browser.go(`${authorizeUrl({ scope: 'openid' })}&interaction=${id}`);
  assert.match(mixed.url, /^\/challenge\?interaction=/);
});

test('T17: an interaction named twice, or none that exists, opens nothing', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const id = interactionOf(challenge);
  for (const query of [
    `interaction=${id}&interaction=${id}`,
    'interaction=',
    'interaction=int_x',
    `interaction=${id}x`,
  ]) {
    for (const path of ['authorize', ...PAGES]) assert.equal((await browser.go(`/${path}?${query}`)).status, 400);
  }
});

test('T17: every page of a request leads to the step that is due, not to the one that was typed', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  for (const path of PAGES) {
    const stop = await browser.go(`/${path}?interaction=${interactionOf(challenge)}`);
    assert.match(stop.url, /^\/challenge\?/);
  }
});

test('T17: a request that is asked again with less gets less', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const { body } = await redeem(server, await browser.go(authorizeUrl({ scope: 'openid read:accounts' })));
  assert.equal(body.scope, 'openid read:accounts');
  assert.equal(claimsOf(body.access_token).acr, '1fa');
  assert.match((await browser.go(`/authorize?interaction=${interactionOf(challenge)}`)).url, /^\/challenge/);
});

test('an interaction belongs to the browser it began in', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const id = interactionOf(challenge);
  const stranger = new TestBrowser(server);
  await stranger.go(authorizeUrl());
  const without = new TestBrowser(server);
  const thief = new TestBrowser(server);
  thief.cookies.set('__Host-stile_session', browser.cookies.get('__Host-stile_session') ?? '');
  for (const path of ['authorize', ...PAGES]) {
    const foreign = await stranger.go(`/${path}?interaction=${id}`);
    assert.equal(foreign.status, 400);
    assert.match(foreign.html, /meant for somebody else/);
    for (const other of [without, thief]) {
      const blocked = await other.go(`/${path}?interaction=${id}`);
      assert.equal(blocked.status, 400);
      assert.match(blocked.html, /blocks cookies/);
    }
  }
  assert.ok(answerOf(await browser.giveCode(challenge)).code);
});

test('somebody who is signed in elsewhere gets no code for a request that began in another browser', async (t) => {
  const server = await testServer(t);
  const victim = new TestBrowser(server);
  const login = await victim.go(authorizeUrl());
  const { browser } = await signInAndStepUp(server);
  const stop = await browser.go(`/authorize?interaction=${interactionOf(login)}`);
  assert.deepEqual([stop.status, answerOf(stop).code], [400, undefined]);
  assert.ok(answerOf(await victim.signIn(login)).code);
});

test('an interaction is over when its time is, to the second', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const id = interactionOf(challenge);
  server.advance(1799);
  assert.equal((await browser.go(`/challenge?interaction=${id}`)).status, 200);
  server.advance(1);
  for (const path of ['authorize', ...PAGES]) {
    const stop = await browser.go(`/${path}?interaction=${id}`);
    assert.equal(stop.status, 400);
    assert.match(stop.html, /expired/);
  }
});

test('a request is answered once: the way back after it leads to a page that says so', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const id = interactionOf(challenge);
  assert.ok(answerOf(await browser.giveCode(challenge)).code);
  for (const path of ['authorize', ...PAGES])
    assert.equal((await browser.go(`/${path}?interaction=${id}`)).status, 400);
  assert.equal((await browser.giveCode(challenge)).status, 400);
});

test('two tabs end each for itself', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const one = await browser.go(authorizeUrl({ state: 'one' }));
  const two = await browser.go(authorizeUrl({ state: 'two' }));
  assert.equal(answerOf(await browser.signIn(one)).state, 'one');
  // The second tab still shows the login page; its answer finds that everything is done.
  const end = await browser.signIn(two);
  assert.equal(answerOf(end).state, 'two');
  assert.ok(answerOf(end).code);
});

test('T10: when somebody else signs in beside, what the first one began ends in a refusal', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const aside = await browser.go(authorizeUrl({ claims: JSON.stringify({ id_token: { sub: { value: SAM.id } } }) }));
  assert.ok(answerOf(await browser.signIn(aside, SAM)).code);
  const { error, code } = answerOf(await browser.go(`/authorize?interaction=${interactionOf(challenge)}`));
  assert.deepEqual([error, code], ['login_required', undefined]);
});

test('T10: when the session ran out in between, nobody but the one who began may sign in for the rest', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, sessions: { idle: '10m' } }));
  const { browser, challenge } = await challenged(server);
  server.advance(700);
  const login = await browser.go(challenge.url);
  assert.match(login.url, /^\/login\?/);
  const other = await browser.signIn(login, SAM);
  assert.equal(other.status, 400);
  assert.match(other.html, /meant for somebody else/);
  assert.equal(browser.cookies.has('__Host-stile_session'), true);
  const again = await browser.signIn(await browser.go(challenge.url), ROBIN);
  assert.match(again.url, /^\/challenge\?/);
  assert.ok(answerOf(await browser.giveCode(again)).code);
});

test('a posted request without cookies becomes one of the browser that fetches it, with its session', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const posted = await new TestBrowser(server).send('/authorize', formPost(fieldsOf(authorizeUrl())));
  assert.equal(posted.status, 303);
  assert.deepEqual(posted.headers.getSetCookie(), []);
  const home = posted.headers.get('location') ?? '';
  const stop = await browser.go(home);
  assert.ok(answerOf(stop).code);
  assert.equal(answerOf(stop).state, 'state-1');
  assert.equal((await redeem(server, stop)).status, 200);
  assert.equal((await browser.go(home)).status, 400);
});

test('a posted request is fetched by one browser only', async (t) => {
  const server = await testServer(t);
  const posted = await server.send('/authorize', formPost(fieldsOf(authorizeUrl())));
  const home = posted.headers.get('location') ?? '';
  const both = await Promise.all([new TestBrowser(server).go(home), new TestBrowser(server).go(home)]);
  assert.equal(both.filter(({ status }) => status === 200).length, 1);
  assert.equal(both.filter(({ status }) => status === 400).length, 1);
});

test('a posted request goes through all its pages', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const login = await post(browser, authorizeUrl({ scope: 'openid transfer:funds' }));
  assert.match(login.url, /^\/login\?/);
  const done = await browser.giveCode(await browser.signIn(login));
  assert.equal((await redeem(server, done)).body.scope, 'openid transfer:funds');
});

test('a posted prompt=login in the very second of the last proof asks again, as one by GET does', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  for (const change of [{ prompt: 'login' }, { max_age: '0' }]) {
    const asked = await post(browser, authorizeUrl(change));
    assert.match(asked.url, /^\/challenge\?/);
  }
  const { body } = await redeem(server, await browser.signIn(await post(browser, authorizeUrl({ prompt: 'login' }))));
  assert.equal(claimsOf(body.id_token).auth_time, START + 1);
});

test('a posted request that nobody fetches in time is gone', async (t) => {
  const server = await testServer(t);
  const posted = await server.send('/authorize', formPost(fieldsOf(authorizeUrl())));
  server.advance(1800);
  assert.equal((await new TestBrowser(server).go(posted.headers.get('location') ?? '')).status, 400);
});

test('what was taken from a client while a person answered is gone when the request comes home', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  const clients = new Map([...server.deps.config.clients].filter(([id]) => id !== 'web'));
  Object.assign(server.deps.config, { clients });
  assert.equal((await browser.go(`/authorize?interaction=${interactionOf(login)}`)).status, 400);
  assert.equal((await browser.signIn(login)).status, 400);
});
