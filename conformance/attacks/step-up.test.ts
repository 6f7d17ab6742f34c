/** Attacks on what a token must have been proven for: demands lowered, proofs stretched, scopes taken, consent passed by. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ConfigInput, Deps } from '@stile/server';
import { ConfigError, createLog, runCommand } from '@stile/server';
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
import { hiddenFields, UserAgent } from '../user-agent.ts';
import { getsCode, sendForm, signedIn } from './signed-in.ts';

/** Hal and ida have no second factor; the command line client is somebody else's, and public. */
const change = (config: ConfigInput): ConfigInput => ({
  ...config,
  users: (config.users ?? []).map(({ totp, ...user }) => (totp && !/hal|ida/.test(user.id) ? { ...user, totp } : user)),
  clients: [
    ...(config.clients ?? []),
    {
      id: 'cli',
      name: 'A program on the device',
      authentication: ['none'],
      redirectUris: ['http://127.0.0.1/callback', 'com.example.cli:/callback'],
      apis: { [ACCOUNTS]: ['read:accounts'] },
    },
  ],
});

let held: Deps | undefined;
const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gus', 'hal', 'ida'],
  change,
  replace: (deps) => {
    held = deps;
    return deps;
  },
});
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

  it('an elevated token does not outlive the proof it stands on, and neither does a refreshed one', async () => {
    const agent = await signedIn(server, 'gus');
    const scope = 'openid close:account offline_access';
    const first = await tokensFor(server, 'gus', { scope }, agent);
    server.advance(200);
    const later = await tokensFor(server, 'gus', { scope }, agent);
    const { body: refreshed } = await refresh(first.refresh_token);
    const { auth_time: authTime } = claimsOf(first.access_token);
    for (const token of [first.access_token, later.access_token, String(refreshed.access_token)]) {
      const { scope: granted, exp } = claimsOf(token);
      assert.ok(String(granted).includes('close:account'));
      assert.ok(Number(exp) <= Number(authTime) + 300, `${Number(exp) - Number(authTime)} seconds`);
    }
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

  it('counterfeit app: a program that says it is an app on the device finds no yes from before, for anybody could say so', async () => {
    const agent = await signedIn(server, 'gus');
    for (const redirect_uri of ['http://127.0.0.1:4000/callback', 'com.example.cli:/callback']) {
      const asked = { client_id: 'cli', redirect_uri, scope: 'openid read:accounts' } as const;
      const page = await agent.open(authorizationUrl(server, asked));
      assert.match(page.html, /127\.0\.0\.1:4000|com\.example\.cli:/);
      const response = await sendForm(agent, page, { allow: '1' });
      const home = await agent.send(response.headers.get('location') ?? '');
      assert.match(home.headers.get('location') ?? '', /code=/);
      for (const again of [redirect_uri, 'http://127.0.0.1:5666/callback']) {
        const silent = await agent.send(authorizationUrl(server, { ...asked, redirect_uri: again, prompt: 'none' }));
        assert.match(silent.headers.get('location') ?? '', /error=consent_required/);
      }
    }
  });

  it('an API that would have the names of OpenID, of userinfo, or of another API’s tokens is not taken into the configuration', async () => {
    const withApi = (api: Readonly<Record<string, unknown>>) => (config: ConfigInput) => ({
      ...config,
      apis: [...(config.apis ?? []), { audience: 'https://api.evil.example/', name: 'Evil', scopes: {}, ...api }],
    });
    for (const scope of ['openid', 'offline_access', 'profile', 'a b', '"', 'é']) {
      const start = startAuthorizationServer({ change: withApi({ scopes: { [scope]: {} } }) });
      await assert.rejects(start, ConfigError, scope);
    }
    const asUserinfo = (config: ConfigInput) => withApi({ audience: `${config.issuer}userinfo` })(config);
    await assert.rejects(startAuthorizationServer({ change: asUserinfo }), ConfigError);
    await assert.rejects(startAuthorizationServer({ change: withApi({ audience: ACCOUNTS }) }), ConfigError);
    const toNobody = withApi({ scopes: { x: { requires: { acr: 'phrh' } } } });
    await assert.rejects(startAuthorizationServer({ change: toNobody }), ConfigError);
  });

  it('consent bypass: a client of somebody else’s that asks for no scope at all gets no token for it', async () => {
    const agent = await signedIn(server, 'gus');
    for (const scope of [undefined, '', ' ', 'unknown']) {
      const page = await agent.open(authorizationUrl(server, { ...BUDGET, scope, nonce: undefined }));
      assert.deepEqual([answerIn(page).error, answerIn(page).code], ['invalid_scope', undefined]);
    }
  });
});

describe('T8: a password thief connects a factor of their own', () => {
  const ticketFor = async (username: string): Promise<string> => {
    const printed: string[] = [];
    const { config } = held ?? assert.fail('The server runs.');
    await runCommand(['ticket', username], { config, log: createLog('silent'), print: (line) => printed.push(line) });
    return /: (\S+)$/.exec(printed[0] ?? '')?.[1] ?? assert.fail('There is a ticket.');
  };

  it('T7: without a ticket there is no enrolment, and without enrolment no elevated scope', async () => {
    const thief = await signedIn(server, 'hal');
    const page = await thief.open(authorizationUrl(server, TRANSFER));
    assert.equal(page.url.pathname, '/enrol');
    for (const typed of [
      { ticket: '' },
      { ticket: 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA' },
      { code: '123456' },
      { kept: '1' },
    ]) {
      const next = await thief.submit(page, typed);
      assert.equal(next.url.pathname, '/enrol');
      assert.ok(!/otpauth:/.test(next.html));
    }
    assert.equal(await getsCode(server, thief, TRANSFER), false);
  });

  it('T8: the ticket of one person connects nothing for another, and ten guesses are all there are', async () => {
    const ticket = await ticketFor('ida');
    const thief = await signedIn(server, 'hal');
    const page = await thief.open(authorizationUrl(server, TRANSFER));
    assert.ok(!/otpauth:/.test((await thief.submit(page, { ticket })).html));
    server.advance(86_400);
    const again = await (await signedIn(server, 'hal')).open(authorizationUrl(server, TRANSFER));
    assert.equal(again.url.pathname, '/enrol');
    const agent = await signedIn(server, 'hal');
    const guarded = await agent.open(authorizationUrl(server, TRANSFER));
    const statuses: number[] = [];
    for (let i = 0; i < 14; i += 1) {
      const response = await sendForm(agent, guarded, { ticket: 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA' });
      await response.body?.cancel();
      statuses.push(response.status);
    }
    assert.deepEqual(statuses.filter((status) => status === 400).length, 10);
    assert.deepEqual(statuses.filter((status) => status === 429).length, 4);
    const own = await signedIn(server, 'ida');
    const passed = await own.submit(await own.open(authorizationUrl(server, TRANSFER)), { ticket });
    const connected = await own.submit(passed, { use: 'totp' });
    assert.match(connected.html, /otpauth:/);
  });

  it('T8: whoever has a second factor is never led to enrolment, whatever is asked, ticket or not', async () => {
    const ticket = await ticketFor('finn');
    const thief = await signedIn(server, 'finn');
    const page = await thief.open(authorizationUrl(server, TRANSFER));
    const id = page.url.searchParams.get('interaction') ?? '';
    assert.equal((await thief.open(`/enrol?interaction=${id}`)).url.pathname, '/challenge');
    const body = new URLSearchParams({ ...hiddenFields(page), ticket });
    const posted = await thief.open(`/enrol?interaction=${id}`, { method: 'POST', body });
    assert.equal(posted.url.pathname, '/challenge');
  });
});
