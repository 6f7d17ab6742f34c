/** RFC 6749, The OAuth 2.0 Authorization Framework: what can be seen from outside. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import {
  ACCOUNTS,
  API_SECRET,
  CALLBACK,
  CALLBACK_WITH_QUERY,
  NIGHTLY_SECRET,
  REPORTS,
  WEB_SECRET,
} from './fabrikam.ts';
import {
  answerIn,
  authorizationUrl,
  authorized,
  basic,
  post,
  redeem,
  tokenRequest,
  tokensFor,
  VERIFIER,
} from './flow.ts';
import { UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben', 'cleo'] });
after(() => server.close());

/** What the client is told when nobody has to be asked. */
const answerTo = async (changes: Parameters<typeof authorizationUrl>[1]) => {
  const page = await new UserAgent(server.issuer).open(authorizationUrl(server, changes));
  return { status: page.status, to: `${page.url.origin}${page.url.pathname}`, ...answerIn(page) };
};

const activity = async (token: string): Promise<unknown> => {
  const headers = basic('accounts-api', API_SECRET);
  return (await post(server.at('oauth/introspect'), { token }, headers)).body.active;
};

describe('RFC 6749, section 2.3: client authentication', () => {
  const credentials = { grant_type: 'client_credentials', audience: REPORTS };

  it('2.3.1: identifier and secret are form-encoded in the Basic header', async () => {
    const encoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
    const header = Buffer.from(`${encoded('web')}:${encoded(WEB_SECRET)}`).toString('base64');
    const refused = await tokenRequest(
      server,
      { grant_type: 'authorization_code', code: 'none' },
      {
        authorization: `Basic ${header}`,
      },
    );
    assert.equal(refused.body.error, 'invalid_grant');
    const plain = { authorization: `Basic ${Buffer.from(`web:${WEB_SECRET}`).toString('base64')}` };
    assert.equal((await tokenRequest(server, { grant_type: 'authorization_code', code: 'none' }, plain)).status, 401);
  });

  it('2.3: more than one method in a request is refused', async () => {
    const both = { ...credentials, client_id: 'nightly', client_secret: NIGHTLY_SECRET };
    const { status, body } = await tokenRequest(server, both, basic('nightly', NIGHTLY_SECRET));
    assert.deepEqual([status, body.error], [400, 'invalid_request']);
  });

  it('5.2: a wrong secret is invalid_client, with 401 and the scheme that was tried', async () => {
    const { status, headers, body } = await tokenRequest(server, credentials, basic('nightly', 'wrong'));
    assert.deepEqual([status, body.error], [401, 'invalid_client']);
    assert.match(headers.get('www-authenticate') ?? '', /^Basic realm=/);
  });

  it('5.2: an unknown client and a wrong secret are answered alike', async () => {
    const [unknown, wrong] = await Promise.all([
      tokenRequest(server, credentials, basic('nobody', 'wrong')),
      tokenRequest(server, credentials, basic('nightly', 'wrong')),
    ]);
    assert.deepEqual([unknown.status, unknown.body], [wrong.status, wrong.body]);
  });

  it('3.2.1: a client that has a secret must use it', async () => {
    const { status, body } = await tokenRequest(server, { ...credentials, client_id: 'nightly' }, {});
    assert.deepEqual([status, body.error], [401, 'invalid_client']);
  });
});

describe('RFC 6749, section 3.1: the authorization endpoint', () => {
  it('3.1: takes a request by POST as well', async () => {
    const agent = new UserAgent(server.issuer);
    const { search, pathname } = authorizationUrl(server);
    const body = new URLSearchParams(search);
    const login = await agent.open(pathname, { method: 'POST', body });
    assert.equal(login.url.pathname, '/login');
    const { username, password } = server.person('ada');
    assert.ok(answerIn(await agent.submit(login, { username, password })).code);
  });

  it('3.1: passes over parameters it does not know, and treats empty ones as left out', async () => {
    const answer = answerIn(await authorized(server, 'ada', { prompt: '', max_age: '', what_is_this: 'unknown' }));
    assert.ok(answer.code);
  });

  it('3.1: a parameter that occurs twice is invalid_request', async () => {
    const answer = await answerTo({ scope: ['openid', 'openid'] });
    assert.deepEqual([answer.to, 'error' in answer && answer.error], [CALLBACK, 'invalid_request']);
  });

  it('3.1.1: an unknown response_type is unsupported_response_type, a missing one invalid_request', async () => {
    for (const response_type of ['token', 'id_token', 'code token']) {
      assert.equal(
        Object.entries(await answerTo({ response_type })).find(([name]) => name === 'error')?.[1],
        'unsupported_response_type',
      );
    }
    assert.match(JSON.stringify(await answerTo({ response_type: undefined })), /"error":"invalid_request"/);
  });

  it('3.1.2: a redirect URI keeps the query it was registered with', async () => {
    const { url } = await authorized(server, 'ada', { redirect_uri: CALLBACK_WITH_QUERY });
    assert.ok(url.href.startsWith(`${CALLBACK_WITH_QUERY}&code=`));
  });

  it('4.1.2.1: with an unknown client or an unregistered redirect URI nobody is redirected, the person is told', async () => {
    for (const wrong of [
      { client_id: 'nobody' },
      { client_id: undefined },
      { redirect_uri: 'https://evil.example/' },
      { redirect_uri: `${CALLBACK}/more` },
      { redirect_uri: `${CALLBACK}#fragment` },
      { redirect_uri: undefined },
    ]) {
      const page = await new UserAgent(server.issuer).open(authorizationUrl(server, wrong));
      assert.equal(page.status, 400, JSON.stringify(wrong));
      assert.equal(page.response.headers.get('location'), null);
      assert.ok(!page.html.includes('evil.example'));
    }
  });

  it('4.1.2: state comes back exactly as it was sent', async () => {
    const state = `a+b c&d=e%20"'<é>#?/\\`;
    assert.equal(answerIn(await authorized(server, 'ada', { state })).state, state);
    assert.ok(!('state' in answerIn(await authorized(server, 'ada', { state: undefined }))));
  });

  it('4.1.2.1: the person who cancels is reported as access_denied, with state', async () => {
    const agent = new UserAgent(server.issuer);
    const page = await agent.submit(await agent.open(authorizationUrl(server)), { cancel: '1' });
    const { error, state } = answerIn(page);
    assert.deepEqual([error, state], ['access_denied', 'a state']);
  });

  it('3.3: a scope that nobody may have is left out and the answer says so; if none is left it is invalid_scope', async () => {
    const { scope } = await tokensFor(server, 'ada', { scope: 'openid read:accounts made:up' });
    assert.equal(scope, 'openid read:accounts');
    assert.match(JSON.stringify(await answerTo({ scope: 'made:up' })), /"error":"invalid_scope"/);
  });
});

describe('RFC 6749, section 4.1: the authorization code', () => {
  it('5.1: is exchanged for a Bearer token that nobody may cache', async () => {
    const { status, headers, body } = await redeem(server, await authorized(server, 'ada'));
    assert.equal(status, 200);
    assert.deepEqual([headers.get('cache-control'), headers.get('pragma')], ['no-store', 'no-cache']);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(
      [body.token_type, typeof body.expires_in, body.scope],
      ['Bearer', 'number', 'openid read:accounts'],
    );
  });

  it('4.1.2: works once; the second use is refused and ends the tokens of the first', async () => {
    const end = await authorized(server, 'ada', { scope: 'openid read:accounts offline_access' });
    const first = await redeem(server, end);
    const access = String(first.body.access_token);
    assert.equal(await activity(access), true);
    const second = await redeem(server, end);
    assert.deepEqual([second.status, second.body.error], [400, 'invalid_grant']);
    assert.equal(await activity(access), false);
    const fields = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) };
    assert.equal((await tokenRequest(server, fields)).body.error, 'invalid_grant');
  });

  it('T14, 10.5: of many uses at once exactly one succeeds', async () => {
    const end = await authorized(server, 'ada');
    const answers = await Promise.all(Array.from({ length: 8 }, () => redeem(server, end)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.ok(answers.every(({ status, body }) => status === 200 || body.error === 'invalid_grant'));
  });

  it('4.1.2: expires within ten minutes, here after one', async () => {
    const end = await authorized(server, 'ada');
    server.advance(60);
    assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
  });

  it('4.1.3: is bound to its client', async () => {
    const end = await authorized(server, 'ada');
    const fields = { code: answerIn(end).code, grant_type: 'authorization_code', code_verifier: VERIFIER };
    const stolen = await tokenRequest(server, { ...fields, redirect_uri: CALLBACK, client_id: 'native' }, {});
    assert.deepEqual([stolen.status, stolen.body.error], [400, 'invalid_grant']);
    // And it is spent: whoever held it may have learnt it elsewhere.
    assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
  });

  it('4.1.3: is bound to its redirect URI', async () => {
    for (const redirect_uri of [CALLBACK_WITH_QUERY, undefined]) {
      const { body } = await redeem(server, await authorized(server, 'ada'), { redirect_uri });
      assert.equal(body.error, 'invalid_grant');
    }
  });
});

describe('RFC 6749, section 4.4: client credentials', () => {
  const grant_type = 'client_credentials';

  it('4.4.3: no refresh token, and only the scopes that are the client’s own', async () => {
    const asNightly = basic('nightly', NIGHTLY_SECRET);
    const { status, body } = await tokenRequest(server, { grant_type, audience: ACCOUNTS }, asNightly);
    assert.deepEqual([status, body.scope, body.refresh_token], [200, 'read:accounts', undefined]);
  });

  it('5.2: a client that is not registered for the grant is unauthorized_client', async () => {
    const { status, body } = await tokenRequest(server, { grant_type, audience: ACCOUNTS });
    assert.deepEqual([status, body.error], [400, 'unauthorized_client']);
  });
});

describe('RFC 6749, section 5.2: errors of the token endpoint', () => {
  it('an unknown or removed grant is unsupported_grant_type, a missing one invalid_request', async () => {
    for (const grant_type of ['password', 'implicit', 'urn:example:other', 'constructor']) {
      assert.equal((await tokenRequest(server, { grant_type })).body.error, 'unsupported_grant_type');
    }
    assert.equal((await tokenRequest(server, {})).body.error, 'invalid_request');
    assert.equal((await tokenRequest(server, { grant_type: 'authorization_code' })).body.error, 'invalid_request');
  });

  it('3.2: a parameter that occurs twice is invalid_request', async () => {
    const grant_type = ['authorization_code', 'authorization_code'];
    assert.equal((await tokenRequest(server, { grant_type, code: 'a' })).body.error, 'invalid_request');
    assert.equal(
      (await tokenRequest(server, { grant_type: grant_type[0], code: ['a', 'b'] })).body.error,
      'invalid_request',
    );
  });

  it('3.2: a request by GET is refused, and errors are JSON that nobody may cache', async () => {
    const byGet = await fetch(server.at('oauth/token?grant_type=client_credentials'));
    assert.deepEqual([byGet.status, byGet.headers.get('allow')], [405, 'POST']);
    const { headers, body } = await tokenRequest(server, { grant_type: 'authorization_code', code: 'no"such\\code' });
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.match(String(body.error_description), /^[\x20\x21\x23-\x5B\x5D-\x7E]*$/);
  });
});

describe('RFC 6749, section 6: refreshing', () => {
  const scope = 'openid read:accounts offline_access';
  const refresh = (refresh_token: string | undefined, changes = {}, headers?: Readonly<Record<string, string>>) =>
    tokenRequest(server, { grant_type: 'refresh_token', refresh_token, ...changes }, headers);

  it('brings an access token of the same scope, or of less', async () => {
    const { refresh_token } = await tokensFor(server, 'ben', { scope });
    const same = await refresh(refresh_token);
    assert.equal(same.body.scope, scope);
    const less = await refresh(String(same.body.refresh_token), { scope: 'read:accounts' });
    assert.equal(less.body.scope, 'read:accounts');
    // What was left out once can be had again: the grant is as wide as before.
    assert.equal((await refresh(String(less.body.refresh_token))).body.scope, scope);
  });

  it('T6: never more than was granted', async () => {
    const agent = new UserAgent(server.issuer);
    const { refresh_token } = await tokensFor(server, 'ben', { scope }, agent);
    await tokensFor(server, 'ben', { scope: 'openid close:account' }, agent);
    const { status, body } = await refresh(refresh_token, { scope: 'openid close:account' });
    assert.deepEqual([status, body.error], [400, 'invalid_scope']);
  });

  it('10.4: a refresh token is bound to its client', async () => {
    const { refresh_token } = await tokensFor(server, 'cleo', { scope });
    const { status, body } = await refresh(refresh_token, { client_id: 'native' }, {});
    assert.deepEqual([status, body.error], [400, 'invalid_grant']);
  });

  it('10.4: each is good for one rotation; an old one that comes back later ends the whole family', async () => {
    const first = (await tokensFor(server, 'cleo', { scope })).refresh_token;
    const second = String((await refresh(first)).body.refresh_token);
    assert.notEqual(second, first);
    // An answer may be lost: for half a minute the same question gets the same successor.
    assert.equal((await refresh(first)).body.refresh_token, second);
    const third = await refresh(second);
    assert.equal(third.status, 200);
    server.advance(31);
    assert.equal((await refresh(first)).body.error, 'invalid_grant');
    assert.equal((await refresh(String(third.body.refresh_token))).body.error, 'invalid_grant');
    assert.equal(await activity(String(third.body.access_token)), false);
  });
});
