/** People who are sent elsewhere by an Action and come back, with what the other side signed; and what they try instead. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, it } from 'node:test';
import { effectsOf } from './effects-of.ts';
import type { ActionRun } from './run-state.ts';
import { openSandbox } from './testing/sandbox.ts';
import { openScene, proof, REQUESTED_AT } from './testing/scene.ts';

const runtime = openSandbox();
after(() => runtime.close());

const SECRET = 'shared between the Action and the other side';

const action = `exports.onExecutePostLogin = async (event, api) => {
  const token = api.redirect.encodeToken({ secret: event.secrets.SHARED, expiresInSeconds: 60, payload: { what: 'Bürgschaft €' } });
  api.redirect.sendUserTo('https://verify.fabrikam.example/start?x=1', { query: { session_token: token, state: 'chosen by me' } });
};
exports.onContinuePostLogin = async (event, api) => {
  const { verdict } = api.redirect.validateToken({ secret: event.secrets.SHARED, tokenParameterName: 'answer' });
  if (verdict !== 'approved') return api.access.deny('Not verified');
  api.authentication.recordMethod('https://verify.fabrikam.example/');
  api.accessToken.setCustomClaim('https://fabrikam.example/verified', verdict);
};`;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signed = (claims: object, { secret = SECRET, alg = 'HS256' } = {}): string => {
  const text = `${base64url({ alg, typ: 'JWT' })}.${base64url(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

const good = { sub: 'usr_ana', exp: REQUESTED_AT + 60, state: 'st_1', verdict: 'approved' };

const sent = () => openScene({ runtime, actions: [action], secrets: { SHARED: SECRET } });

const back = async (answer: string, state = 'st_1'): Promise<ActionRun> => {
  const scene = sent();
  await scene.run();
  return scene.comesBack({ method: 'GET', query: { state, answer } });
};

it('sends somebody off with a token that the other side can verify, and keeps `state` for the server', async () => {
  const run = await sent().run();
  assert.ok(run.state.is === 'waiting' && run.state.waits[0].wait === 'redirect');
  const url = new URL(run.state.waits[0].url);
  assert.deepEqual([url.origin, url.searchParams.get('x')], ['https://verify.fabrikam.example', '1']);
  assert.equal(url.searchParams.get('state'), null);
  const [header = '', payload = '', signature] = (url.searchParams.get('session_token') ?? '').split('.');
  assert.equal(signature, createHmac('sha256', SECRET).update(`${header}.${payload}`).digest('base64url'));
  assert.deepEqual(JSON.parse(Buffer.from(payload, 'base64url').toString()), {
    what: 'Bürgschaft €',
    iss: 'https://login.fabrikam.example/',
    sub: 'usr_ana',
    ip: '198.51.100.7',
    iat: REQUESTED_AT + 2,
    exp: REQUESTED_AT + 62,
  });
});

it('goes on in onContinuePostLogin with what they bring, and tells later transactions of the method', async () => {
  const run = await back(signed(good));
  assert.equal(run.state.is, 'done');
  const { recordedMethods, accessTokenClaims } = effectsOf(run);
  assert.deepEqual(recordedMethods, ['https://verify.fabrikam.example/']);
  assert.deepEqual(accessTokenClaims, { 'https://fabrikam.example/verified': 'approved' });
});

it('denies when the other side says no', async () => {
  const run = await back(signed({ ...good, verdict: 'declined' }));
  assert.deepEqual(run.state, { is: 'denied', action: 'action-1', reason: 'Not verified' });
  assert.deepEqual(effectsOf(run).accessTokenClaims, {});
});

it('fails when what they bring is not signed for this person, this redirect and this hour', async () => {
  const [header, payload] = signed(good).split('.');
  const bad = {
    'signed by somebody else': signed(good, { secret: 'guessed' }),
    'signed with nothing': `${base64url({ alg: 'none' })}.${payload}.`,
    'of another algorithm': signed(good, { alg: 'HS512' }),
    'without its signature': `${header}.${payload}.`,
    'of another person': signed({ ...good, sub: 'usr_eve' }),
    'of another redirect': signed({ ...good, state: 'st_0' }),
    'of no redirect': signed({ ...good, state: undefined }),
    expired: signed({ ...good, exp: REQUESTED_AT }),
    'that never expires': signed({ ...good, exp: undefined }),
    'that is no token': 'x',
    missing: '',
  };
  for (const [what, answer] of Object.entries(bad)) {
    const { state } = await back(answer);
    assert.ok(state.is === 'failed' && state.failure === 'threw', `${what}: ${JSON.stringify(state)}`);
  }
});

it('asks nobody back who has not been sent, and nobody twice', async () => {
  const scene = sent();
  const early = await scene.comesBack({ query: { state: 'st_1', answer: signed(good) } });
  assert.ok(early.state.is === 'waiting', 'they were sent there now');
  const done = await scene.comesBack({ query: { state: 'st_1', answer: signed(good) } });
  assert.equal(done.state.is, 'done');
  assert.equal(await scene.comesBack({ query: {} }), done);
});

it('lets nobody skip a challenge by coming back from a redirect that is still to come', async () => {
  const both = `exports.onExecutePostLogin = async (event, api) => {
    api.redirect.sendUserTo('https://verify.fabrikam.example/');
    api.authentication.challengeWith({ type: 'otp' });
  };
  exports.onContinuePostLogin = async () => {};`;
  const scene = openScene({ runtime, actions: [both] });
  await scene.run();
  const tried = await scene.comesBack({});
  assert.ok(tried.state.is === 'waiting' && tried.state.waits[0].wait === 'proof');
  const proven = await scene.proves(proof('totp', 3));
  assert.ok(proven.state.is === 'waiting' && proven.state.waits[0].wait === 'redirect');
  assert.equal((await scene.comesBack({})).state.is, 'done');
});

it('fails when there is nothing to go on with, and waits again when the Action sends them again', async () => {
  const once = `exports.onExecutePostLogin = async (event, api) => { api.redirect.sendUserTo('https://a.example/'); };`;
  const scene = openScene({ runtime, actions: [once] });
  await scene.run();
  const { state } = await scene.comesBack({});
  assert.ok(state.is === 'failed' && state.failure === 'not_runnable');

  const again = `${once} exports.onContinuePostLogin = async (event, api) => {
    if (event.request.query.try !== '2') api.redirect.sendUserTo('https://a.example/again');
  };`;
  const second = openScene({ runtime, actions: [again] });
  await second.run();
  const sentAgain = await second.comesBack({ query: { try: '1' } });
  assert.ok(sentAgain.state.is === 'waiting' && sentAgain.state.waits[0].wait === 'redirect');
  assert.equal((await second.comesBack({ query: { try: '2' } })).state.is, 'done');
});

it('ends in interaction_required where nobody can be sent', async () => {
  const { state } = await openScene({
    runtime,
    actions: [action],
    secrets: { SHARED: SECRET },
    interactive: false,
  }).run();
  assert.ok(state.is === 'failed' && state.failure === 'interaction_required' && state.needs === 'redirect');
});

it('sends nobody anywhere but by TLS, or to a program on the same machine', async () => {
  const to = async (url: string) => {
    const code = `exports.onExecutePostLogin = async (event, api) => { api.redirect.sendUserTo(${JSON.stringify(url)}); };`;
    return (await openScene({ runtime, actions: [code] }).run()).state.is;
  };
  assert.equal(await to('http://localhost:3000/redirect'), 'waiting');
  const unsafe = [
    'http://a.example/',
    'javascript:alert(1)',
    'https://user:pw@a.example/',
    '/relative',
    'data:,x',
    'https://',
  ];
  for (const url of unsafe) assert.equal(await to(url), 'failed', url);
});
