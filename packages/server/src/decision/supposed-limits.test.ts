/** What a supposition with Actions may cost, and what is said when it cannot be answered. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { deployAction } from '../actions/deploy/deploy.ts';
import { openEncryptionKey } from '../actions/deploy/encryption-key.ts';
import { supposeSignIn } from '../cli/what-if.ts';
import { sha256 } from '../digest.ts';
import { deployScript, postLogin } from '../testing/actions.ts';
import { post, tokenFor, watched } from '../testing/management.ts';
import { operated } from '../testing/operated.ts';
import { testServer } from '../testing/test-server.ts';
import { parseSupposition } from './supposition.ts';
import type { WhatIfDeps } from './what-if.ts';
import { whatIf } from './what-if.ts';

/** A server with Actions; every run of one is counted, and takes as long as it is said to. */
const counting = async (t: TestContext, actions: Readonly<Record<string, string>>, msEach = 0) => {
  const server = await testServer(t);
  for (const [name, body] of Object.entries(actions)) await deployScript(server, name, postLogin(body));
  const seen = { runs: 0 };
  const deployed = server.deps.actions;
  const ask = async (change: Partial<WhatIfDeps> = {}) => {
    const supposition = parseSupposition({ username: 'robin', client_id: 'web', proven: [{ factor: 'password' }] });
    assert.ok(supposition.ok);
    const answer = await whatIf(supposition.value, {
      ...server.deps,
      canMail: true,
      actions: {
        bound: () => deployed.bound(),
        version: (id) => {
          seen.runs += 1;
          return deployed.version(id);
        },
      },
      steadyMs: () => seen.runs * msEach,
      ...change,
    });
    assert.ok(answer.ok);
    const { steps, assumed } = answer.value;
    return {
      assumed,
      ran: steps.flatMap(({ actions: ran = [] }) => ran.map(({ action, outcome }) => `${action} ${outcome}`)),
    };
  };
  return { server, seen, ask };
};

const named = (names: readonly string[], body: string) => Object.fromEntries(names.map((name) => [name, body]));

test('T15: each Action runs once for a supposition, however many of them fetch', async (t) => {
  const fetching = ['f1', 'f2', 'f3', 'f4'];
  const { seen, ask } = await counting(t, {
    a: `console.log('a');`,
    ...named(fetching, `await fetch('https://risk.example/');`),
    z: `api.accessToken.removeScope('read:accounts');`,
  });
  const { ran } = await ask();
  assert.deepEqual(ran, ['a finished', 'z finished', ...fetching.map((name) => `${name} not_known`)]);
  assert.equal(seen.runs, 6);
});

test('T15: a supposition ends in time: what did not run then is not known, and it is said so', async (t) => {
  const { seen, ask } = await counting(t, named(['a', 'b', 'c', 'd', 'e'], `console.log('slow');`), 2000);
  const { ran, assumed } = await ask();
  assert.deepEqual(ran, ['a finished', 'b finished', 'c finished', 'd out_of_time', 'e out_of_time']);
  assert.equal(seen.runs, 3);
  assert.match(
    assumed.join(' '),
    /the Action e would want is not known, for there was no time left; it may demand more/,
  );
});

test('… and so is one that is stopped when no time is left', async (t) => {
  const waits = `await new Promise((on) => setTimeout(on, 10_000)); api.access.deny('late');`;
  const { server, ask } = await counting(t, { waits }, 6000);
  const { config } = server.deps;
  const { actions } = config;
  const short = { ...config, actions: { ...actions, limits: { ...actions.limits, wallMs: 50 } } };
  assert.deepEqual((await ask({ config: short })).ran, ['waits out_of_time']);
});

test('T16: bound Actions that cannot be read are told by the API, and nothing is supposed without them', async (t) => {
  const server = await testServer(t, watched);
  await deployScript(server, 'asks', postLogin(`api.multifactor.enable('any');`));
  const token = await tokenFor(server, 'simulate:decisions');
  const broken = () => Promise.reject(new Error('hush'));
  const { actions } = server.deps;
  for (const unreadable of [
    { ...actions, bound: broken },
    { ...actions, version: broken },
  ]) {
    Object.assign(server.deps, { actions: unreadable });
    const supposed = { username: 'robin', client_id: 'web', proven: [{ factor: 'password' }] };
    const { status, body } = await post(server, '/api/v2/simulations', token, supposed);
    assert.deepEqual([status, body.status, body.title], [503, 503, 'Actions unreadable']);
    assert.match(String(body.detail), /^The bound Actions cannot be read/);
    assert.doesNotMatch(JSON.stringify(body), /hush/);
    assert.equal((await post(server, '/api/v2/simulations', token, { ...supposed, actions: false })).status, 200);
  }
});

test('T16: … and by the command line, where the key is not the one that they were deployed with', async (t) => {
  const { server, run } = await operated(t);
  const { store, deps } = server;
  const otherKey = { ...deps.config, encryptionKey: Buffer.alloc(32, 9).toString('base64url') };
  const code = postLogin(`api.access.deny(event.secrets.KEY);`);
  await deployAction(
    {
      store: store.actions,
      settings: deps.config.actions,
      encryptionKey: () => openEncryptionKey(otherKey, 'throw'),
      now: deps.now,
      randomBytes: deps.randomBytes,
    },
    { name: 'keeps', program: { checksum: sha256(code), code }, dependencies: [], warnings: [] },
    { KEY: 'hush' },
    'live',
  );
  const { status, text } = await run(supposeSignIn, 'robin', '--client', 'web');
  assert.equal(status, 1);
  assert.match(text, /^The bound Actions cannot be read, .*\nLeave them out with --without-actions\.$/);
  assert.equal((await run(supposeSignIn, 'robin', '--client', 'web', '--without-actions')).status, 0);
});
