import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { AuthorizationBase } from '../authorization/request.ts';
import { pendingCallOf } from '../pending-call.ts';
import { createStepUpFetch } from '../step-up-fetch.ts';
import type { FakeApi } from '../testing/api.ts';
import { challenge, startApi } from '../testing/api.ts';
import { code } from '../testing/errors.ts';
import { createTokenStore } from '../token-store.ts';
import type { PendingStepUpKeeping, PendingStepUpStore } from './pending-step-up.ts';
import { beginStepUp, finishStepUp, takePendingStepUp } from './pending-step-up.ts';

const secret = 'correct horse battery staple and a bit more';
let now = 1_000_000;
const open: FakeApi[] = [];
afterEach(async () => {
  now = 1_000_000;
  await Promise.all(open.splice(0).map((api) => api.close()));
});

const base: AuthorizationBase = {
  clientId: 'web',
  redirectUri: 'https://app.example/callback',
  scope: ['openid', 'read:accounts'],
  audience: 'https://api.example',
  allowed: { scope: ['transfer:funds'], acrValues: ['mfa'], singleUseScope: ['transfer:funds'] },
};
const stepUp = { acrValues: ['mfa'], maxAgeSeconds: 300, scope: ['transfer:funds'] };

function memoryStore(): PendingStepUpStore & { readonly records: Map<string, string> } {
  const records = new Map<string, string>();
  return {
    records,
    put: (id, sealed) => Promise.resolve(void records.set(id, sealed)),
    take: (id) => {
      const sealed = records.get(id);
      records.delete(id);
      return Promise.resolve(sealed);
    },
  };
}

const keeping = (store: PendingStepUpStore, changes: Partial<PendingStepUpKeeping> = {}): PendingStepUpKeeping => ({
  store,
  secret,
  sessionId: 'session-1',
  now: () => now,
  ...changes,
});

async function begun(store = memoryStore()) {
  const request = new Request('https://api.example/transfers', { method: 'POST', body: '{"amount":10,"payee":"bob"}' });
  const call = await pendingCallOf(request, stepUp);
  const parameters = await beginStepUp(
    { base, stepUp, call, subject: 'alice', appState: { page: '/pay' } },
    keeping(store),
  );
  return { store, call, parameters, state: parameters.state ?? '' };
}

describe('a pending step-up', () => {
  it('comes back with what is needed for the exchange and the call', async () => {
    const { store, call, parameters, state } = await begun();
    const pending = await takePendingStepUp(state, keeping(store));
    assert.deepEqual(pending.call, call);
    assert.deepEqual(pending.appState, { page: '/pay' });
    assert.equal(pending.nonce, parameters.nonce);
    assert.equal(pending.subject, 'alice');
    assert.deepEqual([pending.acrValues, pending.maxAgeSeconds], [['mfa'], 300]);
  });

  it('T14: T19: is taken once, however many ask at the same time', async () => {
    const { store, state } = await begun();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => takePendingStepUp(state, keeping(store))));
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
    await assert.rejects(takePendingStepUp(state, keeping(store)), code('no_pending_step_up'));
  });

  it('says nothing to whoever reads the store', async () => {
    const { store } = await begun();
    const kept = [...store.records.values()].join('');
    for (const word of ['bob', 'alice', 'codeVerifier', btoa('{"amount"').slice(0, 8)])
      assert.ok(!kept.includes(word), word);
  });

  it('T18: cannot be altered, nor taken with another secret, session or state', async () => {
    const attempts: readonly ((store: Map<string, string>, state: string) => Partial<PendingStepUpKeeping>)[] = [
      (records, state) => {
        const [iv, bytes = ''] = records.get(state)?.split('.') ?? [];
        records.set(state, `${iv}.${bytes.startsWith('A') ? 'B' : 'A'}${bytes.slice(1)}`);
        return {};
      },
      (records, state) => {
        records.set(state, 'rubbish');
        return {};
      },
      () => ({ secret: secret.toUpperCase() }),
      () => ({ sessionId: 'session-2' }),
    ];
    for (const attempt of attempts) {
      const { store, state } = await begun();
      await assert.rejects(
        takePendingStepUp(state, keeping(store, attempt(store.records, state))),
        code('no_pending_step_up'),
      );
    }
    const first = await begun();
    const second = await begun(first.store);
    first.store.records.set(second.state, first.store.records.get(first.state) ?? '');
    await assert.rejects(takePendingStepUp(second.state, keeping(first.store)), code('no_pending_step_up'));
  });

  it('expires', async () => {
    const { store, state } = await begun();
    now += 901;
    await assert.rejects(takePendingStepUp(state, keeping(store)), code('no_pending_step_up'));
  });

  it('is not begun with a weak secret, or for what the application has not declared', async () => {
    const store = memoryStore();
    await assert.rejects(beginStepUp({ base, stepUp }, keeping(store, { secret: 'short' })), TypeError);
    await assert.rejects(
      beginStepUp({ base, stepUp: { scope: ['admin'] } }, keeping(store)),
      code('challenge_refused'),
    );
    assert.equal(store.records.size, 0);
  });
});

describe('finishing a step-up', () => {
  const finish = async (claims: object) => {
    const { store, state } = await begun();
    const pending = await takePendingStepUp(state, keeping(store));
    const good = { sub: 'alice', acr: 'mfa', auth_time: now, nonce: pending.nonce };
    const tokens = { accessToken: 'elevated', expiresInSeconds: 120, claims: { ...good, ...claims } };
    return finishStepUp(pending, tokens, base, () => now);
  };

  it('gives the elevated token', async () => {
    assert.deepEqual(await finish({}), {
      accessToken: 'elevated',
      expiresAt: now + 120,
      audience: 'https://api.example',
      acr: 'mfa',
      authTime: now,
      scope: ['openid', 'read:accounts', 'transfer:funds'],
      singleUse: true,
    });
  });

  it('takes a level that the proofs earn besides, and keeps all of them for the calls to come', async () => {
    const { acr, acrs } = await finish({ acr: 'phr', acrs: ['phr', 'mfa'] });
    assert.deepEqual([acr, acrs], ['phr', ['phr', 'mfa']]);
    await assert.rejects(finish({ acr: 'phr', acrs: ['phr'] }), code('acr_not_met'));
    await assert.rejects(finish({ acr: 'phr', acrs: 'mfa' }), code('id_token_invalid'));
  });

  it('T10: T25: refuses another user, another level, an old proof and a foreign response', async () => {
    await assert.rejects(finish({ sub: 'mallory' }), code('different_user'));
    await assert.rejects(finish({ acr: '1fa' }), code('acr_not_met'));
    await assert.rejects(finish({ acr: undefined }), code('acr_not_met'));
    await assert.rejects(finish({ auth_time: now - 1000 }), code('authentication_too_old'));
    await assert.rejects(finish({ nonce: 'other' }), code('id_token_invalid'));
    await assert.rejects(finish({ nonce: undefined }), code('id_token_invalid'));
  });
});

describe('a server-side app', () => {
  it('T18: T19: steps up and sends the call once more, as it was', async () => {
    const api = await startApi((call) =>
      call.authorization === 'Bearer everyday'
        ? challenge('acr_values="mfa", max_age="300"')
        : { status: 201, body: 'done' },
    );
    open.push(api);
    const store = memoryStore();
    const ownBase = { ...base, audience: api.url };
    let redirect: Readonly<Record<string, string>> | undefined;
    const fetchFor = () =>
      createStepUpFetch({
        resource: api.url,
        tokens: createTokenStore({ now: () => now }),
        everydayToken: () => Promise.resolve('everyday'),
        allowed: base.allowed,
        elevate: async (demand, call) => {
          redirect = await beginStepUp({ base: ownBase, stepUp: demand, call, subject: 'alice' }, keeping(store));
          return undefined;
        },
      });

    await assert.rejects(fetchFor()('transfers', { method: 'POST', body: '{"amount":10}' }), code('redirecting'));
    const pending = await takePendingStepUp(redirect?.state ?? '', keeping(store));
    const claims = { sub: 'alice', acr: 'mfa', auth_time: now, nonce: pending.nonce };
    const token = finishStepUp(pending, { accessToken: 'elevated', expiresInSeconds: 60, claims }, ownBase, () => now);
    assert.ok(pending.call);
    const response = await fetchFor().resume(pending.call, token);
    assert.equal(await response.text(), 'done');
    assert.deepEqual(
      api.calls.map(({ method, path, body, authorization }) => [method, path, body, authorization]),
      [
        ['POST', '/accounts/transfers', '{"amount":10}', 'Bearer everyday'],
        ['POST', '/accounts/transfers', '{"amount":10}', 'Bearer elevated'],
      ],
    );
  });
});
