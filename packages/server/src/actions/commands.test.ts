/** What an Action could have its commands say, once it has changed the code that makes them. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Json } from './call.ts';
import { parseCommands } from './commands.ts';
import { openSandbox } from './testing/sandbox.ts';
import { doing, failureOf, openScene } from './testing/scene.ts';

const runtime = openSandbox();
after(() => runtime.close());

const RECORDED = { handler: 'onExecutePostLogin', protocol: 'oidc-basic-profile' } as const;

const isRefused = (call: string, ...args: readonly Json[]): boolean => !parseCommands([{ call, args }], RECORDED).ok;

describe('a command that no code of ours makes', () => {
  it('is refused when there is no such call', () => {
    const names = [
      '',
      'multifactor.disable',
      'access.allow',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'x'.repeat(9999),
    ];
    for (const name of names) assert.ok(isRefused(name, 'x'), name);
  });

  it('T17: cannot make a claim of what was proven, or of whose token it is', () => {
    for (const name of [
      'acr',
      'acrs',
      'amr',
      'amr_times',
      'auth_time',
      'sub',
      'iss',
      'aud',
      'exp',
      'scope',
      'client_id',
      'sid',
      'cnf',
      'single_use',
      'grant_id',
      'azp',
      'nonce',
    ]) {
      assert.ok(isRefused('idToken.setCustomClaim', name, 'phr'), name);
      assert.ok(isRefused('accessToken.setCustomClaim', name, 'phr'), name);
    }
    assert.ok(isRefused('idToken.setCustomClaim', '__proto__', {}));
  });

  it('is refused with arguments that are missing, too many, of another kind or too large', () => {
    const bad: readonly (readonly [string, ...Json[]])[] = [
      ['access.deny'],
      ['access.deny', 1],
      ['access.deny', 'x', 'y'],
      ['access.deny', 'x'.repeat(2000)],
      ['accessToken.addScope', 'two words'],
      ['accessToken.addScope', 'quo"te'],
      ['accessToken.addScope', ''],
      ['multifactor.enable', 'all', { allowRememberBrowser: false }],
      ['multifactor.enable', 'any'],
      ['multifactor.enable', 'any', { allowRememberBrowser: 'yes' }],
      ['authentication.challengeWith', { type: 'sms' }],
      ['authentication.challengeWith', { type: 'password' }],
      ['authentication.challengeWithAny', []],
      ['authentication.challengeWithAny', Array.from({ length: 21 }, () => ({ type: 'otp' }))],
      ['authentication.recordMethod', 'https://other.example/'],
      ['refreshToken.revoke', 'x'],
      ['redirect.sendUserTo', 'javascript:alert(1)'],
      ['redirect.sendUserTo', 'https://a.example/', { query: { x: 1 } }],
      ['redirect.sendUserTo', `https://a.example/${'x'.repeat(5000)}`],
      ['validation.error', 'has blanks', 'x'],
      ['validation.error', 'line\nbreak', 'x'],
      ['user.setAppMetadata', '', 1],
      ['user.setAppMetadata', '__proto__', { admin: true }],
      ['user.setAppMetadata', 'x', { nested: { ['__proto__']: { admin: true } } }],
      ['user.setAppMetadata', 'x', 'x'.repeat(40_000)],
      ['transaction.setMetadata', 'x', { no: 'objects' }],
      ['transaction.setMetadata', 'x'.repeat(65), 1],
      ['cache.set', 'k', 'x'.repeat(5000), 1],
      ['cache.set', 'k'.repeat(65), 'v', 1],
      ['session.setExpiresAt', 1e300],
      ['session.setExpiresAt', -1],
      ['session.setExpiresAt', '2030-01-01'],
      ['session.setCookieMode', 'forever'],
      ['session.setMetadata', 'k', 'x'.repeat(256)],
      ['session.revoke', 'x', { preserveRefreshTokens: 'no' }],
    ];
    for (const [call, ...args] of bad)
      assert.ok(isRefused(call, ...args), JSON.stringify([call, ...args]).slice(0, 100));
  });

  it('is refused together with all the others, and so are too many', () => {
    const good = { call: 'accessToken.addScope', args: ['read'] };
    assert.ok(parseCommands([good], RECORDED).ok);
    assert.ok(!parseCommands([good, { call: 'nothing', args: [] }], RECORDED).ok);
    assert.ok(
      !parseCommands(
        Array.from({ length: 501 }, () => good),
        RECORDED,
      ).ok,
    );
  });
});

describe('an Action that has changed the code around it', () => {
  const tampering: Readonly<Record<string, string>> = {
    'lets every check of a list pass': `Array.prototype.includes = () => false; api.idToken.setCustomClaim('acr', 'phr');`,
    'makes JSON of its own': `JSON.parse = () => 'phr'; api.idToken.setCustomClaim('x', 1); JSON.parse = () => ({ x: 1 }); api.access.deny('x');`,
    'names its own factor': `const { every } = Array.prototype; Array.prototype.every = () => true;
      api.authentication.challengeWithAny([{ type: 'nothing' }]); Array.prototype.every = every;`,
    'hides an address': `RegExp.prototype.test = () => true; api.redirect.sendUserTo('javascript:alert(1)');`,
  };
  for (const [how, body] of Object.entries(tampering)) {
    it(`fails the run when it ${how}`, async () => {
      const run = await openScene({ runtime, actions: [doing(body)] }).run();
      assert.ok(['invalid_command', 'threw'].includes(failureOf(run)), failureOf(run));
    });
  }

  it('reaches a later run with none of it', async () => {
    const spoil = doing(`Array.prototype.includes = () => false; globalThis.left = 1; Object.prototype.left = 1;`);
    const look = doing(`api.idToken.setCustomClaim('left', [typeof left, typeof ({}).left, ['a'].includes('a')]);`);
    const run = await openScene({ runtime, actions: [spoil, look] }).run();
    assert.deepEqual(run.effects, [
      { effect: 'id-token-claim', name: 'left', value: ['undefined', 'undefined', true] },
    ]);
  });
});
