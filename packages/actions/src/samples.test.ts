/** The types, as authors meet them. What is not to be accepted stands beside what is: the compiler is the judge of both. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { CaseFile, OnContinuePostLogin, OnExecutePostLogin, PostLoginApi, PostLoginEvent } from './index.ts';

/** True when a call with these arguments would compile. */
type Takes<Method, Arguments extends readonly unknown[]> = Method extends (...given: infer Parameters) => unknown
  ? Arguments extends Parameters
    ? true
    : false
  : never;

const typical: OnExecutePostLogin = async (event, api) => {
  const isProven = event.authentication.methods.some(({ name, type }) => name === 'mfa' && type !== 'email');
  if (event.transaction.acr_values.includes('mfa') && !isProven) api.multifactor.enable('any');
  api.authentication.challengeWithAny(event.user.enrolledFactors.map(({ type }) => ({ type })));
  api.accessToken.setCustomClaim('https://x.example/y', { any: ['thing'] }).idToken.setCustomClaim('z', undefined);
  const { acrs } = await api.stepUp.require({ acr: ['mfa', 'phr'], maxAge: '5m', reason: 'Because' });
  api.user.setAppMetadata('acrs', acrs).user.setUserMetadata('gone', null);
  const kept = api.cache.set('k', 'v', { ttl: 1000 });
  if (kept.type === 'error') console.warn(kept.code);
};

const afterwards: OnContinuePostLogin = (event, api) => {
  const payload = api.redirect.validateToken({ secret: event.secrets.KEY ?? '' });
  if (payload.ok !== true) return void api.access.deny('No');
  api.authentication.recordMethod('https://verify.example/');
};

const cases: CaseFile = [{ name: 'one', event: { user: { email: undefined } }, expect: { calls: ['access.deny'] } }];

/** Each is `true`, or this does not compile. */
const accepted: readonly [
  Takes<PostLoginApi['access']['deny'], ['no']>,
  Takes<PostLoginApi['multifactor']['enable'], ['any', { allowRememberBrowser: true }]>,
  Takes<PostLoginApi['authentication']['enrollWith'], [{ type: 'otp' }]>,
  Takes<PostLoginApi['session']['setCookieMode'], ['persistent']>,
] = [true, true, true, true];

/** Each is `false`, or this does not compile. */
const refused: readonly [
  Takes<PostLoginApi['access']['deny'], []>,
  Takes<PostLoginApi['multifactor']['enable'], ['duo']>,
  Takes<PostLoginApi['authentication']['challengeWith'], [{ type: 'sms' }]>,
  Takes<PostLoginApi['authentication']['enrollWith'], [{ type: 'email' }]>,
  Takes<PostLoginApi['session']['setExpiresAt'], [Date]>,
  Takes<PostLoginApi['stepUp']['require'], ['mfa']>,
  Takes<PostLoginApi['transaction']['setMetadata'], ['k', object]>,
  'samlResponse' extends keyof PostLoginApi ? true : false,
  'organization' extends keyof PostLoginEvent ? true : false,
] = [false, false, false, false, false, false, false, false, false];

it('says yes to what can be called, and no to what the server would refuse', () => {
  assert.deepEqual([typeof typical, typeof afterwards, cases.length], ['function', 'function', 1]);
  assert.deepEqual([...new Set(accepted), ...new Set(refused)], [true, false]);
});
