/**
 * What Auth0 documents for its samples and marketplace templates, with Actions of the same calls in our own words, at a server on a port: whole
 * logins with `openid-client`, and what the token says. What each decides on in the sandbox stands in `documented-samples.test.ts`.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { AuthorizationResponseError } from 'openid-client';
import { claimsOf } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { onPostLogin, startActionsServer } from './actions-server.ts';
import { relyingParty } from './relying-party.ts';

const SEEN = 'https://fabrikam.example/seen';

const bare = (config: ConfigInput): ConfigInput => ({
  ...config,
  users: config.users?.map((user) => {
    const { totp: _, ...rest } = user;
    return rest;
  }),
});

const withAction = async (t: TestContext, body: string, change?: (config: ConfigInput) => ConfigInput) => {
  const server = await startActionsServer({
    people: ['ada'],
    ...(change && { change }),
    actions: [onPostLogin('recipe', body, { TRUSTED_CIDR: '198.51.100.0/24' })],
  });
  t.after(() => server.close());
  const party = await relyingParty(server);
  const agent = new UserAgent(server.issuer);
  /** Which pages somebody answered, and what the tokens say of the proof. */
  const login = async (parameters: Readonly<Record<string, string>> = {}, browser = agent) => {
    const { pages, tokens } = await party.signIn('ada', parameters, browser);
    const { acr, amr, [SEEN]: seen } = claimsOf(tokens.id_token);
    assert.equal(claimsOf(tokens.access_token).acr, acr);
    return { pages, acr, amr, seen };
  };
  const signOut = () => agent.open('/oidc/logout').then((page) => agent.submit(page, { confirm: '1' }));
  return { server, party, agent, login, signOut };
};

const TWO = { acr: 'mfa', amr: ['mfa', 'otp', 'pwd'], seen: undefined };
const ONE = { acr: '1fa', amr: ['pwd'], seen: undefined };

it('a second factor once in a session: asked for at the first login, and not again before the session is another', async (t) => {
  const { login, signOut } = await withAction(
    t,
    `const methods = event.authentication && Array.isArray(event.authentication.methods) ? event.authentication.methods : [];
     if (!methods.find((method) => method.name === 'mfa')) api.multifactor.enable('any');`,
  );
  assert.deepEqual(await login(), { pages: ['/login', '/challenge'], ...TWO });
  assert.deepEqual(await login({ prompt: 'none' }), { pages: [], ...TWO });
  await signOut();
  assert.deepEqual(await login(), { pages: ['/login', '/challenge'], ...TWO });
});

it('several factors by signs of risk: on a device that is new, and not on one that is known', async (t) => {
  const { login, signOut } = await withAction(
    t,
    `const confidence = event.authentication?.riskAssessment?.assessments?.NewDevice?.confidence;
     const isRisky = confidence && ['low', 'medium'].includes(confidence);
     if (isRisky && event.user.multifactor?.length > 0) api.multifactor.enable('any', { allowRememberBrowser: true });`,
    (config) => ({ ...config, risk: { newDevice: { acr: '1fa' } } }),
  );
  assert.deepEqual(await login(), { pages: ['/login', '/challenge'], ...TWO });
  await signOut();
  assert.deepEqual(await login(), { pages: ['/login'], ...ONE });
});

it('enrolment of everybody who has no second factor: nobody gets a token without it', async (t) => {
  const { party, agent, server } = await withAction(
    t,
    `if (!event.user.multifactor?.length) api.multifactor.enable('any', { allowRememberBrowser: false });`,
    bare,
  );
  const { end, pages } = await agent.authorize((await party.ask()).url, server.person('ada'));
  assert.deepEqual([pages, end.url.pathname], [['/login'], '/enrol']);
  const silent = await party.ask({ prompt: 'none' });
  const { url } = await agent.open(silent.url);
  await assert.rejects(silent.tokensFor(url), AuthorizationResponseError);
});

it('several factors outside of a network, by the old name of the provider', async (t) => {
  const { server, login } = await withAction(
    t,
    `const number = (ip) => ip.split('.').map(Number).reduce((sum, part) => sum * 256 + part, 0);
     if (!/^[0-9.]+$/.test(event.request.ip)) return api.access.deny('Invalid request');
     const [base, bits] = event.secrets.TRUSTED_CIDR.split('/');
     const size = 2 ** (32 - Number(bits));
     const isInside = Math.floor(number(event.request.ip) / size) === Math.floor(number(base) / size);
     if (!isInside) api.multifactor.enable('guardian', { allowRememberBrowser: false });`,
    (config) => ({ ...config, trustedProxies: 1 }),
  );
  const from = (address: string) =>
    new UserAgent(server.issuer, (url, init) =>
      fetch(url, {
        ...init,
        headers: { ...Object.fromEntries(new Headers(init?.headers)), 'x-forwarded-for': address },
      }),
    );
  assert.deepEqual(await login({}, from('198.51.100.7')), { pages: ['/login'], ...ONE });
  assert.deepEqual(await login({}, from('203.0.113.9')), { pages: ['/login', '/challenge'], ...TWO });
  await assert.rejects(login({}, from('2001:db8::1')), (thrown) => {
    assert.ok(thrown instanceof AuthorizationResponseError);
    assert.deepEqual([thrown.error, thrown.error_description], ['access_denied', 'Invalid request']);
    return true;
  });
});

it('a challenge of the factors that somebody has: what was chosen is what the next Action and the token see', async (t) => {
  const { login } = await withAction(
    t,
    `const proven = event.authentication.methods.filter(({ name }) => name === 'mfa').map(({ type }) => type);
     api.idToken.setCustomClaim('${SEEN}', event.user.enrolledFactors.map(({ type }) => type));
     if (proven.length === 0) api.authentication.challengeWithAny(event.user.enrolledFactors.map(({ type }) => ({ type })));`,
  );
  assert.deepEqual(await login(), { pages: ['/login', '/challenge'], ...TWO, seen: ['otp'] });
});

it('a redirect, where the Action asks first whether it can be made: a silent request gets its token', async (t) => {
  const { login, party, agent, server } = await withAction(
    t,
    `if (api.redirect.canRedirect()) api.redirect.sendUserTo('https://verify.fabrikam.example/');`,
  );
  const { end } = await agent.authorize((await party.ask()).url, server.person('ada'));
  assert.equal(end.url.origin, 'https://verify.fabrikam.example');
  assert.deepEqual(await login({ prompt: 'none' }), { pages: [], ...ONE });
});
