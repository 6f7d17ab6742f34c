/** OpenID Connect Core 1.0, the code flow; certified clients go through the whole of it in their own files. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { BUDGET_SECRET, CALLBACK, PAPE } from './fabrikam.ts';
import {
  answerIn,
  authorizationUrl,
  basic,
  claimsOf,
  getJson,
  redeem,
  tokenRequest,
  tokensFor,
  VERIFIER,
} from './flow.ts';
import { UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gina', 'hal', 'iris', 'jo', 'kim', 'lea'],
  // Somebody without a second factor.
  change: ({ users = [], ...config }) => ({
    ...config,
    users: users.map(({ totp, ...user }) => (user.username === 'lea' || !totp ? user : { ...user, totp })),
  }),
});
after(() => server.close());

type Changes = Parameters<typeof authorizationUrl>[1];

/** A browser in which somebody is signed in. */
const signedIn = async (username: string, changes: Changes = {}): Promise<UserAgent> => {
  const agent = new UserAgent(server.issuer);
  await agent.authorize(authorizationUrl(server, changes), server.person(username));
  return agent;
};

/** What the client is told when the person answers nothing. */
const answer = async (agent: UserAgent, changes: Changes) =>
  answerIn(await agent.open(authorizationUrl(server, changes)));

/** The path of the page that is shown first. */
const firstPage = async (agent: UserAgent, changes: Changes): Promise<string> => {
  const { url, status } = await agent.open(authorizationUrl(server, changes));
  return status === 200 ? url.pathname : `${url.origin}${url.pathname}`;
};

const claims = (idToken: Readonly<Record<string, unknown>>): string => JSON.stringify({ id_token: idToken });

describe('OpenID Connect Core 1.0, section 2: the ID token', () => {
  it('has every claim that is required, and the nonce exactly as it was sent', async () => {
    const nonce = `n-0S6_WzA2Mj+/="'<é>`;
    const { id_token } = await tokensFor(server, 'ada', { nonce });
    const token = claimsOf(id_token);
    assert.deepEqual([token.iss, token.sub, token.aud, token.nonce], [server.issuer, 'user_ada', 'web', nonce]);
    assert.ok(Number(token.exp) > Number(token.iat));
    assert.equal(typeof token.auth_time, 'number');
  });

  it('is given for the scope openid alone', async () => {
    assert.equal((await tokensFor(server, 'ada', { scope: 'read:accounts' })).id_token, undefined);
  });

  it('5.4: tells of the person what profile and email release, and nothing without them', async () => {
    const { id_token: full } = await tokensFor(server, 'ada', { scope: 'openid profile email' });
    const { name, email, email_verified } = claimsOf(full);
    assert.deepEqual([name, email, email_verified], ['ada of Fabrikam', 'ada@fabrikam.example', true]);
    const { id_token: bare } = await tokensFor(server, 'ada', { scope: 'openid' });
    for (const released of ['name', 'email']) assert.ok(!(released in claimsOf(bare)));
  });
});

describe('OpenID Connect Core 1.0, section 3.1.2.1: prompt', () => {
  it('T4: none shows no page and says login_required when nobody is signed in', async () => {
    const { error, code } = await answer(new UserAgent(server.issuer), { prompt: 'none' });
    assert.deepEqual([error, code], ['login_required', undefined]);
  });

  it('none brings a code without a page when somebody is signed in', async () => {
    assert.ok((await answer(await signedIn('ada'), { prompt: 'none' })).code);
  });

  it('none with any other value is invalid_request', async () => {
    const { error } = await answer(await signedIn('ada'), { prompt: 'none login' });
    assert.equal(error, 'invalid_request');
  });

  it('none is interaction_required where the person has yet to set up what is asked for', async () => {
    const agent = new UserAgent(server.issuer);
    const page = await agent.open(authorizationUrl(server));
    assert.ok(answerIn(await agent.submit(page, { username: 'lea', password: server.person('lea').password })).code);
    const { error } = await answer(agent, { prompt: 'none', acr_values: 'mfa' });
    assert.equal(error, 'interaction_required');
  });

  it('none is consent_required where the person has yet to consent', async () => {
    const agent = await signedIn('ada');
    const { error } = await answer(agent, { client_id: 'budget', prompt: 'none' });
    assert.equal(error, 'consent_required');
  });

  it('login asks again although somebody is signed in, and auth_time is new', async () => {
    const agent = await signedIn('ben');
    server.advance(10);
    const before = server.now();
    const { pages, end } = await agent.authorize(authorizationUrl(server, { prompt: 'login' }), server.person('ben'));
    assert.deepEqual(pages, ['/challenge']);
    const { body } = await redeem(server, end);
    assert.ok(Number(claimsOf(String(body.id_token)).auth_time) >= before);
  });

  it('select_account asks which account, even when there is one, and goes on with it', async () => {
    const agent = await signedIn('ada');
    const page = await agent.open(authorizationUrl(server, { prompt: 'select_account' }));
    assert.equal(page.url.pathname, '/select-account');
    assert.match(page.html, /ada/);
    assert.ok(answerIn(await agent.submit(page, { continue: '1' })).code);
  });

  it('consent asks for consent, even by a client of the operator’s own, and goes on when it is given', async () => {
    const agent = await signedIn('ada');
    const page = await agent.open(authorizationUrl(server, { prompt: 'consent' }));
    assert.equal(page.url.pathname, '/consent');
    assert.ok(answerIn(await agent.submit(page, { allow: '1' })).code);
    assert.equal(await firstPage(agent, { prompt: 'consent' }), '/consent');
  });

  it('login and consent together ask for both', async () => {
    const agent = await signedIn('kim');
    const asked = authorizationUrl(server, { prompt: 'login consent' });
    assert.deepEqual((await agent.authorize(asked, server.person('kim'))).pages, ['/challenge', '/consent']);
  });

  it('a value that is not announced is invalid_request', async () => {
    assert.equal((await answer(new UserAgent(server.issuer), { prompt: 'create' })).error, 'invalid_request');
  });
});

describe('OpenID Connect Core 1.0, section 3.1.2.1: max_age', () => {
  it('asks again only when the login is older', async () => {
    const agent = await signedIn('cleo');
    server.advance(100);
    assert.ok((await answer(agent, { max_age: '200' })).code);
    assert.equal(await firstPage(agent, { max_age: '50' }), '/challenge');
  });

  it('0 means the same as prompt=login', async () => {
    const agent = await signedIn('ada');
    const { pages } = await agent.authorize(authorizationUrl(server, { max_age: '0' }), server.person('ada'));
    assert.deepEqual(pages, ['/challenge']);
  });

  it('0 with prompt=none is login_required, for it can never be met without a page', async () => {
    assert.equal((await answer(await signedIn('ada'), { max_age: '0', prompt: 'none' })).error, 'login_required');
  });

  it('with prompt=none an old login is login_required', async () => {
    const agent = await signedIn('ada');
    server.advance(100);
    assert.equal((await answer(agent, { max_age: '50', prompt: 'none' })).error, 'login_required');
  });

  it('is a whole number that is not negative, or invalid_request', async () => {
    for (const max_age of ['-1', '1.5', 'soon', '0x10']) {
      assert.equal((await answer(new UserAgent(server.issuer), { max_age })).error, 'invalid_request', max_age);
    }
  });
});

describe('OpenID Connect Core 1.0, section 5.5.1.1: acr as an essential claim', () => {
  const essential = (...values: readonly string[]) => claims({ acr: { essential: true, values } });

  it('is met by a further proof, and returned by one of the values that were asked for', async () => {
    const agent = await signedIn('dan');
    const { id_token } = await tokensFor(server, 'dan', { claims: essential(PAPE) }, agent);
    assert.equal(claimsOf(id_token).acr, PAPE);
    const { id_token: lower } = await tokensFor(server, 'dan', { claims: essential('1fa') }, agent);
    assert.equal(claimsOf(lower).acr, '1fa');
  });

  it('T3: or the request fails with unmet_authentication_requirements', async () => {
    const { error, code } = await answer(await signedIn('ada'), { claims: essential('phrh') });
    assert.deepEqual([error, code], ['unmet_authentication_requirements', undefined]);
  });

  it('but as a voluntary claim it never fails a request: the level that was reached is returned', async () => {
    const { id_token } = await tokensFor(server, 'eve', { claims: claims({ acr: { values: ['phrh'] } }) });
    assert.equal(claimsOf(id_token).acr, '1fa');
  });

  it('essential without a value asks for no level in particular, and is returned', async () => {
    const { id_token } = await tokensFor(server, 'ada', { claims: claims({ acr: { essential: true } }) });
    assert.equal(claimsOf(id_token).acr, '1fa');
  });

  it('together with acr_values both must be met', async () => {
    const both = { claims: essential('mfa'), acr_values: '1fa' };
    const { id_token } = await tokensFor(server, 'finn', both);
    assert.equal(claimsOf(id_token).acr, 'mfa');
    const { error } = await answer(await signedIn('ada'), { claims: essential('1fa'), acr_values: 'phrh' });
    assert.equal(error, 'unmet_authentication_requirements');
  });

  it('a claims parameter that is no JSON object is invalid_request', async () => {
    for (const malformed of ['{', '[]', 'null', '{"id_token":1}']) {
      assert.equal((await answer(new UserAgent(server.issuer), { claims: malformed })).error, 'invalid_request');
    }
  });
});

describe('OpenID Connect Core 1.0: who is meant', () => {
  it('3.1.2.1: id_token_hint of whoever is signed in is let pass, even when it has expired', async () => {
    const agent = new UserAgent(server.issuer);
    const { id_token } = await tokensFor(server, 'gina', {}, agent);
    server.advance(3700);
    assert.ok((await answer(agent, { id_token_hint: id_token, prompt: 'none' })).code);
  });

  it('3.1.2.1: id_token_hint of somebody else is login_required, and never a token for the wrong person', async () => {
    const { id_token } = await tokensFor(server, 'ada');
    const agent = await signedIn('ben');
    assert.equal((await answer(agent, { id_token_hint: id_token, prompt: 'none' })).error, 'login_required');
    const page = await agent.open(authorizationUrl(server, { id_token_hint: id_token }));
    assert.equal(page.url.pathname, '/login');
    const { username, password } = server.person('ben');
    const { error, code } = answerIn(await agent.submit(page, { username, password }));
    assert.deepEqual([error, code], ['login_required', undefined]);
  });

  it('3.1.2.1: an id_token_hint that is none of ours is invalid_request', async () => {
    const { access_token } = await tokensFor(server, 'ada');
    for (const id_token_hint of ['a.b.c', access_token]) {
      assert.equal((await answer(await signedIn('ada'), { id_token_hint })).error, 'invalid_request');
    }
  });

  it('5.5.1: the claim sub with a value means that person and no other', async () => {
    const agent = await signedIn('ada');
    const wanting = (value: string) => ({ claims: claims({ sub: { value } }), prompt: 'none' });
    assert.ok((await answer(agent, wanting('user_ada'))).code);
    assert.equal((await answer(agent, wanting('user_ben'))).error, 'login_required');
  });
});

describe('OpenID Connect Core 1.0, section 3.1.2: the request', () => {
  it('3.1.2.1: display, ui_locales, claims_locales and login_hint cause no error', async () => {
    const hints = { display: 'touch', ui_locales: 'fr-CA de', claims_locales: 'fr', login_hint: 'ada' };
    const page = await new UserAgent(server.issuer).open(authorizationUrl(server, hints));
    assert.deepEqual([page.status, page.url.pathname], [200, '/login']);
    assert.match(page.html, /<html[^>]* lang="de"/);
    assert.match(page.html, /name="username"[^>]* value="ada"/);
  });

  it('3.1.2.6: request, request_uri and registration are refused by their own errors', async () => {
    for (const [name, error] of [
      ['request', 'request_not_supported'],
      ['request_uri', 'request_uri_not_supported'],
      ['registration', 'registration_not_supported'],
    ] as const) {
      assert.equal((await answer(new UserAgent(server.issuer), { [name]: 'https://client.example/x' })).error, error);
    }
  });

  it('3.1.2.1: redirect_uri is required', async () => {
    const page = await new UserAgent(server.issuer).open(authorizationUrl(server, { redirect_uri: undefined }));
    assert.equal(page.status, 400);
  });

  it('an unknown response_mode is refused with 400 and no redirect', async () => {
    const page = await new UserAgent(server.issuer).open(authorizationUrl(server, { response_mode: 'smoke' }));
    assert.equal(page.status, 400);
  });
});

describe('OpenID Connect Core 1.0: consent, userinfo, refreshing', () => {
  it('3.1.2.4: a client that is not the operator’s own needs consent, once', async () => {
    const agent = new UserAgent(server.issuer);
    const budget = { client_id: 'budget', scope: 'openid profile read:accounts' };
    const first = await agent.authorize(authorizationUrl(server, budget), server.person('hal'));
    assert.deepEqual(first.pages, ['/login', '/consent']);
    const fields = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: VERIFIER };
    const code = answerIn(first.end).code;
    const { body } = await tokenRequest(server, { ...fields, code }, basic('budget', BUDGET_SECRET));
    assert.equal(body.scope, budget.scope);
    const again = await agent.authorize(authorizationUrl(server, budget), server.person('hal'));
    assert.deepEqual(again.pages, []);
    // More than was allowed before is asked for anew.
    assert.equal(await firstPage(agent, { ...budget, scope: `${budget.scope} email` }), '/consent');
  });

  it('3.1.2.4: whoever denies consent is reported as access_denied', async () => {
    const agent = await signedIn('iris');
    const page = await agent.open(authorizationUrl(server, { client_id: 'budget' }));
    assert.equal(answerIn(await agent.submit(page, { deny: '1' })).error, 'access_denied');
  });

  it('11: offline_access is part of what the person allows such a client', async () => {
    const agent = await signedIn('iris');
    const page = await agent.open(authorizationUrl(server, { client_id: 'budget', scope: 'openid offline_access' }));
    assert.equal(page.url.pathname, '/consent');
    const end = await agent.submit(page, { allow: '1' });
    const fields = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: VERIFIER };
    const { code } = answerIn(end);
    const { body } = await tokenRequest(server, { ...fields, code }, basic('budget', BUDGET_SECRET));
    assert.equal(typeof body.refresh_token, 'string');
  });

  it('5.3: userinfo answers GET and POST with the same sub as the ID token, and with what the scopes release', async () => {
    const { access_token, id_token } = await tokensFor(server, 'ada', { scope: 'openid email' });
    const headers = { authorization: `Bearer ${access_token}` };
    const expected = { sub: claimsOf(id_token).sub, email: 'ada@fabrikam.example', email_verified: true };
    assert.deepEqual((await getJson(server.at('userinfo'), headers)).body, expected);
    const posted = await fetch(server.at('userinfo'), { method: 'POST', headers });
    assert.deepEqual(await posted.json(), expected);
  });

  it('12.2: a refreshed ID token is of the same person, with the same auth_time, a new iat and no nonce', async () => {
    const first = await tokensFor(server, 'jo', { scope: 'openid offline_access' });
    server.advance(10);
    const { body } = await tokenRequest(server, { grant_type: 'refresh_token', refresh_token: first.refresh_token });
    const [old, fresh] = [claimsOf(first.id_token), claimsOf(String(body.id_token))];
    const same = (token: typeof old) => [token.iss, token.sub, token.aud, token.auth_time, token.sid];
    assert.deepEqual(same(fresh), same(old));
    assert.ok(Number(fresh.iat) >= Number(old.iat) + 10);
    assert.ok(!('nonce' in fresh));
  });
});
