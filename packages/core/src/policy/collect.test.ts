import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleRequest } from '../authorization-request/authorization-request.example.ts';
import type { AuthorizationRequest } from '../authorization-request/authorization-request.ts';
import { exampleClient } from '../client/client.example.ts';
import type { Client } from '../client/client.ts';
import { instant } from '../instant.ts';
import { events } from '../step-up.notation.ts';
import { contextThatMeets } from '../step-up.ts';
import { exampleApi } from './api.example.ts';
import type { RequirementContext } from './collect.ts';
import { collectRequirements, inTodaysNames, scopeRequirements } from './collect.ts';
import { defaultLevels, PAPE_MULTI_FACTOR } from './levels.ts';
import type { Requirement } from './requirement.ts';

/** The request is made at second 1000. */
const collected = (
  request: Partial<AuthorizationRequest>,
  client: Partial<Client> = {},
  rest: Partial<RequirementContext> = {},
): readonly Requirement[] =>
  collectRequirements(
    { ...exampleRequest, ...request },
    {
      client: { ...exampleClient, ...client },
      api: exampleApi,
      scopes: [],
      levels: defaultLevels,
      requestedAt: instant(1000),
      agesFrom: instant(1000),
      further: [],
      ...rest,
    },
  );

const fromRequest = (parameter: 'acr_values' | 'claims' | 'max_age' | 'prompt') =>
  ({ from: 'request', parameter }) as const;

const meets = (facts: string, requirements: readonly Requirement[]): boolean =>
  contextThatMeets(events(facts), requirements, defaultLevels) !== undefined;

describe('what the request itself demands', () => {
  it('T24: nothing, when it says nothing', () => {
    assert.deepEqual(collected({}), []);
    assert.deepEqual(collected({ prompt: ['none'] }), []);
    assert.deepEqual(collected({ prompt: ['consent', 'select_account'] }), []);
  });
  it('acr_values: any of the levels named, in the names of the house, and the client’s own words besides', () => {
    assert.deepEqual(collected({ acrValues: ['phr', PAPE_MULTI_FACTOR, 'mfa'] }), [
      {
        source: fromRequest('acr_values'),
        asked: ['phr', PAPE_MULTI_FACTOR, 'mfa'],
        acr: ['phr', 'mfa'],
        binds: 'proof',
      },
    ]);
  });
  it('T2: unknown names are passed over; if none is left the demand stands and nobody can meet it', () => {
    assert.deepEqual(collected({ acrValues: ['loa9', 'mfa'] })[0]?.acr, ['mfa']);
    assert.deepEqual(collected({ acrValues: ['loa9', 'constructor', '__proto__'] })[0]?.acr, []);
    assert.equal(meets('hardware-passkey@1000', collected({ acrValues: ['loa9'] })), false);
  });
  it('acr_values are a need, or a wish for a client that reads them so (OpenID Connect Core 1.0)', () => {
    assert.equal(collected({ acrValues: ['mfa'] })[0]?.voluntary, undefined);
    assert.equal(collected({ acrValues: ['mfa'] }, { acrValues: 'voluntary' })[0]?.voluntary, true);
  });
  it('T3: an essential acr is a need for every client, another acr claim a wish, one without values neither', () => {
    const claim = (essential: boolean, values: readonly string[]) =>
      collected({ acrClaim: { essential, values } }, { acrValues: 'voluntary' });
    assert.deepEqual(claim(true, ['mfa']), [
      { source: fromRequest('claims'), asked: ['mfa'], acr: ['mfa'], binds: 'proof' },
    ]);
    assert.equal(claim(false, ['mfa'])[0]?.voluntary, true);
    assert.deepEqual(claim(true, ['loa9'])[0]?.acr, []);
    assert.deepEqual(claim(true, []), []);
    assert.deepEqual(claim(false, []), []);
  });
  it('prompt=login: every proof anew', () => {
    assert.deepEqual(collected({ prompt: ['login'] }), [
      { source: fromRequest('prompt'), since: 1000, binds: 'every' },
    ]);
  });
  it('max_age alone: every proof within it; with a level that is needed: the proof that renews the level', () => {
    assert.deepEqual(collected({ maxAgeSeconds: 300 }), [
      { source: fromRequest('max_age'), since: 700, binds: 'every' },
    ]);
    const bound = (request: Partial<AuthorizationRequest>, client: Partial<Client> = {}) =>
      collected({ maxAgeSeconds: 300, ...request }, client).find(({ since }) => since === 700)?.binds;
    assert.equal(bound({ acrValues: ['mfa'] }), 'proof');
    assert.equal(bound({ acrClaim: { essential: true, values: ['mfa'] } }), 'proof');
  });
  it('T17: a level that any proof renews does not loosen max_age, for asking for more may not get less', () => {
    for (const acrValues of [['1fa'], ['mfa', '1fa']]) {
      assert.equal(meets('password@0, totp@900', collected({ maxAgeSeconds: 300, acrValues })), false);
    }
    const pair = { acr: 'pair', aliases: [], kinds: 2, shownBy: 'any', renewedBy: 'any' } as const;
    for (const acrValues of [['pair'], ['1fa'], ['mfa', 'pair']]) {
      const demands = collected({ maxAgeSeconds: 300, acrValues }, {}, { levels: [pair, ...defaultLevels] });
      assert.equal(demands.at(-1)?.binds, 'every', acrValues.join(' '));
    }
  });
  it('ages count back from where they are said to, max_age=0 and prompt=login from the request', () => {
    const late = { requestedAt: instant(1000), agesFrom: instant(1500) };
    const sinces = (request: Partial<AuthorizationRequest>): unknown =>
      collected(request, {}, late).map(({ since }) => since);
    assert.deepEqual(sinces({ maxAgeSeconds: 300 }), [1200]);
    assert.deepEqual(sinces({ maxAgeSeconds: 0, prompt: ['login'] }), [1000, 1000]);
    assert.deepEqual(collected({}, {}, { ...late, scopes: ['transfer'] })[0]?.since, 1200);
  });
  it('T17: a wish does not loosen max_age, for a wish may be dropped', () => {
    for (const acrValues of [['mfa'], ['loa9']]) {
      const demands = collected({ maxAgeSeconds: 300, acrValues }, { acrValues: 'voluntary' });
      const needs = demands.filter(({ voluntary }) => !voluntary);
      assert.equal(meets('password@0, totp@900', needs), false);
    }
    const claimed = collected({ maxAgeSeconds: 300, acrClaim: { essential: false, values: ['1fa'] } });
    assert.equal(meets('password@0, totp@900', claimed), false);
  });
  it('max_age=0 is prompt=login, whatever comes with it', () => {
    for (const request of [{}, { acrValues: ['mfa'] }, { acrClaim: { essential: true, values: ['mfa'] } }]) {
      assert.deepEqual(collected({ ...request, maxAgeSeconds: 0 }).at(-1), {
        source: fromRequest('max_age'),
        since: 1000,
        binds: 'every',
      });
    }
  });
  it('T23: a max_age that reaches back before the epoch reaches to the epoch', () => {
    assert.equal(collected({ maxAgeSeconds: 9_999_999_999 })[0]?.since, 0);
  });
});

describe('what the scopes demand', () => {
  const source = (scope: string) => ({ from: 'scope', audience: 'https://api.example/', scope }) as const;

  it('each its own, at the moment of the request', () => {
    assert.deepEqual(collected({}, {}, { scopes: ['read', 'transfer', 'vault', 'recent', 'impossible'] }), [
      { source: source('transfer'), binds: 'proof', acr: ['mfa'], since: 700 },
      { source: source('vault'), binds: 'proof', acr: ['phr'] },
      { source: source('recent'), binds: 'every', since: 940 },
      { source: source('impossible'), binds: 'proof', acr: [] },
    ]);
  });
  it('OpenID Connect’s own, unknown ones, and ones with the names of what every object has: nothing', () => {
    const scopes = ['openid', 'offline_access', 'unheard-of', 'constructor', '__proto__', 'toString', 'hasOwnProperty'];
    assert.deepEqual(scopeRequirements(exampleApi, scopes, defaultLevels, instant(1000)), []);
    assert.deepEqual(scopeRequirements(undefined, ['transfer'], defaultLevels, instant(1000)), []);
  });
  it('a scope that is really called so demands what its policy says', () => {
    const odd = JSON.parse('{"__proto__":{"description":{},"requires":{"acr":["mfa"]},"singleUse":false}}');
    const api = { ...exampleApi, scopes: odd };
    const demands = scopeRequirements(api, ['__proto__'], defaultLevels, instant(1000));
    assert.deepEqual(demands, [{ source: source('__proto__'), binds: 'proof', acr: ['mfa'] }]);
  });
  it('T17: no parameter of the request lowers a scope’s demand', () => {
    const attempts: readonly Partial<AuthorizationRequest>[] = [
      {},
      { acrValues: ['1fa'] },
      { acrValues: ['loa9', '1fa'] },
      { maxAgeSeconds: 9_999_999_999 },
      { maxAgeSeconds: 9_999_999_999, acrValues: ['1fa'] },
      { acrClaim: { essential: true, values: ['1fa'] } },
      { acrClaim: { essential: false, values: [] } },
      { prompt: ['none'] },
      { prompt: ['consent'] },
    ];
    for (const attempt of attempts) {
      for (const acrValues of ['required', 'voluntary'] as const) {
        const demands = collected(attempt, { acrValues }, { scopes: ['transfer'] });
        for (const facts of ['password@1000', 'password@1000, totp@699', 'password@1000, pin@1000']) {
          assert.equal(meets(facts, demands), false, JSON.stringify(attempt));
        }
        const needs = demands.filter(({ voluntary }) => !voluntary);
        assert.ok(meets('password@0, totp@700', needs), JSON.stringify(attempt));
      }
    }
  });
});

describe('what everybody else demands', () => {
  it('the client its least level, by any of its names', () => {
    assert.deepEqual(collected({}, { minimumAcr: ['phr', PAPE_MULTI_FACTOR] }), [
      { source: { from: 'client' }, acr: ['phr', 'mfa'], binds: 'proof' },
    ]);
    assert.deepEqual(collected({}, { minimumAcr: [] })[0]?.acr, []);
  });
  it('a client’s least level does not loosen a max_age that came without one', () => {
    const demands = collected({ maxAgeSeconds: 300 }, { minimumAcr: ['1fa'] });
    assert.equal(meets('password@0, totp@900', demands), false);
  });
  it('policies, signals and Actions add to all that, and take nothing away', () => {
    const further: readonly Requirement[] = [
      { source: { from: 'risk', signal: 'new-device' }, acr: ['1fa'], binds: 'proof' },
      { source: { from: 'action', action: 'lenient' }, binds: 'proof' },
    ];
    const plain = collected({ acrValues: ['mfa'] }, { minimumAcr: ['mfa'] }, { scopes: ['transfer'] });
    const all = collected({ acrValues: ['mfa'] }, { minimumAcr: ['mfa'] }, { scopes: ['transfer'], further });
    assert.deepEqual(all, [...plain, ...further]);
  });
});

describe('what was demanded when a grant was made, in the names of today', () => {
  const kept = (...acr: readonly string[]): Requirement => ({
    source: { from: 'client' },
    acr,
    asked: ['as it was asked'],
    since: instant(7),
    binds: 'every',
  });
  const renamed = defaultLevels.map((level) => ({ ...level, acr: `new-${level.acr}`, aliases: [level.acr] }));

  it('a level that was renamed, and kept its old name as an alias, is the same level', () => {
    assert.deepEqual(inTodaysNames([kept('phr', 'mfa')], renamed), [{ ...kept(), acr: ['new-phr', 'new-mfa'] }]);
    assert.deepEqual(inTodaysNames([kept('mfa')], defaultLevels), [kept('mfa')]);
  });
  it('a level that is gone without a successor is a demand that nobody meets any more, not one for nothing', () => {
    const without = defaultLevels.filter(({ acr }) => acr !== 'mfa');
    assert.deepEqual(inTodaysNames([kept('mfa')], without), [kept()]);
    assert.equal(
      contextThatMeets(events('password@8, totp@9'), inTodaysNames([kept('mfa')], without), without),
      undefined,
    );
  });
  it('a demand that names no level stays one', () => {
    const anew: Requirement = { source: { from: 'client' }, since: instant(7), binds: 'every' };
    assert.deepEqual(inTodaysNames([anew, kept('mfa')], renamed), [anew, kept('new-mfa')]);
  });
});
