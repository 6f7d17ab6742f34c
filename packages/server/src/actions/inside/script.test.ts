/** The code that Actions meet, by itself: every method of `api`, what it takes, what it says no to, and what it hands on. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import vm from 'node:vm';
import type { Command, Json } from '../call.ts';
import { parseCommands } from '../commands.ts';
import { insideScript } from './script.ts';

const NOW = 1_790_000_000_000;

interface Opened {
  readonly commands: readonly Command[];
  readonly warnings: readonly string[];
  /** Evaluates code in which `api` and `event` are there. */
  run(code: string): unknown;
  /** What it throws: its name and its message. */
  thrown(code: string): string;
}

const open = (context: Readonly<Record<string, Json>> = {}, event: Readonly<Record<string, Json>> = {}): Opened => {
  const commands: Command[] = [];
  const warnings: string[] = [];
  const world = vm.createContext({
    console: { warn: (words: string) => warnings.push(words) },
    host: {
      event: { user: { user_id: 'u1' }, request: { hostname: 'h', ip: '1.2.3.4', query: {}, body: {} }, ...event },
      context: {
        handler: 'onExecutePostLogin',
        protocol: 'oidc-basic-profile',
        canRedirect: true,
        cache: {},
        ...context,
      },
      record: (call: string, args: readonly Json[]) => {
        commands.push(structuredClone({ call, args }));
      },
      ask: async (question: Json) => question,
      hmacSha256: (key: string, data: string) => createHmac('sha256', key).update(data).digest('base64url'),
      nowMs: () => NOW,
    },
  });
  vm.runInContext(`const { event, api } = (${insideScript()})(host);`, world);
  const run = (code: string): unknown => vm.runInContext(code, world);
  return {
    commands,
    warnings,
    run,
    thrown: (code) =>
      String(run(`(() => { try { ${code}; return 'nothing'; } catch (e) { return e.name + ': ' + e.message; } })()`)),
  };
};

/** One sound call of every method that is recorded. */
const SOUND: Readonly<Record<string, string>> = {
  'access.deny': `'x'`,
  'accessToken.setCustomClaim': `'x', { y: 1 }`,
  'accessToken.addScope': `'x'`,
  'accessToken.removeScope': `'x'`,
  'idToken.setCustomClaim': `'x', null`,
  'multifactor.enable': `'google-authenticator', { allowRememberBrowser: true, providerOptions: {} }`,
  'authentication.challengeWith': `{ type: 'otp' }, { additionalFactors: [{ type: 'recovery-code' }] }`,
  'authentication.challengeWithAny': `[{ type: 'phone', options: { preferredMethod: 'voice' } }]`,
  'authentication.enrollWith': `{ type: 'webauthn-roaming' }`,
  'authentication.enrollWithAny': `[{ type: 'webauthn-platform' }, { type: 'push-notification' }]`,
  'redirect.sendUserTo': `'https://a.example/', { query: { a: 'b' } }`,
  'user.setUserMetadata': `'x', { y: [] }`,
  'user.setAppMetadata': `'x', null`,
  'validation.error': `'code', 'words'`,
  'transaction.setMetadata': `'x', true`,
  'cache.set': `'k', 'v', { ttl: 1000 }`,
  'session.revoke': `'x', {}`,
  'session.setExpiresAt': `${NOW}`,
  'session.setIdleExpiresAt': `${NOW}`,
  'session.setCookieMode': `'persistent'`,
  'session.setMetadata': `'x', 'y'`,
  'session.deleteMetadata': `'x'`,
  'session.evictMetadata': '',
  'refreshToken.setExpiresAt': `${NOW}`,
  'refreshToken.setIdleExpiresAt': `${NOW}`,
  'refreshToken.setMetadata': `'x', 1`,
  'refreshToken.deleteMetadata': `'x'`,
  'refreshToken.evictMetadata': '',
};

describe('every method', () => {
  it('records what the server accepts, and returns api, or nothing where Auth0 returns nothing', () => {
    for (const [call, args] of Object.entries(SOUND)) {
      const at = open();
      const returned = at.run(`api.${call}(${args})`);
      assert.deepEqual(
        at.commands.map((command) => command.call),
        [call],
      );
      const parsed = parseCommands(at.commands, { handler: 'onExecutePostLogin', protocol: 'oidc-basic-profile' });
      assert.ok(parsed.ok, `${call}: ${JSON.stringify(parsed)}`);
      if (call.startsWith('authentication.')) assert.equal(returned, undefined, call);
      else if (!call.startsWith('cache.')) assert.equal(returned, at.run('api'), call);
    }
  });

  it('takes a copy, which later changes do not reach', () => {
    const at = open();
    at.run(`const claim = { a: [1] }; api.idToken.setCustomClaim('x', claim); claim.a.push(2);`);
    assert.deepEqual(at.commands[0]?.args, ['x', { a: [1] }]);
  });

  it('says in words what is wrong with its arguments, and records nothing', () => {
    const at = open();
    const bad: Readonly<Record<string, RegExp>> = {
      'api.access.deny()': /^TypeError: api\.access\.deny: reason must be a string$/,
      'api.access.deny(null)': /reason must be a string/,
      'api.accessToken.addScope("")': /scope must be a string that is not empty/,
      'api.idToken.setCustomClaim(1, 2)': /key must be a string/,
      'api.idToken.setCustomClaim("x", () => 1)': /value must be a value that JSON can hold/,
      'api.idToken.setCustomClaim("x", 1n)': /JSON can hold/,
      'const a = {}; a.a = a; api.user.setAppMetadata("x", a)': /JSON can hold/,
      'api.multifactor.enable("sms")': /provider must be one of any, none/,
      'api.multifactor.enable()': /provider must be/,
      'api.authentication.challengeWith("otp")': /factor must be an object whose type is one of otp, email/,
      'api.authentication.challengeWith({ type: "sms" })': /one of otp, email/,
      'api.authentication.challengeWithAny([])': /factors must be an array/,
      'api.authentication.challengeWithAny([{ type: "otp" }, {}])': /factors must be an array/,
      'api.authentication.recordMethod("https://a.example/")': /in onContinuePostLogin only/,
      'api.refreshToken.revoke("x")': /no refresh token is being exchanged/,
      'api.session.setExpiresAt(1790000000)': /milliseconds since 1970, not of seconds/,
      'api.session.setExpiresAt(new Date())': /milliseconds/,
      'api.session.setCookieMode("off")': /"persistent" or "non-persistent"/,
      'api.transaction.setMetadata("x", {})': /a string, a number or a boolean/,
      'api.redirect.sendUserTo("/here")': /absolute address/,
      'api.redirect.sendUserTo("https://a.example/", { query: { a: {} } })': /a in query must be a string/,
      'api.redirect.encodeToken({})': /secret must be a string/,
      'api.redirect.encodeToken({ secret: "s", expiresInSeconds: 0 })': /above 0/,
      'api.redirect.validateToken({ secret: "s" })': /in onContinuePostLogin only/,
      'api.cache.set("k", 1)': /value must be a string/,
      'api.cache.get()': /key must be a string/,
    };
    for (const [code, words] of Object.entries(bad)) assert.match(at.thrown(code), words, code);
    assert.deepEqual(at.commands, []);
  });
});

describe('what is left out', () => {
  it('is an error named Unsupported that says so, whatever is called of it', () => {
    const at = open();
    const calls = [
      'samlResponse.setAttribute("x", 1)',
      'samlResponse.setDestination()',
      'prompt.render("ap_1")',
      'rules.wasExecuted("rul_1")',
      'groups.getUserGroups()',
      'groups.hasGroupMembership("g")',
      'roles.getUserEffectiveRoles()',
      'authentication.setPrimaryUser("u2")',
      'multifactor.enable("duo")',
    ];
    for (const call of calls)
      assert.match(at.thrown(`api.${call}`), /^Unsupported: api\.\w+\.\w+ does not exist here\. \S/, call);
    assert.deepEqual(at.commands, []);
  });

  it('does not get in the way of printing api or returning it from an async function', async () => {
    const at = open();
    assert.equal(typeof at.run('JSON.stringify(api)'), 'string');
    assert.equal(await at.run('(async () => Object.keys(await api.samlResponse).length)()'), 0);
  });
});

describe('values that are undefined', () => {
  it('set no claim, and metadata with a warning only', () => {
    const at = open();
    at.run(`api.idToken.setCustomClaim('x', undefined); api.user.setUserMetadata('y', undefined);`);
    assert.deepEqual(at.commands, []);
    assert.equal(at.warnings.length, 1);
  });
});

describe('api.cache', () => {
  const cache = { old: { value: 'v', expiresAtMs: NOW + 1 }, gone: { value: 'v', expiresAtMs: NOW } };

  it('gives what has not expired, and what the Action itself has put there', () => {
    const at = open({ cache });
    assert.deepEqual(at.run(`JSON.stringify(api.cache.get('old'))`), `{"value":"v","expires_at":${NOW + 1}}`);
    assert.equal(at.run(`api.cache.get('gone')`), undefined);
    assert.equal(at.run(`api.cache.set('new', 'w').type`), 'success');
    assert.equal(at.run(`api.cache.get('new').value`), 'w');
    assert.equal(at.run(`api.cache.delete('new').type; api.cache.get('new')`), undefined);
    assert.deepEqual(
      at.commands.map(({ call }) => call),
      ['cache.set', 'cache.delete'],
    );
  });

  it('keeps for a quarter of an hour unless told otherwise, and never longer than a day', () => {
    const expiry = (options: string) => open().run(`api.cache.set('k', 'v'${options}).record.expires_at`);
    assert.equal(expiry(''), NOW + 900_000);
    assert.equal(expiry(', { ttl: 5000 }'), NOW + 5000);
    assert.equal(expiry(`, { expires_at: ${NOW + 7000}, ttl: 9000 }`), NOW + 7000);
    assert.equal(expiry(', { ttl: 1e12 }'), NOW + 86_400_000);
  });

  it('answers with Auth0’s codes when it cannot keep something, and keeps what was there', () => {
    const code = (call: string) => open({ cache }).run(`api.cache.${call}.code`);
    assert.equal(code(`set('k'.repeat(65), 'v')`), 'CacheKeySizeExceeded');
    assert.equal(code(`set('ü'.repeat(33), 'v')`), 'CacheKeySizeExceeded');
    assert.equal(code(`set('k', 'v'.repeat(4097))`), 'CacheValueSizeExceeded');
    assert.equal(code(`set('k', 'v', { ttl: -1 })`), 'ItemAlreadyExpired');
    assert.equal(code(`set('k', 'v', { ttl: 'long' })`), 'InvalidExpiry');
    assert.equal(code(`delete('k')`), 'CacheKeyDoesNotExist');
    const at = open({ cache });
    at.run(`api.cache.set('a', 'x'.repeat(4000));`);
    assert.equal(at.run(`api.cache.set('old', 'x'.repeat(4096)).type`), 'success');
    assert.equal(at.run(`api.cache.set('b', 'x'.repeat(100)).code`), 'CacheSizeExceeded');
    assert.equal(at.run(`api.cache.get('b')`), undefined);
    assert.equal(
      at.run(`let last; for (let i = 0; i < 25; i += 1) last = api.cache.set('n' + i, ''); last.code`),
      'CacheSizeExceeded',
    );
  });
});

describe('after a redirect', () => {
  it('has recordMethod, for addresses by TLS', () => {
    const at = open({ handler: 'onContinuePostLogin' });
    at.run(`api.authentication.recordMethod('https://verify.example/')`);
    assert.deepEqual(at.commands, [{ call: 'authentication.recordMethod', args: ['https://verify.example/'] }]);
    assert.match(at.thrown(`api.authentication.recordMethod('mfa')`), /begins with https/);
  });

  it('reads in a token what was put in, in any script', () => {
    const state = 'st_1';
    const first = open();
    const text = 'ä€😀\u0000"\\';
    const token = first.run(
      `api.redirect.encodeToken({ secret: 's', payload: { text: ${JSON.stringify(text)}, state: '${state}', sub: 'forged', exp: 1 } })`,
    );
    assert.ok(typeof token === 'string');
    const request = { hostname: 'h', ip: '1.2.3.4', query: { session_token: token, state }, body: {} };
    const back = open({ handler: 'onContinuePostLogin' }, { request });
    assert.equal(back.run(`api.redirect.validateToken({ secret: 's' }).text`), text);
    assert.equal(back.run(`api.redirect.validateToken({ secret: 's' }).sub`), 'u1');
  });
});
