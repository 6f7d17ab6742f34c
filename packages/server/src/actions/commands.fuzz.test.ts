import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage } from '../../../../tools/fuzz/hostile-text.ts';
import type { Command, Json } from './call.ts';
import type { ParsedCommand } from './commands.ts';
import { parseCommands } from './commands.ts';
import { RESTRICTED_CLAIMS } from './inside/restricted-claims.ts';
import { isJson, jsonBytes } from './json.ts';

const CALLS = (
  'access.deny accessToken.setCustomClaim accessToken.addScope accessToken.removeScope idToken.setCustomClaim multifactor.enable ' +
  'authentication.challengeWith authentication.challengeWithAny authentication.enrollWith authentication.enrollWithAny ' +
  'authentication.recordMethod redirect.sendUserTo user.setUserMetadata user.setAppMetadata transaction.setMetadata cache.set ' +
  'cache.delete session.revoke session.setExpiresAt session.setMetadata session.evictMetadata refreshToken.revoke validation.error'
).split(' ');

const factor = fc.record({ type: fc.oneof(fc.constantFrom('otp', 'email', 'phone', 'recovery-code', 'sms'), garbage) });

const json: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 3 })
  .map((value: unknown): Json => (isJson(value) ? value : null));

const argument: fc.Arbitrary<Json> = fc.oneof(
  json,
  garbage,
  fc.constantFrom('any', 'none', 'openid', 'acr', 'x', 'https://a.example/x', 'persistent'),
  factor,
  fc.array(factor, { maxLength: 4 }),
  fc.record({ allowRememberBrowser: fc.boolean() }),
  fc.record({ query: fc.dictionary(garbage, garbage, { maxKeys: 3 }) }),
  fc.double({ min: 0, max: 1e16, noNaN: true }),
);

const SOUND: readonly Command[] = [
  { call: 'access.deny', args: ['x'] },
  { call: 'multifactor.enable', args: ['any', { allowRememberBrowser: false }] },
  { call: 'authentication.challengeWith', args: [{ type: 'otp' }, { additionalFactors: [{ type: 'email' }] }] },
  { call: 'redirect.sendUserTo', args: ['https://a.example/?state=1', { query: { a: 'b' } }] },
  { call: 'idToken.setCustomClaim', args: ['x', { y: [1] }] },
  { call: 'accessToken.addScope', args: ['read'] },
];

const wild: fc.Arbitrary<Command> = fc.record({
  call: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...CALLS) }, { weight: 1, arbitrary: garbage }),
  args: fc.array(argument, { maxLength: 3 }),
});

/** A sound one, perhaps with one argument that is not. */
const spoilt: fc.Arbitrary<Command> = fc
  .tuple(fc.constantFrom(...SOUND), fc.option(argument), fc.nat(1))
  .map(([{ call, args }, other, at]) => ({
    call,
    args: other === null ? args : args.with(Math.min(at, args.length - 1), other),
  }));

const command = fc.oneof(wild, spoilt);

const recorded = fc.record({
  handler: fc.constantFrom('onExecutePostLogin' as const, 'onContinuePostLogin' as const),
  protocol: fc.constantFrom('oidc-basic-profile', 'oauth2-refresh-token'),
});

const assertSound = (parsed: ParsedCommand): void => {
  if (parsed.does === 'challenge' || parsed.does === 'enrol') {
    const known = ['totp', 'push', 'phone', 'email', 'recovery-code', 'webauthn'];
    assert.ok(parsed.factors.length > 0 && parsed.factors.every((name) => known.includes(name)));
  }
  if (parsed.does === 'redirect') {
    const { protocol, hostname, searchParams } = new URL(parsed.url);
    assert.ok(protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)));
    assert.equal(searchParams.get('state'), null);
  }
  if (parsed.does === 'effect' && 'name' in parsed.effect) {
    assert.ok(!RESTRICTED_CLAIMS.includes(parsed.effect.name));
    assert.ok(jsonBytes(parsed.effect.value) <= 100 * 1024);
  }
  if (parsed.does === 'effect' && 'scope' in parsed.effect) assert.match(parsed.effect.scope, /^[\x21-\x7e]+$/);
};

it('whatever comes out of a sandbox is refused whole, or is sound in every part', () => {
  let accepted = 0;
  fuzz(
    fc.property(fc.array(command, { minLength: 1, maxLength: 3 }), recorded, (commands, about) => {
      const parsed = parseCommands(commands, about);
      if (!parsed.ok) return;
      accepted += 1;
      assert.equal(parsed.value.length, commands.length);
      parsed.value.forEach(assertSound);
    }),
  );
  enough(accepted, 1200, 'were accepted');
});
