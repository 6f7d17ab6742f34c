import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../instant.ts';
import { exampleApi } from '../policy/api.example.ts';
import { scopeRequirements } from '../policy/collect.ts';
import { defaultLevels } from '../policy/levels.ts';
import { events, requirements } from '../step-up.notation.ts';
import { contextThatMeets } from '../step-up.ts';
import { assertIssuable, NotIssuable } from './assert-issuable.ts';

/** An issuance at second 300 that is right in every way, for the tests to make wrong. */
const right = (facts: string, scopes: string, demands = 'nothing') => {
  const issue = {
    events: events(facts),
    requirements: requirements(demands),
    scopes: scopes.split(' ').filter((scope) => scope !== ''),
    api: exampleApi,
    levels: defaultLevels,
    scopesGrantedAt: instant(300),
  };
  const context = contextThatMeets(issue.events, issue.requirements, defaultLevels);
  assert.ok(context);
  return { ...issue, context };
};

const passes = (issue: Parameters<typeof assertIssuable>[0]): boolean => {
  try {
    assertIssuable(issue);
    return true;
  } catch (error) {
    assert.ok(error instanceof NotIssuable);
    return false;
  }
};

describe('the last gate before a signature', () => {
  const table: readonly (readonly [facts: string, scopes: string, passes: boolean])[] = [
    ['password@0', 'openid read', true],
    ['password@0', '', true],
    ['password@0, totp@0', 'read transfer', true],
    ['password@0, totp@300', 'transfer pay', true],
    ['password@0, totp@5, key@6', 'transfer vault', true],
    ['password@0', 'transfer', false],
    ['password@0', 'openid read transfer', false],
    ['password@300, totp@0, key@1', 'vault transfer', true],
    ['password@0, totp@9', 'vault', false],
    ['password@0, totp@300', 'recent', false],
    ['password@240', 'recent', true],
    ['password@239', 'recent', false],
    ['hardware-passkey@300', 'impossible', false],
    ['hardware-passkey@300', 'unheard-of', false],
    ['hardware-passkey@300', '__proto__', false],
    ['hardware-passkey@300', 'constructor', false],
  ];
  for (const [facts, scopes, expected] of table) {
    it(`${facts} | ${scopes || 'no scopes'} | ${expected ? 'passes' : 'throws'}`, () => {
      assert.equal(passes(right(facts, scopes)), expected);
    });
  }

  it('counts the age of a scope from when it is granted: at the request for a code, now at a refresh', () => {
    const issue = right('password@0, totp@10', 'transfer');
    assert.equal(passes({ ...issue, scopesGrantedAt: instant(310) }), true);
    assert.equal(passes({ ...issue, scopesGrantedAt: instant(311) }), false);
  });
  it('without an API only what belongs to no API', () => {
    const issue = right('password@0, totp@10', 'openid profile offline_access');
    assert.equal(passes({ ...issue, api: undefined }), true);
    assert.equal(passes({ ...issue, api: undefined, scopes: ['read'] }), false);
  });
  it('the requirements of the grant are asked again, whichever way they came', () => {
    const issue = right('password@0, totp@10', 'read', 'acr_values PAPE');
    assert.equal(passes(issue), true);
    assert.equal(passes({ ...issue, requirements: requirements('acr_values PAPE since 11') }), false);
    assert.equal(passes({ ...issue, requirements: requirements('phr') }), false);
    assert.equal(passes({ ...issue, events: events('password@0') }), false);
    assert.equal(passes({ ...issue, events: [] }), false);
  });
  it('T25: a context copied from the request, and not from the facts, does not pass', () => {
    const issue = right('password@0', 'read');
    const claimed = contextThatMeets(events('password@0, totp@10'), requirements('acr_values PAPE'), defaultLevels);
    assert.ok(claimed);
    assert.equal(passes({ ...issue, context: claimed }), false);
    assert.equal(passes({ ...issue, context: { ...issue.context, acr: 'mfa' } }), false);
    assert.equal(passes({ ...issue, context: { ...issue.context, amr: ['pwd', 'mfa'] } }), false);
    const stepped = right('password@0, totp@10', 'read');
    assert.equal(passes({ ...stepped, context: { ...stepped.context, acrs: ['mfa', 'phr'] } }), false);
    assert.equal(passes({ ...stepped, context: { ...stepped.context, acrs: ['phr', '1fa'] } }), false);
  });
  it('T5: at a refresh the context is that of the grant: as old as it was, and no stronger', () => {
    const issue = right('password@0, totp@10', 'openid read', 'mfa');
    const later = { ...issue, scopesGrantedAt: instant(90_000) };
    assert.equal(passes(later), true);
    assert.equal(passes({ ...later, context: { ...issue.context, authTime: instant(90_000) } }), false);
    assert.equal(passes({ ...later, context: { ...issue.context, amr: [] } }), false);
    assert.equal(passes({ ...later, context: { ...issue.context, acr: '1fa' } }), false);
  });
  it('a method in amr_times that is not in amr was proven by nobody', () => {
    const issue = right('password@0', 'read');
    const amrTimes = { ...issue.context.amrTimes, hwk: instant(0) };
    assert.equal(passes({ ...issue, context: { ...issue.context, amrTimes } }), false);
  });
  it('a context that was stored as JSON and read again is the same context', () => {
    const issue = right('hardware-passkey@0, totp@10', 'read');
    assert.equal(passes({ ...issue, context: JSON.parse(JSON.stringify(issue.context)) }), true);
  });
  it('says what is wrong, for the log', () => {
    const issue = right('password@0', '');
    const saying = (message: RegExp) => ({ name: 'NotIssuable', message });
    assert.throws(() => assertIssuable({ ...issue, scopes: ['unheard-of'] }), saying(/not defined/));
    assert.throws(() => assertIssuable({ ...issue, scopes: ['transfer'] }), saying(/not earned/));
    assert.throws(() => assertIssuable({ ...issue, requirements: requirements('mfa') }), saying(/context/));
  });
  it('law 1: what the API demands is asked of the facts even when nobody collected it', () => {
    const issue = right('password@0', 'transfer');
    assert.deepEqual(issue.requirements, []);
    assert.equal(scopeRequirements(exampleApi, ['transfer'], defaultLevels, instant(300)).length, 1);
    assert.throws(() => assertIssuable(issue), NotIssuable);
  });
});
