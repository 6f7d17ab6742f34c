/** Attacks on what a token must have been proven for: demands lowered, proofs stretched, scopes taken, consent passed by. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startApi } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { ACCOUNTS, BUDGET_SECRET, CALLBACK, NIGHTLY_SECRET, REPORTS } from '../fabrikam.ts';
import type { Answer } from '../flow.ts';
import {
  answerIn,
  authorizationUrl,
  authorized,
  basic,
  claimsOf,
  redeem,
  tokenRequest,
  tokensFor,
  VERIFIER,
} from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { getsCode, signedIn } from './signed-in.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gus'] });
const api = await startApi(server);
after(async () => {
  await api.close();
  await server.close();
});

const TRANSFER = { scope: 'openid transfer:funds' } as const;
const OFFLINE = 'openid read:accounts offline_access';

const call = async (method: string, path: string, token: unknown): Promise<number> => {
  const response = await fetch(`${api.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${String(token)}` },
  });
  await response.body?.cancel();
  return response.status;
};

const refresh = (refresh_token: unknown, changes: Parameters<typeof tokenRequest>[1] = {}): Promise<Answer> =>
  tokenRequest(server, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...changes });

const scopeIn = ({ scope = '' }: Answer['body']): string => String(scope);

describe('a demand is lowered', () => {
  const lowerings: readonly (readonly [string, Parameters<typeof authorizationUrl>[1]])[] = [
    ['a weaker level', { acr_values: '1fa' }],
    ['an invented level', { acr_values: '0' }],
    ['a level of nothing', { acr_values: ' ' }],
    ['a wish by claims', { claims: '{"id_token":{"acr":{"value":"1fa"}}}' }],
    ['an age of years', { max_age: '9999999999' }],
    ['no OpenID', { scope: 'transfer:funds' }],
    ['the scope twice', { scope: 'openid transfer:funds transfer:funds' }],
    ['the scope beside others', { scope: 'openid read:accounts transfer:funds' }],
    ['another response mode', { response_mode: 'fragment' }],
    ['no page', { prompt: 'none' }],
    ['a hint at an API that demands nothing', { resource: ACCOUNTS }],
    ['parameters of other products', { acr: 'mfa', amr: 'mfa', auth_time: '9999999999', mfa: 'true', loa: '3' }],
  ];
  for (const [what, changes] of lowerings) {
    it(`T17: the request for a transfer says ${what}, and the second proof is asked for all the same`, async () => {
      const agent = await signedIn(server, 'ada');
      const page = await agent.open(authorizationUrl(server, { ...TRANSFER, ...changes }));
      const { error, code } = { ...answerIn(page), ...Object.fromEntries(new URLSearchParams(page.url.hash.slice(1))) };
      assert.equal(code, undefined);
      const none = 'prompt' in (changes ?? {});
      const unmet = /^\[?(unmet_authentication_requirements|login_required)$/;
      if (none || error !== undefined) assert.match(String(error), unmet);
      else assert.equal(page.url.pathname, '/challenge');
    });
  }

  it('T17: parameters are added to the address of a page, or of the way home, and change nothing', async () => {
    const agent = await signedIn(server, 'ada');
    const challenge = await agent.open(authorizationUrl(server, TRANSFER));
    const id = challenge.url.searchParams.get('interaction') ?? '';
    const more =
      'scope=openid&acr_values=1fa&prompt=none&max_age=99999&client_id=budget&redirect_uri=https://evil.example/';
    for (const path of ['/authorize', '/challenge', '/login', '/consent', '/enrol', '/select-account']) {
      const page = await agent.open(`${path}?interaction=${id}&${more}`);
      assert.equal(page.url.pathname, '/challenge', path);
    }
    for (const query of [
      `interaction=${id}&interaction=${id}`,
      'interaction=',
      `interaction=${id}%00`,
      `interaction[]=${id}`,
    ]) {
      assert.equal((await agent.open(`/authorize?${query}`)).status, 400, query);
    }
  });

  it('T17: the page for a second proof is passed over, straight to consent or home, and leads back to itself', async () => {
    const agent = await signedIn(server, 'ada');
    const challenge = await agent.open(authorizationUrl(server, { ...TRANSFER, prompt: 'consent' }));
    const id = challenge.url.searchParams.get('interaction') ?? '';
    const page = await agent.open(`/consent?interaction=${id}`);
    assert.equal(page.url.pathname, '/challenge');
    assert.equal((await agent.submit(page, { allow: '1', authenticator: '' })).url.pathname, '/challenge');
    assert.equal(await getsCode(server, agent, TRANSFER), false);
  });
});

describe('a token is stretched', () => {
  it('T6: a refresh token from before a step-up asks for the higher scope, before and after it, and never gets it', async () => {
    const agent = new UserAgent(server.issuer);
    const first = await tokensFor(server, 'ben', { scope: OFFLINE }, agent);
    await tokensFor(server, 'ben', { scope: 'openid close:account' }, agent);
    for (const scope of ['transfer:funds', 'close:account', `${OFFLINE} close:account`, undefined]) {
      const { body } = await refresh(first.refresh_token, { scope });
      assert.ok(!/transfer|close/.test(scopeIn(body)), scope);
      if (typeof body.access_token !== 'string') continue;
      const { acr, acrs, scope: granted } = claimsOf(body.access_token);
      assert.deepEqual([acr, acrs], ['1fa', ['1fa']]);
      assert.ok(!/transfer|close/.test(String(granted)));
      assert.equal(await call('GET', '/accounts/statements', body.access_token), 401);
    }
  });

  it('T6: a grant that is elevated does not stay so by refreshing: age counts from the proof, and one use is one use', async () => {
    const scope = 'openid read:accounts close:account transfer:funds offline_access';
    const { refresh_token, access_token } = await tokensFor(server, 'cleo', { scope });
    assert.equal(claimsOf(access_token).acr, 'mfa');
    const soon = await refresh(refresh_token);
    assert.ok(scopeIn(soon.body).includes('close:account') && !scopeIn(soon.body).includes('transfer'));
    server.advance(310);
    const late = await refresh(soon.body.refresh_token);
    assert.ok(!/transfer|close/.test(scopeIn(late.body)));
    assert.equal(await call('GET', '/accounts/statements', late.body.access_token), 401);
  });

  it('T23: many proofs within one second date nothing ahead: a proof is never younger than the clock says', async () => {
    const agent = await signedIn(server, 'dan');
    const { password } = server.person('dan');
    for (let i = 0; i < 8; i += 1) {
      const page = await agent.open(authorizationUrl(server, { prompt: 'login' }));
      // Of three in one second the third may find the second one young enough.
      if (page.status === 200) await agent.submit(page, { password });
    }
    const tokens = await tokensFor(server, 'dan', { scope: 'openid close:account' }, agent);
    const { auth_time: authTime, iat } = claimsOf(tokens.access_token);
    assert.ok(Number(authTime) <= server.now() + 1 && Number(authTime) <= Number(iat) + 1);
    server.advance(302);
    assert.equal(await getsCode(server, agent, { scope: 'openid close:account' }), false);
  });

  it('T23: an age in milliseconds, with a sign, a fraction or an exponent is not taken for one', async () => {
    for (const max_age of ['-1', '1.5', '1e9', '+5', ' 5', '0x10', '10000000000000', 'Infinity', 'NaN']) {
      const page = await new UserAgent(server.issuer).open(authorizationUrl(server, { max_age, prompt: 'none' }));
      assert.equal(answerIn(page).error, 'invalid_request', max_age);
    }
  });

  it('a code is put by and redeemed when its proof has grown old, or its session has ended: it gives nothing', async () => {
    const late = await authorized(server, 'eve', TRANSFER);
    server.advance(61);
    assert.equal((await redeem(server, late)).body.error, 'invalid_grant');
    const agent = new UserAgent(server.issuer);
    const end = await authorized(server, 'eve', { scope: 'openid close:account' }, agent);
    await agent.send('/v2/logout');
    const { body } = await redeem(server, end);
    assert.deepEqual([body.error, body.access_token], ['invalid_grant', undefined]);
  });
});

describe('a client takes more than it may', () => {
  const BUDGET = { client_id: 'budget', scope: 'openid read:accounts' } as const;
  const asBudget = basic('budget', BUDGET_SECRET);

  it('scope escalation: a client asks for a scope of an API that it is not registered for, or that nobody knows', async () => {
    const agent = new UserAgent(server.issuer);
    const scope = 'openid read:accounts transfer:funds close:account read:reports admin * constructor __proto__';
    const end = await authorized(server, 'finn', { ...BUDGET, scope, acr_values: 'mfa' }, agent);
    const fields = { grant_type: 'authorization_code', code: answerIn(end).code, redirect_uri: CALLBACK };
    const { body } = await tokenRequest(server, { ...fields, code_verifier: VERIFIER }, asBudget);
    assert.equal(body.scope, 'openid read:accounts');
    assert.equal(claimsOf(String(body.access_token)).scope, 'openid read:accounts');
    assert.equal(await call('POST', '/accounts/transfers', body.access_token), 403);
    for (const audience of [REPORTS, `${ACCOUNTS}/`, ACCOUNTS.toUpperCase(), '__proto__', `${server.issuer}userinfo`]) {
      const refused = await agent.open(authorizationUrl(server, { ...BUDGET, audience, prompt: 'none' }));
      assert.equal(answerIn(refused).error, 'invalid_target', audience);
    }
  });

  it('scope escalation by a machine: a client that acts alone gets no scope that demands a person’s proof', async () => {
    const asNightly = basic('nightly', NIGHTLY_SECRET);
    const ask = (scope?: string) =>
      tokenRequest(server, { grant_type: 'client_credentials', audience: ACCOUNTS, scope }, asNightly);
    for (const scope of ['transfer:funds', 'close:account', 'openid', 'offline_access', 'openid transfer:funds']) {
      const { status, body } = await ask(scope);
      assert.deepEqual([status, body.access_token], [400, undefined], scope);
    }
    for (const scope of [undefined, 'read:accounts transfer:funds']) {
      const { body } = await ask(scope);
      assert.ok(!/transfer|close|openid|offline/.test(scopeIn(body)), scope);
    }
  });

  it('consent bypass: no page, a hint, an old consent for less or for another, and none of them is a yes', async () => {
    const agent = await signedIn(server, 'gus');
    const silent = { ...BUDGET, prompt: 'none' } as const;
    const refusedAs = async (changes: Parameters<typeof authorizationUrl>[1]) =>
      answerIn(await agent.open(authorizationUrl(server, { ...silent, ...changes }))).error;
    const { id_token } = await tokensFor(server, 'gus', {}, agent);
    for (const changes of [
      {},
      { id_token_hint: id_token },
      { login_hint: 'gus' },
      { scope: 'openid' },
      { max_age: '9999' },
    ]) {
      assert.equal(await refusedAs(changes), 'consent_required');
    }
    // The operator's own application has it; that is no consent for somebody else's.
    await agent.authorize(authorizationUrl(server, BUDGET), server.person('gus'));
    assert.equal(await refusedAs({}), undefined);
    for (const scope of ['openid email', 'openid read:accounts profile', 'openid read:accounts offline_access']) {
      assert.equal(await refusedAs({ scope }), 'consent_required', scope);
    }
    const other = await signedIn(server, 'ben');
    const page = await other.open(authorizationUrl(server, silent));
    assert.equal(answerIn(page).error, 'consent_required');
  });

  it('consent bypass: a client of somebody else’s that asks for no scope at all gets no token for it', async () => {
    const agent = await signedIn(server, 'gus');
    for (const scope of [undefined, '', ' ', 'unknown']) {
      const page = await agent.open(authorizationUrl(server, { ...BUDGET, scope, nonce: undefined }));
      assert.deepEqual([answerIn(page).error, answerIn(page).code], ['invalid_scope', undefined]);
    }
  });
});
