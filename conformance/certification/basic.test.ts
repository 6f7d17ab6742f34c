/**
 * What the profile Basic OP of the OpenID Foundation asks for, as far as it can be seen from outside. Each test is named for the module
 * of the Foundation's suite that asks the same; the suite itself has not been run.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CALLBACK, PAPE, WEB_SECRET } from '../fabrikam.ts';
import { answerIn, getJson, headerOf, post, redeem, tokenRequest, VERIFIER } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import {
  CLAIMS_OF,
  everyClaim,
  flow,
  isErrorPage,
  oidcUrl,
  signedIn,
  startProvider,
  told,
  userinfo,
  verified,
} from './provider.ts';

const server = await startProvider({ people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'] });
after(() => server.close());

describe('Basic OP: the code flow', () => {
  it('oidcc-server: a code, an ID token with all that is required, signed by a published key, and userinfo of the same person', async () => {
    const { body, claims } = await flow(server, 'ada', { nonce: 'a nonce of mine' });
    assert.equal(body.token_type, 'Bearer');
    assert.deepEqual([claims.nonce, claims.sub, claims.aud], ['a nonce of mine', 'user_ada', 'web']);
    assert.equal((await userinfo(server, body.access_token)).sub, claims.sub);
  });

  it('oidcc-response-type-missing: is an error', async () => {
    assert.deepEqual(await told(server, { response_type: undefined }), {
      error: 'invalid_request',
      error_description: 'response_type is missing',
      state: 'a state',
      iss: server.issuer,
    });
  });

  it('oidcc-idtoken-signature, oidcc-idtoken-rs256: RS256, by a key whose kid is in the key set', async () => {
    const { body } = await flow(server, 'ada');
    const { alg, kid } = headerOf(String(body.id_token));
    const { body: set } = await getJson(server.at('.well-known/jwks.json'));
    const keys: readonly { readonly kid: string; readonly kty: string }[] = Array.isArray(set.keys) ? set.keys : [];
    assert.equal(alg, 'RS256');
    assert.equal(keys.find((key) => key.kid === kid)?.kty, 'RSA');
  });

  it('oidcc-idtoken-unsigned: not applicable, for none is not offered', async () => {
    const { body } = await getJson(server.at('.well-known/openid-configuration'));
    assert.deepEqual(body.id_token_signing_alg_values_supported, ['RS256', 'ES256']);
  });

  it('oidcc-ensure-request-without-nonce-succeeds-for-code-flow: and no nonce comes back', async () => {
    assert.equal((await flow(server, 'ada', { nonce: undefined })).claims.nonce, undefined);
  });

  it('oidcc-ensure-request-with-unknown-parameter-succeeds', async () => {
    await flow(server, 'ada', { extra: 'foobar', 'x-y.z': '1' });
  });

  it('oidcc-ensure-request-with-valid-pkce-succeeds', async () => {
    const { end } = await new UserAgent(server.issuer).authorize(oidcUrl(server), server.person('ada'));
    assert.equal((await redeem(server, end, { code_verifier: VERIFIER })).status, 200);
  });

  it('without PKCE as well, for a client that authenticates and sends a nonce', async () => {
    const url = oidcUrl(server, { code_challenge: undefined, code_challenge_method: undefined });
    const { end } = await new UserAgent(server.issuer).authorize(url, server.person('ada'));
    assert.equal((await redeem(server, end, { code_verifier: undefined })).status, 200);
  });

  it('oidcc-ensure-post-request-succeeds: the request in the body of a POST', async () => {
    const agent = await signedIn(server, 'ada');
    const end = await agent.open('/authorize', { method: 'POST', body: oidcUrl(server).searchParams });
    assert.equal((await redeem(server, end)).status, 200);
  });

  it('oidcc-server-client-secret-post: the secret in the body', async () => {
    const { end } = await new UserAgent(server.issuer).authorize(oidcUrl(server), server.person('ada'));
    const fields = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: VERIFIER };
    const secret = { client_id: 'web', client_secret: WEB_SECRET };
    const { status, body } = await post(server.at('oauth/token'), { ...fields, ...secret, code: answerIn(end).code });
    assert.equal(status, 200);
    await verified(server, body.id_token);
  });
});

describe('Basic OP: userinfo', () => {
  const sub = 'user_ada';

  it('oidcc-userinfo-get: the token in the header', async () => {
    const { body } = await flow(server, 'ada');
    assert.deepEqual(await userinfo(server, body.access_token), { sub });
  });

  it('oidcc-userinfo-post-header: the token in the header of a POST', async () => {
    const { body } = await flow(server, 'ada');
    const headers = { authorization: `Bearer ${String(body.access_token)}` };
    const response = await fetch(server.at('userinfo'), { method: 'POST', headers });
    assert.deepEqual([response.status, await response.json()], [200, { sub }]);
  });

  it('oidcc-userinfo-post-body: the token in the body of a POST', async () => {
    const { body } = await flow(server, 'ada');
    const { status, body: claims } = await post(server.at('userinfo'), { access_token: String(body.access_token) });
    assert.deepEqual([status, claims], [200, { sub }]);
  });
});

describe('Basic OP: scopes', () => {
  for (const scope of ['profile', 'email', 'address', 'phone']) {
    it(`oidcc-scope-${scope}: userinfo tells what it releases and nothing else`, async () => {
      const { body, claims } = await flow(server, 'ada', { scope: `openid ${scope}` });
      assert.deepEqual(await userinfo(server, body.access_token), { ...CLAIMS_OF[scope], sub: claims.sub });
    });
  }

  it('oidcc-scope-all: all of them at once', async () => {
    const { body } = await flow(server, 'ada', { scope: 'openid profile email address phone' });
    assert.deepEqual(await userinfo(server, body.access_token), { ...everyClaim, sub: 'user_ada' });
  });

  it('oidcc-ensure-other-scope-order-succeeds: openid need not come first', async () => {
    const { body } = await flow(server, 'ada', { scope: 'email openid' });
    assert.equal((await userinfo(server, body.access_token)).email, 'ada@people.example');
  });
});

describe('Basic OP: display and hints', () => {
  for (const display of ['page', 'popup', 'touch', 'wap', 'hologram']) {
    it(`oidcc-display-${display}: no error`, async () => void (await flow(server, 'ada', { display })));
  }

  it('oidcc-ui-locales: no error, and the language of the page where it is spoken', async () => {
    const page = await new UserAgent(server.issuer).open(oidcUrl(server, { ui_locales: 'se xx-Zzzz de-AT en' }));
    assert.match(page.html, /<html[^>]* lang="de"/);
    await flow(server, 'ada', { ui_locales: 'se' });
  });

  it('oidcc-claims-locales: no error', async () => void (await flow(server, 'ada', { claims_locales: 'se de' })));

  it('oidcc-login-hint: no error, and the name is filled in', async () => {
    const page = await new UserAgent(server.issuer).open(oidcUrl(server, { login_hint: 'buffy@example.com' }));
    assert.match(page.html, /name="username"[^>]* value="buffy@example.com"/);
    await flow(server, 'ada', { login_hint: 'buffy@example.com' });
  });
});

describe('Basic OP: prompt, max_age and id_token_hint', () => {
  it('oidcc-prompt-login: the person signs in again, and auth_time is later', async () => {
    const first = await flow(server, 'ben');
    server.advance(2);
    const second = await flow(server, 'ben', { prompt: 'login' }, first.agent);
    assert.deepEqual(second.pages, ['/challenge']);
    assert.equal(second.claims.sub, first.claims.sub);
    assert.ok(Number(second.claims.auth_time) > Number(first.claims.auth_time));
  });

  it('oidcc-prompt-none-not-logged-in: login_required, and no page', async () => {
    const { error, state, code } = await told(server, { prompt: 'none' });
    assert.deepEqual([error, state, code], ['login_required', 'a state', undefined]);
  });

  it('oidcc-prompt-none-logged-in: the same person, the same auth_time, and no page', async () => {
    const first = await flow(server, 'ada');
    server.advance(2);
    const second = await flow(server, 'ada', { prompt: 'none' }, first.agent);
    assert.deepEqual(second.pages, []);
    assert.deepEqual([second.claims.sub, second.claims.auth_time], [first.claims.sub, first.claims.auth_time]);
  });

  it('oidcc-max-age-1: a login of two seconds ago is too old', async () => {
    const first = await flow(server, 'cleo', { max_age: '1' });
    server.advance(2);
    const second = await flow(server, 'cleo', { max_age: '1' }, first.agent);
    assert.deepEqual(second.pages, ['/challenge']);
    assert.ok(Number(second.claims.auth_time) >= Number(first.claims.auth_time) + 2);
  });

  it('oidcc-max-age-10000: a login of before is young enough, and auth_time says when it was', async () => {
    const first = await flow(server, 'dan');
    server.advance(60);
    const second = await flow(server, 'dan', { max_age: '10000' }, first.agent);
    assert.deepEqual([second.pages, second.claims.auth_time], [[], first.claims.auth_time]);
  });

  it('oidcc-id-token-hint: with prompt=none, for whoever is signed in', async () => {
    const first = await flow(server, 'ada');
    const hint = { prompt: 'none', id_token_hint: String(first.body.id_token) };
    const second = await flow(server, 'ada', hint, first.agent);
    assert.equal(second.claims.sub, first.claims.sub);
    assert.equal((await told(server, hint, await signedIn(server, 'ben'))).error, 'login_required');
    assert.equal((await told(server, hint)).error, 'login_required');
  });
});

describe('Basic OP: acr and claims', () => {
  it('oidcc-ensure-request-with-acr-values-succeeds: every value of acr_values_supported is reached and returned', async () => {
    const { body } = await getJson(server.at('.well-known/openid-configuration'));
    // The first takes a passkey: conformance/webauthn/browsers.test.ts reaches it in a real browser.
    assert.deepEqual(body.acr_values_supported, ['phr', 'mfa', PAPE, '1fa']);
    for (const [acr, username] of [
      ['mfa', 'ben'],
      [PAPE, 'cleo'],
      ['1fa', 'ada'],
    ] as const) {
      server.advance(30);
      assert.equal((await flow(server, username, { acr_values: acr })).claims.acr, acr);
    }
    server.advance(30);
    // Of all together any one will do, and a password reaches the last.
    assert.equal((await flow(server, 'dan', { acr_values: `mfa ${PAPE} 1fa` })).claims.acr, '1fa');
  });

  it('oidcc-ensure-request-with-acr-values-succeeds: for values that nobody knows, by a client that is set to read them as a wish', async () => {
    const url = oidcUrl(server, { client_id: 'wishful', acr_values: '1 2' });
    const { end } = await new UserAgent(server.issuer).authorize(url, server.person('ada'));
    assert.ok(answerIn(end).code);
    // As RFC 9470, section 5, has it otherwise.
    assert.equal((await told(server, { acr_values: '1 2' })).error, 'unmet_authentication_requirements');
  });

  it('oidcc-claims-essential: a claim by name is in userinfo, and none beside it', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const { body } = await flow(server, 'ada', { claims });
    assert.deepEqual(await userinfo(server, body.access_token), { sub: 'user_ada', name: 'Ada Lovelace' });
  });

  it('a claim by name for the ID token, voluntary, with a value, and one that nobody knows: no error', async () => {
    const claims = JSON.stringify({
      id_token: { email: null, nickname: { value: 'Countess' }, given_name: { values: ['Grace'] }, shoe_size: null },
      userinfo: { picture: null, 'https://example.com/claims/groups': { essential: true } },
    });
    const { body, claims: token } = await flow(server, 'ada', { claims });
    assert.deepEqual([token.email, token.nickname, token.given_name], ['ada@people.example', 'Countess', 'Ada']);
    assert.ok(!('email_verified' in token) && !('shoe_size' in token));
    const told = await userinfo(server, body.access_token);
    assert.deepEqual(told, { sub: 'user_ada', picture: CLAIMS_OF.profile?.picture });
  });

  it('auth_time as an essential claim is there', async () => {
    const { claims } = await flow(server, 'ada', { claims: '{"id_token":{"auth_time":{"essential":true}}}' });
    assert.equal(typeof claims.auth_time, 'number');
  });
});

describe('Basic OP: codes, redirect URIs and request objects', () => {
  it('oidcc-codereuse: a code that is used again is invalid_grant', async () => {
    const { end } = await new UserAgent(server.issuer).authorize(oidcUrl(server), server.person('ada'));
    assert.equal((await redeem(server, end)).status, 200);
    const again = await redeem(server, end);
    assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant']);
  });

  it('oidcc-codereuse-30seconds: after half a minute too, and the token of the first use is dead', async () => {
    const { end } = await new UserAgent(server.issuer).authorize(oidcUrl(server), server.person('ada'));
    const { access_token } = (await redeem(server, end)).body;
    server.advance(30);
    await userinfo(server, access_token);
    assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
    const headers = { authorization: `Bearer ${String(access_token)}` };
    assert.equal((await fetch(server.at('userinfo'), { headers })).status, 401);
  });

  const redirects: readonly (readonly [module: string, redirect_uri: string | undefined])[] = [
    ['oidcc-ensure-registered-redirect-uri', 'https://app.fabrikam.example/unregistered'],
    ['oidcc-ensure-redirect-uri-in-authorization-request', undefined],
    ['oidcc-redirect-uri-query-added', `${CALLBACK}?foo=bar`],
    ['oidcc-redirect-uri-query-mismatch', `${CALLBACK}?tenant=red`],
    ['oidcc-redirect-uri-regfrag', `${CALLBACK}#fragment`],
  ];
  for (const [module, redirect_uri] of redirects) {
    it(`${module}: the person is told, and nobody is redirected`, async () => {
      assert.ok(isErrorPage(await new UserAgent(server.issuer).open(oidcUrl(server, { redirect_uri }))));
    });
  }

  it('oidcc-redirect-uri-query-OK: a registered query stays', async () => {
    const redirect_uri = `${CALLBACK}?tenant=blue`;
    const { end } = await new UserAgent(server.issuer).authorize(
      oidcUrl(server, { redirect_uri }),
      server.person('ada'),
    );
    assert.equal(end.url.searchParams.get('tenant'), 'blue');
    assert.equal((await redeem(server, end, { redirect_uri })).status, 200);
  });

  it('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: rejected', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const request = `${part({ alg: 'none' })}.${part({ redirect_uri: CALLBACK, scope: 'openid', state: 'inside' })}.`;
    const { error, state } = await told(server, { request });
    assert.deepEqual([error, state], ['request_not_supported', 'a state']);
  });

  it('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported: rejected, and not fetched', async () => {
    const request_uri = server.at('request-object-that-is-not-there');
    assert.equal((await told(server, { request_uri })).error, 'request_uri_not_supported');
  });

  it('oidcc-ensure-request-object-with-redirect-uri: not applicable, for request objects are rejected', async () => {
    const { body } = await getJson(server.at('.well-known/openid-configuration'));
    const { request_parameter_supported, request_uri_parameter_supported } = body;
    assert.deepEqual([request_parameter_supported, request_uri_parameter_supported], [false, false]);
  });
});

describe('Basic OP: oidcc-refresh-token', () => {
  it('oidcc-refresh-token: a new access token, an ID token of the same person and login, and no other client may', async () => {
    const first = await flow(server, 'eve', { scope: 'openid offline_access', prompt: 'consent' });
    server.advance(5);
    const fields = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) };
    const stolen = await tokenRequest(server, { ...fields, client_id: 'native' }, {});
    assert.deepEqual([stolen.status, stolen.body.error], [400, 'invalid_grant']);
    const { status, body } = await tokenRequest(server, fields);
    assert.equal(status, 200);
    assert.notEqual(body.access_token, first.body.access_token);
    const claims = await verified(server, body.id_token);
    const kept = ['iss', 'sub', 'aud', 'auth_time'];
    assert.deepEqual(
      kept.map((name) => claims[name]),
      kept.map((name) => first.claims[name]),
    );
    assert.ok(Number(claims.iat) > Number(first.claims.iat));
    await userinfo(server, body.access_token);
  });

  it('a claim that was asked for by name is in the ID token of a refresh, and in userinfo, as before', async () => {
    const claims = '{"id_token":{"email":null},"userinfo":{"name":null}}';
    const first = await flow(server, 'finn', { scope: 'openid offline_access', claims });
    const fields = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) };
    const { body } = await tokenRequest(server, fields);
    assert.equal((await verified(server, body.id_token)).email, 'ada@people.example');
    assert.deepEqual(await userinfo(server, body.access_token), { sub: 'user_finn', name: 'Ada Lovelace' });
  });
});
