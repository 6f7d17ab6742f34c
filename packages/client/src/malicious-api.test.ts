import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { StepUp } from './challenge.ts';
import type { StepUpLimits } from './limits.ts';
import type { StepUpFetch } from './step-up-fetch.ts';
import { createStepUpFetch } from './step-up-fetch.ts';
import type { Answer, FakeApi, ReceivedCall } from './testing/api.ts';
import { challenge, insufficientScope, startApi } from './testing/api.ts';
import { code } from './testing/errors.ts';
import { createTokenStore, memoryStorage } from './token-store.ts';

interface World {
  readonly api: FakeApi;
  readonly fetch: StepUpFetch;
  readonly asked: StepUp[];
  readonly clock: { now: number };
}

const open: FakeApi[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
});

async function start(answer: (call: ReceivedCall) => Answer): Promise<FakeApi> {
  const api = await startApi(answer);
  open.push(api);
  return api;
}

async function world(
  answer: (call: ReceivedCall) => Answer,
  limits: Partial<StepUpLimits> = {},
  budgetStorage = memoryStorage(),
  running?: FakeApi,
): Promise<World> {
  const api = running ?? (await start(answer));
  const clock = { now: 1_000_000 };
  const asked: StepUp[] = [];
  const fetch = createStepUpFetch({
    resource: api.url,
    tokens: createTokenStore({ now: () => clock.now }),
    everydayToken: () => Promise.resolve('everyday'),
    everydayScope: ['read:accounts'],
    allowed: { scope: ['transfer:funds'], acrValues: ['mfa', 'phr'] },
    limits,
    budgetStorage,
    now: () => clock.now,
    elevate: (stepUp) => {
      asked.push(stepUp);
      return Promise.resolve({
        accessToken: `elevated-${asked.length}`,
        expiresAt: clock.now + 300,
        audience: api.url,
        scope: ['read:accounts', ...(stepUp.scope ?? [])],
        singleUse: true,
      });
    },
  });
  return { api, fetch, asked, clock };
}

const many = (count: number, value: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => value(i)).join(' ');

describe('an API that challenges without end', () => {
  it('causes one step-up per call and no third sending', async () => {
    const { api, fetch, asked } = await world(() => challenge('acr_values="mfa"'));
    await assert.rejects(fetch('balance'), code('still_challenged'));
    assert.equal(asked.length, 1);
    assert.equal(api.calls.length, 2);
  });

  it('causes three step-ups a minute and no more, however it varies its demands', async () => {
    const ages = [10, 20, 30, 40, 50];
    const { fetch, asked, clock } = await world(() => challenge(`acr_values="mfa", max_age="${ages.pop()}"`));
    const codes = ['still_challenged', 'still_challenged', 'too_many_step_ups'] as const;
    await assert.rejects(fetch('a'), code(codes[0]));
    await assert.rejects(fetch('b'), code(codes[1]));
    assert.equal(asked.length, 2);
    ages.push(10, 20, 30, 40, 50, 60, 70, 80);
    await assert.rejects(fetch('c'), code('still_challenged'));
    await assert.rejects(fetch('d'), code(codes[2]));
    assert.equal(asked.length, 3);
    clock.now += 61;
    await assert.rejects(fetch('e'), code('still_challenged'));
    assert.equal(asked.length, 4);
  });

  it('finds no fresh budget in a fetch made for the next request', async () => {
    const session = memoryStorage();
    const api = await start(() => challenge('acr_values="mfa"'));
    const codes = ['still_challenged', 'too_many_step_ups'] as const;
    for (const expected of codes) {
      const { fetch } = await world(() => challenge('acr_values="mfa"'), { stepUpsPerMinute: 1 }, session, api);
      await assert.rejects(fetch('a'), code(expected));
    }
  });

  it('cannot raise the bound with calls at the same time', async () => {
    const { fetch, asked } = await world(() => challenge('acr_values="mfa"'), { stepUpsPerMinute: 2 });
    await Promise.allSettled(Array.from({ length: 20 }, (_, i) => fetch(`a${i}`)));
    assert.equal(asked.length, 2);
  });
});

describe('an API that demands too much', () => {
  const demands: readonly [string, Answer][] = [
    ['a header of ten thousand characters', challenge(`acr_values="mfa", x="${'y'.repeat(10_000)}"`)],
    ['eleven acr values', challenge(`acr_values="${many(11, (i) => `acr${i}`)}"`)],
    ['an acr of three hundred characters', challenge(`acr_values="mfa ${'x'.repeat(300)}"`)],
    ['thirty-one scopes', insufficientScope(many(31, (i) => `s${i}`))],
    ['a max_age of more than a year', challenge('acr_values="mfa", max_age="99999999"')],
    ['a scope the application has not declared', insufficientScope('transfer:funds admin:everything')],
    ['only acr values it has not declared', challenge('acr_values="urn:evil:sell-my-data"')],
    ['a foreign scope beside an acr', challenge('acr_values="mfa", scope="admin:everything"')],
  ];
  for (const [name, answer] of demands) {
    it(`reaches no user: ${name}`, async () => {
      const { api, fetch, asked } = await world(() => answer);
      await assert.rejects(fetch('transfers', { method: 'POST', body: '{}' }), code('challenge_refused'));
      assert.deepEqual(asked, []);
      assert.equal(api.calls.length, 1);
    });
  }

  it('has undeclared acr values left out beside a declared one, as any one suffices', async () => {
    const { fetch, asked } = await world((call) =>
      call.authorization === 'Bearer everyday' ? challenge('acr_values="urn:evil phr mfa"') : { status: 200 },
    );
    await fetch('transfers');
    assert.deepEqual(asked, [{ acrValues: ['phr', 'mfa'] }]);
  });

  it('may name the everyday scopes', async () => {
    const { fetch, asked } = await world((call) =>
      call.authorization === 'Bearer everyday' ? insufficientScope('read:accounts transfer:funds') : { status: 200 },
    );
    await fetch('transfers');
    assert.deepEqual(asked, [{ scope: ['read:accounts', 'transfer:funds'] }]);
  });

  it('gets an error, not another step-up, for a second answer that is out of bounds', async () => {
    const { fetch, asked } = await world((call) =>
      call.authorization === 'Bearer everyday'
        ? challenge('acr_values="mfa"')
        : challenge(`acr_values="${'x'.repeat(9000)}"`),
    );
    await assert.rejects(fetch('transfers'), code('still_challenged'));
    assert.equal(asked.length, 1);
  });
});

describe('an API that redirects', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`does not carry a call or a token elsewhere: ${status}`, async () => {
      const thief = await start(() => ({ status: 200 }));
      const { api, fetch, asked } = await world(() => ({ status, headers: { location: `${thief.url}/steal` } }));
      await assert.rejects(fetch('transfers', { method: 'POST', body: '{}', redirect: 'follow' }), TypeError);
      assert.equal(thief.calls.length, 0);
      assert.equal(api.calls.length, 1);
      assert.deepEqual(asked, []);
    });
  }

  it('does not carry the elevated token elsewhere', async () => {
    const thief = await start(() => ({ status: 200 }));
    const { fetch } = await world((call) =>
      call.authorization === 'Bearer everyday'
        ? challenge('acr_values="mfa"')
        : { status: 307, headers: { location: `${thief.url}/steal` } },
    );
    await assert.rejects(fetch('transfers', { method: 'POST', body: '{}' }), TypeError);
    assert.equal(thief.calls.length, 0);
  });
});

describe('a URL that is not the API', () => {
  it('is sent nothing', async () => {
    const { api, fetch } = await world(() => ({ status: 200 }));
    const origin = new URL(api.url).origin;
    const urls = [
      'https://evil.example/accounts/x',
      '//evil.example/accounts/x',
      `${origin}/payments`,
      `${origin}/accounts-of-others`,
      '../payments',
      '%2e%2e/payments',
      '..\\payments',
      `${origin.replace('//', '//user:secret@')}/accounts/x`,
      `${origin.replace('//', '//user@')}/accounts/x`,
      'data:text/plain,x',
    ];
    for (const url of urls) await assert.rejects(fetch(url), code('outside_resource'), url);
    await assert.rejects(fetch(new Request('https://evil.example/accounts/x')), code('outside_resource'));
    assert.equal(api.calls.length, 0);
    assert.equal((await fetch(api.url)).status, 200);
  });

  it('cannot be declared without TLS, save on the machine itself', () => {
    const create = (resource: string) =>
      createStepUpFetch({
        resource,
        tokens: createTokenStore(),
        everydayToken: () => Promise.resolve(''),
        elevate: () => Promise.resolve(undefined),
        allowed: { scope: [], acrValues: [] },
      });
    for (const resource of [
      'http://api.example',
      'ftp://api.example',
      'https://api.example/?a=b',
      'http://localhost.evil.example',
    ]) {
      assert.throws(() => create(resource), TypeError, resource);
    }
    for (const resource of ['https://api.example', 'http://localhost:3000/a', 'http://[::1]:3000']) create(resource);
  });
});
