/** What would be asked, and why: the same as in production, and without a trace of the question. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { sqlStore } from '../store/sql/store.ts';
import { openSqlite } from '../store/sqlite/engine.ts';
import { everythingIn } from '../store/testing/setting.ts';
import { deployScript, postLogin } from '../testing/actions.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { ACCOUNTS, SAM } from '../testing/test-config.ts';
import type { ConfigChange } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';
import { supposeSignIn } from './what-if.ts';

/** A server with a database that can be read as a whole, and its operator. */
const opened = async (t: TestContext, change?: ConfigChange) => {
  const engine = openSqlite(':memory:', START);
  const server = await testServer(t, change, (unused) => {
    void unused.close();
    return sqlStore(engine);
  });
  await server.store.keys.ensure([]);
  const ask = async (...words: string[]) => {
    const lines: string[] = [];
    const { config, log, now } = server.deps;
    const status = await supposeSignIn(server.store, words, {
      config,
      log,
      now,
      print: (line) => void lines.push(line),
    });
    return { status, text: lines.join('\n') };
  };
  return { server, engine, ask };
};

const TRANSFER = ['robin', '--client', 'web', '--audience', ACCOUNTS, '--scope', 'openid transfer:funds'];

test('what somebody who is not signed in would be asked, one thing after the other', async (t) => {
  const { server, run } = await operated(t);
  const { status, text } = await run(supposeSignIn, ...TRANSFER);
  assert.equal(status, 0);
  assert.match(text, /1\. asked to sign in/);
  assert.match(
    text,
    /2\. then asked for totp or recovery-code because transfer:funds demands mfa within 5 minutes; it was not shown/,
  );
  assert.match(
    text,
    /3\. then let through: transfer:funds demands mfa within 5 minutes; the code was \d seconds? old \(openid transfer:funds\)/,
  );
  const sam = await run(supposeSignIn, 'SAM ', ...TRANSFER.slice(1));
  assert.match(sam.text, /2\. then asked to set up /);
  assert.equal(server.logged.length, 0);
});

test('what was proven counts by its age', async (t) => {
  const { run } = await operated(t);
  const first = async (proven: string, ...more: string[]) =>
    (await run(supposeSignIn, ...TRANSFER, '--proven', proven, ...more)).text.split('\n')[1];
  assert.match(
    String(await first('password@5m,totp@47m')),
    /asked for totp .* demands mfa within 5 minutes; the last code was 47 minutes old/,
  );
  assert.match(String(await first('password@3d,totp@4m')), /let through/);
  assert.match(String(await first('password@3d,totp@5m')), /let through/);
  assert.match(String(await first('password@3d,totp@301s')), /asked for totp/);
  assert.match(String(await first('password,totp', '--prompt', 'login')), /asked for/);
  assert.match(
    String(await first('password@1h', '--prompt', 'none')),
    /refused \(login_required\), for the person would have to prove something, and nobody can be asked/,
  );
  assert.match(String(await first('password', '--acr', 'phr')), /asked to set up webauthn/);
});

test('what somebody would have is supposed as well, and so are signs of risk', async (t) => {
  const { ask } = await opened(t, (config) => ({
    ...config,
    risk: { newDevice: { acr: 'mfa', unlessRemembered: true }, manyFailures: { acr: 'phr' } },
    rememberDevice: { acr: 'mfa' },
  }));
  const words = ['robin', '--client', 'web', '--audience', ACCOUNTS, '--scope', 'openid'];
  assert.match((await ask(...words, '--proven', 'password')).text, /the sign of risk new_device demands mfa/);
  assert.match((await ask(...words, '--proven', 'password', '--remembered')).text, /1\. let through/);
  const failed = (await ask(...words, '--proven', 'password', '--failures', '9', '--enrolled', 'password,webauthn'))
    .text;
  assert.match(failed, /1\. asked for webauthn because .*many_failures demands phr/);
  assert.match(failed, /Assumed: They have password, webauthn, whatever is enrolled\./);
});

test('T15: asking consumes nothing and records nothing: the database is the same byte for byte, and no metric moves', async (t) => {
  const { server, engine, ask } = await opened(t, (config) => ({
    ...config,
    risk: { newDevice: { acr: 'mfa' } },
    everySignIn: { acr: 'mfa' },
  }));
  await signInAndStepUp(server, { scope: 'openid transfer:funds' });
  const moved: string[] = [];
  const { metrics } = server.deps;
  Object.assign(server.deps, {
    metrics: new Proxy(metrics, {
      get: (target, name) => {
        moved.push(String(name));
        return Reflect.get(target, name);
      },
    }),
  });
  const before = await everythingIn(engine);
  const logged = server.logged.length;
  for (const proven of ['password', 'password,totp', 'password@1h,recovery-code', 'password@1h,totp@1h']) {
    for (const more of [[], ['--prompt', 'none'], ['--new-device'], ['--acr', 'phr'], ['--at', '+9d'], ['--json']]) {
      assert.equal((await ask(...TRANSFER, '--proven', proven, ...more)).status, 0);
    }
  }
  assert.equal(await everythingIn(engine), before);
  assert.equal(server.logged.length, logged);
  assert.deepEqual(moved, []);
});

test('it is what would really happen', async (t) => {
  const { server, ask } = await opened(t);
  const browser = new TestBrowser(server);
  for (const scope of ['openid', 'openid read:accounts', 'openid transfer:funds', 'nothing']) {
    const said = await ask(
      'sam',
      '--client',
      'web',
      '--audience',
      ACCOUNTS,
      '--scope',
      scope,
      '--proven',
      'password',
      '--json',
    );
    const { steps } = parseJsonObject(said.text) ?? {};
    const [first] = Array.isArray(steps) ? steps : [];
    let stop = await browser.go(authorizeUrl({ scope }));
    if (stop.url.startsWith('/login')) stop = await browser.signIn(stop, SAM);
    const { code, error } = answerOf(stop);
    const really = code === undefined ? (error ?? stop.url.replace(/^\/|\?.*$/g, '')) : 'issue';
    assert.equal(first.error ?? first.step, really, scope);
  }
});

test('the bound Actions are asked as well, and it is told which wanted what; or they are left out', async (t) => {
  const { server, ask } = await opened(t);
  await deployScript(server, 'asks', postLogin(`api.multifactor.enable('any');`));
  await deployScript(server, 'calls', postLogin(`await fetch('https://risk.example/');`));
  const words = ['robin', '--client', 'web', '--audience', ACCOUNTS, '--scope', 'openid', '--proven', 'password'];
  const { text } = await ask(...words);
  assert.match(
    text,
    /^1\. asked for .* because the Action asks demands .*\n {3}the Action asks ran: multifactor\.enable\n/m,
  );
  assert.match(text, /^ {3}the Action calls is not known without its fetch$/m);
  assert.match(text, /^Assumed: What the Action calls would want cannot be known without its fetch/m);
  assert.match((await ask(...words, '--without-actions')).text, /^1\. let through/m);
});

test('what cannot be supposed is said, and nothing breaks', async (t) => {
  const { run } = await operated(t);
  const says = async (...words: string[]) => {
    const { status, text } = await run(supposeSignIn, ...words);
    assert.notEqual(status, 0, text);
    return text;
  };
  assert.match(await says(), /username/);
  assert.match(await says('robin'), /client_id/);
  assert.match(await says('nobody', '--client', 'web'), /There is no such user/);
  assert.match(await says('robin', '--client', 'nothing'), /There is no such client/);
  assert.match(
    await says('robin', '--client', 'web', '--proven', 'webauthn'),
    /They cannot have proven webauthn: what they have is totp/,
  );
  assert.match(await says('robin', '--client', 'web', '--enrolled', 'crystal-ball'), /There is no factor crystal-ball/);
  for (const wrong of [
    ['--at', 'yesterday'],
    ['--max-age', 'long'],
    ['--prompt', 'please'],
    ['--country', 'Switzerland'],
    ['--failures', 'many'],
    ['--proven', 'password@soon'],
    ['--at', '99999999999999'],
  ]) {
    await says('robin', '--client', 'web', ...wrong);
  }
});
