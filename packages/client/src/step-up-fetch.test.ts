import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { StepUpError } from './error.ts';
import type { PendingCall } from './pending-call.ts';
import type { Answer } from './testing/api.ts';
import { challenge, insufficientScope } from './testing/api.ts';
import { code } from './testing/errors.ts';
import { bearers, challengesEveryday, closeWorlds, elevated, post, world } from './testing/world.ts';
import type { ElevatedToken } from './token-store.ts';

afterEach(closeWorlds);

describe('a call that is not challenged', () => {
  it('is sent once, with the everyday token', async () => {
    const { api, fetch, asked } = await world(() => ({ status: 200, body: 'balance' }));
    const response = await fetch('balance');
    assert.equal(await response.text(), 'balance');
    assert.deepEqual(
      api.calls.map(({ method, path, authorization }) => [method, path, authorization]),
      [['GET', '/accounts/balance', 'Bearer everyday']],
    );
    assert.deepEqual(asked, []);
  });

  const answers: readonly [string, Answer][] = [
    ['an expired token', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }],
    ['no header', { status: 401 }],
    ['a foreign scheme', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }],
    [
      'the right error under the wrong status',
      {
        status: 403,
        headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="mfa"' },
      },
    ],
    [
      'a challenge beside a success',
      {
        status: 200,
        headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="mfa"' },
      },
    ],
    [
      'a challenge beside a failure that may have come after the work',
      {
        status: 500,
        headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="mfa"' },
      },
    ],
    [
      'a challenge that asks for nothing',
      { status: 401, headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication"' } },
    ],
  ];
  for (const [name, answer] of answers) {
    it(`T19: is not repeated: ${name}`, async () => {
      const { api, fetch, asked } = await world(() => answer);
      const response = await fetch('transfers', post('{}'));
      assert.equal(response.status, answer === 'hang up' ? 0 : answer.status);
      assert.equal(api.calls.length, 1);
      assert.deepEqual(asked, []);
    });
  }

  it('keeps its own Authorization header to itself', async () => {
    const { api, fetch } = await world(() => ({ status: 200 }));
    await fetch('balance', { headers: { authorization: 'Bearer other' } });
    assert.deepEqual(bearers(api), ['Bearer everyday']);
  });
});

describe('a call that is challenged', () => {
  it('is repeated once with the elevated token', async () => {
    const { api, fetch, asked } = await world((call) =>
      call.authorization === 'Bearer everyday'
        ? challenge('acr_values="phr mfa", max_age="300"')
        : { status: 201, body: 'done' },
    );
    const response = await fetch('transfers', post('{"amount":10}'));
    assert.equal(await response.text(), 'done');
    assert.deepEqual(asked, [{ acrValues: ['phr', 'mfa'], maxAgeSeconds: 300 }]);
    assert.deepEqual(bearers(api), ['Bearer everyday', 'Bearer elevated-1']);
  });

  it('steps up for a scope as well', async () => {
    const { api, fetch, asked } = await world((call) =>
      call.authorization === 'Bearer everyday' ? insufficientScope('transfer:funds') : { status: 201 },
    );
    assert.equal((await fetch('transfers', post('{}'))).status, 201);
    assert.deepEqual(asked, [{ scope: ['transfer:funds'] }]);
    assert.equal(api.calls.length, 2);
  });

  it('T18: carries the same method, URL, headers and body, byte for byte', async () => {
    const bytes = new Uint8Array([0, 255, 10, 13, 128]);
    const { api, fetch } = await world(challengesEveryday, () => {
      bytes.fill(7);
      return {};
    });
    await fetch('transfers?to=bob', {
      method: 'PUT',
      body: bytes,
      headers: { 'x-note': 'rent', 'content-type': 'application/x' },
    });
    const [first, second] = api.calls.map((call) => ({
      ...call,
      authorization: undefined,
      headers: { ...call.headers, authorization: undefined },
    }));
    assert.deepEqual(second, first);
    assert.equal(first?.body, Buffer.from([0, 255, 10, 13, 128]).toString());
  });

  it('T18: carries the same multipart form, its boundary included, and the body of a Request and of a stream', async () => {
    const { api, fetch } = await world(challengesEveryday);
    const form = new FormData();
    form.set('amount', '10');
    await fetch('transfers', post(form));
    await fetch(new Request(`${api.url}/transfers`, post('{"payee":"bob"}')));
    const init = { method: 'POST', body: new Blob(['streamed']).stream(), duplex: 'half' };
    await fetch('transfers', init);
    const seen = api.calls.map(({ headers, body }) => [headers['content-type'], body]);
    assert.deepEqual(seen[1], seen[0]);
    assert.match(String(seen[0]?.[1]), /name="amount"\r\n\r\n10/);
    assert.deepEqual(seen[3], ['text/plain;charset=UTF-8', '{"payee":"bob"}']);
    assert.deepEqual(seen.at(-1)?.[1], 'streamed');
  });

  it('T19: is not sent a third time: a second challenge is an error that carries it', async () => {
    const { api, fetch, asked } = await world(() => challenge('acr_values="mfa"'));
    await assert.rejects(fetch('transfers', post('{}')), (error) => {
      code('still_challenged')(error);
      assert.ok(error instanceof StepUpError);
      assert.equal(error.response?.status, 401);
      assert.deepEqual(error.stepUp, { acrValues: ['mfa'] });
      return true;
    });
    assert.equal(api.calls.length, 2);
    assert.equal(asked.length, 1);
  });

  it('T19: with repeat "never" it is sent once, and the user is not asked', async () => {
    const { api, fetch, asked } = await world(challengesEveryday);
    await assert.rejects(fetch('transfers', { ...post('{}'), repeat: 'never' }), code('not_repeated'));
    assert.equal(api.calls.length, 1);
    assert.deepEqual(asked, []);
  });

  it('T19: a broken connection is not answered by sending again, neither the first time nor the second', async () => {
    const first = await world(() => 'hang up');
    await assert.rejects(first.fetch('transfers', post('{}')), TypeError);
    assert.equal(first.api.calls.length, 1);
    const second = await world((call) =>
      call.authorization === 'Bearer everyday' ? challenge('acr_values="mfa"') : 'hang up',
    );
    await assert.rejects(second.fetch('transfers', post('{}')), TypeError);
    assert.equal(second.api.calls.length, 2);
  });

  it('is not repeated once it was aborted', async () => {
    const controller = new AbortController();
    const { api, fetch } = await world(challengesEveryday, () => {
      controller.abort();
      return {};
    });
    await assert.rejects(fetch('transfers', { ...post('{}'), signal: controller.signal }), { name: 'AbortError' });
    assert.equal(api.calls.length, 1);
  });

  it('is not repeated with a token that lacks what was asked for', async () => {
    const wrong: Partial<ElevatedToken>[] = [{ acr: '1fa' }, { audience: 'https://other.example' }];
    for (const change of wrong) {
      const { api, fetch } = await world(challengesEveryday, () => change);
      await assert.rejects(fetch('transfers', post('{}')), code('elevation_insufficient'));
      assert.equal(api.calls.length, 1);
    }
    const { fetch } = await world(
      () => insufficientScope('transfer:funds'),
      () => ({ scope: ['read:accounts'] }),
    );
    await assert.rejects(fetch('transfers', post('{}')), code('elevation_insufficient'));
  });

  it('is repeated with a token whose proofs earn what was asked for under another name, and not with one that earns less', async () => {
    const enough = await world(challengesEveryday, () => ({ acr: 'phr', acrs: ['phr', 'mfa'] }));
    assert.equal((await enough.fetch('transfers', post('{}'))).status, 200);
    const less = await world(challengesEveryday, () => ({ acr: 'phr', acrs: ['phr'] }));
    await assert.rejects(less.fetch('transfers', post('{}')), code('elevation_insufficient'));
    assert.equal(less.api.calls.length, 1);
  });

  it('passes on the failure of the step-up', async () => {
    const { fetch } = await world(challengesEveryday, () => Promise.reject(new StepUpError('popup_closed', 'closed')));
    await assert.rejects(fetch('transfers', post('{}')), code('popup_closed'));
  });
});

describe('the elevated token', () => {
  it('is used again for a call that needs it, without asking, and the everyday token for the others', async () => {
    const { api, fetch, asked } = await world((call) =>
      call.path.includes('transfers') ? challengesEveryday(call) : { status: 200 },
    );
    await fetch('transfers', post('1'));
    await fetch('balance');
    await fetch('transfers', post('2'));
    assert.equal(asked.length, 1);
    assert.deepEqual(bearers(api), [
      'Bearer everyday',
      'Bearer elevated-1',
      'Bearer everyday',
      'Bearer everyday',
      'Bearer elevated-1',
    ]);
  });

  it('is obtained first for a call that says what it needs, which is then sent once', async () => {
    const { api, fetch, asked } = await world(challengesEveryday);
    await fetch('transfers', { ...post('1'), needs: { acrValues: ['mfa'] } });
    await fetch('transfers', { ...post('2'), needs: { acrValues: ['mfa'] } });
    assert.equal(asked.length, 1);
    assert.deepEqual(bearers(api), ['Bearer elevated-1', 'Bearer elevated-1']);
  });

  it('T21: is forgotten when the API refuses it, and replaced when the API asks for more', async () => {
    let revoked = false;
    const { api, fetch, asked } = await world((call) => {
      if (call.authorization === 'Bearer elevated-1' && revoked) return challenge('acr_values="mfa"');
      return challengesEveryday(call);
    });
    await fetch('transfers', post('1'));
    revoked = true;
    await fetch('transfers', { ...post('2'), needs: { acrValues: ['mfa'] } });
    assert.equal(asked.length, 2);
    assert.deepEqual(bearers(api).slice(2), ['Bearer elevated-1', 'Bearer elevated-2']);
  });

  it('is replaced, not offered again, when the API finds it insufficient whatever the client believes', async () => {
    const { api, fetch, tokens, asked } = await world((call) =>
      call.authorization === 'Bearer held' ? insufficientScope('transfer:funds') : { status: 200 },
    );
    const needs = { scope: ['transfer:funds'] };
    tokens.saveElevated({ ...elevated(api.url, needs, 0), accessToken: 'held' });
    await fetch('transfers', { ...post('1'), needs });
    assert.equal(asked.length, 1);
    assert.deepEqual(bearers(api), ['Bearer held', 'Bearer elevated-1']);
  });

  it('T21: is not offered again after a 401 without a challenge', async () => {
    const { fetch, tokens, api } = await world((call) =>
      call.authorization === 'Bearer everyday'
        ? challenge('acr_values="mfa"')
        : { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    );
    assert.equal((await fetch('transfers', post('1'))).status, 401);
    assert.equal(tokens.takeElevated({ audience: api.url }), undefined);
    tokens.saveElevated(elevated(api.url, {}, 9));
    assert.equal((await fetch('transfers', { ...post('1'), needs: { acrValues: ['mfa'] } })).status, 401);
    assert.equal(tokens.takeElevated({ audience: api.url }), undefined);
  });

  it('T21: is gone after the user dropped the elevation', async () => {
    const { fetch, tokens, asked } = await world(challengesEveryday);
    await fetch('transfers', post('1'));
    tokens.dropElevation();
    await fetch('transfers', post('1'));
    assert.equal(asked.length, 2);
  });

  it('can be earned ahead of the call, from a click of its own', async () => {
    const { api, fetch, asked, pending } = await world(challengesEveryday, () => ({ singleUse: true }));
    await fetch.elevate({ acrValues: ['mfa'] });
    await fetch('transfers', { ...post('1'), needs: { acrValues: ['mfa'] } });
    assert.equal(asked.length, 1);
    assert.deepEqual(pending, [undefined]);
    assert.deepEqual(bearers(api), ['Bearer elevated-1']);
  });
});

describe('a call that waits for a redirect', () => {
  const overRedirect = async () => {
    const here = await world(challengesEveryday, () => undefined);
    await assert.rejects(
      here.fetch('transfers?x=1', {
        ...post('{"amount":10}'),
        headers: { 'x-note': 'rent', authorization: 'Bearer mine' },
        idempotencyKey: 'k',
      }),
      code('redirecting'),
    );
    const [call] = here.pending;
    assert.ok(call);
    return { ...here, call };
  };

  it('T18: T19: is resumed exactly once, as it was, with the new token', async () => {
    const { api, fetch, call } = await overRedirect();
    assert.ok(!JSON.stringify(call).includes('Bearer'), 'no token is kept with the call');
    const again = JSON.parse(JSON.stringify(call)) as PendingCall;
    const response = await fetch.resume(again, elevated(api.url, { acrValues: ['mfa'] }, 1));
    assert.equal(response.status, 200);
    await assert.rejects(fetch.resume(call, elevated(api.url, {}, 2)), code('already_sent'));
    const [first, second] = api.calls;
    assert.equal(api.calls.length, 2);
    assert.equal(second?.authorization, 'Bearer elevated-1');
    assert.deepEqual(
      { ...second, headers: { ...second?.headers, authorization: '' }, authorization: '' },
      { ...first, headers: { ...first?.headers, authorization: '' }, authorization: '' },
    );
  });

  it('takes its token from the store, and is not sent without one', async () => {
    const { api, fetch, tokens, call } = await overRedirect();
    await assert.rejects(fetch.resume(call), code('elevation_insufficient'));
    const foreign = elevated('https://other.example', { acrValues: ['mfa'] }, 1);
    await assert.rejects(fetch.resume(call, foreign), code('elevation_insufficient'));
    assert.equal(api.calls.length, 1);
    tokens.saveElevated(elevated(api.url, { acrValues: ['mfa'] }, 1));
    assert.equal((await fetch.resume(call)).status, 200);
  });

  it('T19: is not resumed with a step-up of its own: a challenge ends it', async () => {
    const { fetch, call, asked } = await overRedirect();
    const other = await world(() => challenge('acr_values="mfa"'));
    const moved = { ...call, url: `${other.api.url}/transfers` };
    await assert.rejects(other.fetch.resume(moved, elevated(other.api.url, {}, 1)), code('still_challenged'));
    assert.equal(other.api.calls.length, 1);
    assert.equal(asked.length, 1);
    await assert.rejects(fetch.resume(moved, elevated(other.api.url, {}, 1)), code('outside_resource'));
  });
});

describe('the body of a call', () => {
  it('is refused when it is too large to be kept', async () => {
    const { api, fetch } = await world(
      () => ({ status: 200 }),
      () => ({}),
      { limits: { bodyBytes: 4 } },
    );
    await assert.rejects(fetch('transfers', post('12345')), code('call_too_large'));
    assert.equal(api.calls.length, 0);
    assert.equal((await fetch('transfers', post('1234'))).status, 200);
  });
});
