/** Attacks on tokens: forged, taken for something else, of somebody else, stolen and used again. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, describe, it } from 'node:test';
import type { Deps } from '@stile/server';
import { startApi } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { ACCOUNTS, API_SECRET, BUDGET_SECRET, CALLBACK, NIGHTLY_SECRET, REPORTS, WEB_SECRET } from '../fabrikam.ts';
import type { Answer } from '../flow.ts';
import {
  answerIn,
  authorizationUrl,
  authorized,
  basic,
  claimsOf,
  getJson,
  headerOf,
  post,
  redeem,
  tokenRequest,
  tokensFor,
  VERIFIER,
} from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { altered, evilJwk, signedByEvil, signedByHmac, unsigned } from './forgery.ts';
import { getsCode, signedIn } from './signed-in.ts';

let held: Deps | undefined;
const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve'],
  replace: (deps) => {
    held = deps;
    return deps;
  },
});
const [api, evil] = [await startApi(server), await startApi(server, { audience: REPORTS })];
after(async () => {
  await Promise.all([api.close(), evil.close()]);
  await server.close();
});

const asApi = basic('accounts-api', API_SECRET);
const asWeb = basic('web', WEB_SECRET);
const asBudget = basic('budget', BUDGET_SECRET);

const statusAt = async (url: string, token: string): Promise<number> => {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  return response.status;
};

/** What a token opens anywhere: the API, userinfo, introspection, consumption. */
const opens = async (token: string): Promise<readonly string[]> => {
  const asked = async (path: string, member: string) =>
    (await post(server.at(path), { token }, asApi)).body[member] === true;
  return [
    ...((await statusAt(`${api.origin}/accounts`, token)) === 200 ? ['api'] : []),
    ...((await statusAt(server.at('userinfo'), token)) === 200 ? ['userinfo'] : []),
    ...((await asked('oauth/introspect', 'active')) ? ['introspection'] : []),
    ...((await asked('oauth/consume', 'consumed')) ? ['consumption'] : []),
  ];
};

const publicKeys = async (): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const { body } = await getJson(server.at('.well-known/jwks.json'));
  return Array.isArray(body.keys) ? body.keys : [];
};

describe('forged tokens', () => {
  it('alg none: a token without a signature, in every spelling, opens nothing', async () => {
    const { access_token: token = '' } = await tokensFor(server, 'ada');
    assert.deepEqual(await opens(token), ['api', 'userinfo', 'introspection', 'consumption']);
    const [header, claims] = [headerOf(token), { ...claimsOf(token), jti: 'at_forged' }];
    const { kid: _, ...nameless } = header;
    const forged = [...unsigned(header, claims), ...unsigned(nameless, claims), `${token.split('.', 2).join('.')}.`];
    for (const one of [...forged, token.split('.', 2).join('.')]) assert.deepEqual(await opens(one), [], one);
  });

  it('key confusion: the public key, in every form that it is published in, taken for a shared secret', async () => {
    const { access_token: token = '' } = await tokensFor(server, 'ada', { scope: 'openid read:accounts profile' });
    const [header, claims] = [headerOf(token), claimsOf(token)];
    const jwk = (await publicKeys()).find(({ kid }) => kid === header.kid) ?? assert.fail();
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const secrets = [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      key.export({ type: 'pkcs1', format: 'pem' }),
      JSON.stringify(jwk),
      String(jwk.n),
      Buffer.from(String(jwk.n), 'base64url'),
      '',
      WEB_SECRET,
    ];
    for (const secret of secrets) assert.deepEqual(await opens(signedByHmac(header, claims, secret)), []);
  });

  it('a changed token: another person, audience, scope, level or time under the old signature', async () => {
    const { access_token: token } = await tokensFor(server, 'ada');
    for (const claims of [
      { sub: 'user_ben' },
      { scope: 'openid read:accounts transfer:funds' },
      { acr: 'mfa', acrs: ['mfa'] },
      { exp: 9_999_999_999 },
      { aud: [ACCOUNTS, REPORTS] },
      { jti: 'at_other' },
    ]) {
      assert.deepEqual(await opens(altered(token, { claims })), [], JSON.stringify(claims));
    }
  });

  it('kid tricks: paths, queries, SQL, other keys, arrays and prototypes find no key, and a key of another algorithm does not fit', async () => {
    const { access_token: token } = await tokensFor(server, 'ada');
    const { alg, kid } = headerOf(token);
    const others = (await publicKeys()).map((key) => key.kid).filter((other) => other !== kid);
    assert.ok(others.length >= 3);
    const tricks = [
      ...others,
      '',
      '../../../../dev/null',
      '/dev/null',
      "' OR '1'='1",
      "x' UNION SELECT 'secret",
      'http://evil.example/key',
      '__proto__',
      'constructor',
      'toString',
      `${String(kid)}\0`,
      ` ${String(kid)}`,
      String(kid).toUpperCase(),
      [kid],
      { toString: kid },
      null,
      0,
      true,
    ];
    for (const trick of tricks) assert.deepEqual(await opens(altered(token, { header: { kid: trick } })), []);
    for (const other of ['ES256', 'RS512', 'PS256', 'RSA1_5', 'rs256', [alg], null]) {
      assert.deepEqual(await opens(altered(token, { header: { alg: other } })), [], String(other));
    }
  });

  it('embedded keys: jwk, jku, x5u, x5c and crit in the header are never followed, though the signature fits them', async () => {
    const { access_token: token } = await tokensFor(server, 'ada');
    const claims = { ...claimsOf(token), jti: 'at_forged' };
    const headers = [
      { kid: 'evil', jwk: evilJwk },
      { jwk: evilJwk },
      { kid: 'evil', jku: `${evil.origin}/jwks.json` },
      { kid: headerOf(token).kid, jku: `${evil.origin}/jwks.json`, jwk: evilJwk },
      { kid: 'evil', x5u: `${evil.origin}/cert.pem`, x5c: ['MIIB'] },
      { kid: headerOf(token).kid, crit: ['jwk'], jwk: evilJwk },
    ];
    for (const header of headers) assert.deepEqual(await opens(signedByEvil({ typ: 'at+jwt', ...header }, claims)), []);
    assert.deepEqual(await opens(altered(token, { header: { crit: ['exp'] } })), []);
  });
});

describe('tokens taken for something else', () => {
  it('an ID token is used as an access token, and an access token as an ID token', async () => {
    const { id_token: idToken = '', access_token } = await tokensFor(server, 'ada');
    assert.deepEqual(await opens(idToken), []);
    // Nor would one that had every claim of an access token, under the server's own signature.
    for (const typ of ['JWT', 'logout+jwt', 'at+jwt+', 'xat+jwt', '']) {
      const signed = held?.keys.sign('RS256', typ, claimsOf(access_token)) ?? assert.fail();
      assert.deepEqual(await opens(signed), [], typ);
    }
    const agent = await signedIn(server, 'ada');
    const hinted = await agent.open(authorizationUrl(server, { id_token_hint: access_token, prompt: 'none' }));
    assert.equal(answerIn(hinted).error, 'invalid_request');
  });

  it('audience confusion: a token for one API is replayed at another, at userinfo, and by the other API for consumption', async () => {
    const asked = { audience: REPORTS, scope: 'read:reports' } as const;
    const { access_token: token = '' } = await tokensFor(server, 'ada', asked);
    assert.deepEqual(await opens(token), []);
    const transfer = await tokensFor(server, 'dan', { scope: 'openid transfer:funds' });
    assert.equal(await statusAt(`${evil.origin}/accounts`, String(transfer.access_token)), 401);
    assert.equal(await statusAt(server.at('userinfo'), String(transfer.access_token)), 401);
    const consumed = async (headers: Readonly<Record<string, string>>): Promise<unknown> =>
      (await post(server.at('oauth/consume'), { token: transfer.access_token }, headers)).body.consumed;
    assert.equal(await consumed(basic('nightly', NIGHTLY_SECRET)), false);
    assert.equal(await consumed(asWeb), false);
    assert.equal(await consumed(asApi), true);
  });

  it('a refresh token, a code and a session are no access tokens', async () => {
    const agent = new UserAgent(server.issuer);
    const { refresh_token = '' } = await tokensFor(
      server,
      'ada',
      { scope: 'openid read:accounts offline_access' },
      agent,
    );
    const { code = '' } = answerIn(await agent.open(authorizationUrl(server, { prompt: 'none' })));
    for (const value of [refresh_token, code, agent.cookies.get('stile_session') ?? '']) {
      assert.deepEqual(await opens(value), []);
    }
    assert.equal((await refresh(code)).body.error, 'invalid_grant');
    const fields = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: VERIFIER };
    assert.equal((await tokenRequest(server, { ...fields, code: refresh_token })).body.error, 'invalid_grant');
  });

  it('forged id_token_hint: unsigned, of another key, of another person, and it neither signs in nor signs out', async () => {
    const agent = new UserAgent(server.issuer);
    const { id_token: idToken = '' } = await tokensFor(server, 'ben', {}, agent);
    const { id_token: foreign = '' } = await tokensFor(server, 'ada');
    const claims = claimsOf(idToken);
    const forged = [
      ...unsigned(headerOf(idToken), claims),
      altered(idToken, { claims: { sub: 'user_ada' } }),
      altered(foreign, { claims: { sub: 'user_ben', sid: claims.sid } }),
      signedByEvil({ typ: 'JWT', kid: headerOf(idToken).kid, jwk: evilJwk }, claims),
    ];
    for (const hint of forged) {
      const page = await agent.open(authorizationUrl(server, { id_token_hint: hint, prompt: 'none' }));
      assert.deepEqual([answerIn(page).error, answerIn(page).code], ['invalid_request', undefined]);
      const logout = await agent.open(`/oidc/logout?${new URLSearchParams({ id_token_hint: hint })}`);
      assert.match(logout.html, /name="confirm"/);
    }
    const other = await agent.open(authorizationUrl(server, { id_token_hint: foreign, prompt: 'none' }));
    assert.equal(answerIn(other).error, 'login_required');
    assert.match(
      (await agent.open(`/oidc/logout?${new URLSearchParams({ id_token_hint: foreign })}`)).html,
      /"confirm"/,
    );
    const own = await agent.open(authorizationUrl(server, { id_token_hint: idToken, prompt: 'none' }));
    assert.ok(answerIn(own).code);
  });
});

const refresh = (refresh_token: unknown, headers = asWeb, more = {}): Promise<Answer> =>
  tokenRequest(server, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...more }, headers);

describe('tokens of somebody else', () => {
  const OFFLINE = { scope: 'openid read:accounts offline_access' } as const;

  it('token substitution: another client refreshes, revokes or looks into a token that is not its own', async () => {
    const { refresh_token, access_token = '' } = await tokensFor(server, 'ben', OFFLINE);
    assert.equal((await refresh(refresh_token, asBudget)).body.error, 'invalid_grant');
    assert.equal((await refresh(refresh_token, {}, { client_id: 'native' })).body.error, 'invalid_grant');
    assert.equal((await refresh(refresh_token, {}, { client_id: 'web' })).body.error, 'invalid_client');
    for (const token of [refresh_token, access_token]) {
      assert.deepEqual((await post(server.at('oauth/introspect'), { token }, asBudget)).body, { active: false });
      assert.equal((await post(server.at('oauth/revoke'), { token }, asBudget)).status, 200);
      await post(server.at('oauth/revoke'), { token, client_id: 'native' });
    }
    assert.ok((await opens(access_token)).includes('introspection'));
    assert.equal((await refresh(refresh_token)).status, 200);
  });

  it('refresh token theft: whoever comes second with a used one, thief or client, ends the whole family', async () => {
    const { refresh_token: first, access_token = '' } = await tokensFor(server, 'cleo', OFFLINE);
    const { body: stolen } = await refresh(first);
    server.advance(11);
    assert.equal((await refresh(first)).body.error, 'invalid_grant');
    for (const token of [stolen.refresh_token, first]) {
      assert.equal((await refresh(token)).body.error, 'invalid_grant');
    }
    for (const token of [stolen.access_token, access_token]) {
      assert.deepEqual((await post(server.at('oauth/introspect'), { token: String(token) }, asApi)).body, {
        active: false,
      });
    }
  });

  it('refresh token theft: within the grace two parties get one and the same successor, and its second use betrays them', async () => {
    const { refresh_token: first } = await tokensFor(server, 'cleo', OFFLINE);
    const [own, stolen] = [await refresh(first), await refresh(first)];
    assert.equal(own.body.refresh_token, stolen.body.refresh_token);
    assert.equal((await refresh(own.body.refresh_token)).status, 200);
    // Its parent is used up for good now, the grace notwithstanding.
    assert.equal((await refresh(first)).body.error, 'invalid_grant');
    assert.equal((await refresh(own.body.refresh_token)).body.error, 'invalid_grant');
  });

  it('a refresh token is stretched to another API or to scopes that were never granted', async () => {
    const { refresh_token } = await tokensFor(server, 'cleo', OFFLINE);
    for (const target of [{ audience: REPORTS }, { resource: REPORTS }, { audience: ACCOUNTS, resource: REPORTS }]) {
      const { body } = await refresh(refresh_token, asWeb, target);
      assert.deepEqual([body.error, body.access_token], ['invalid_target', undefined]);
    }
    for (const scope of ['read:reports', 'openid profile email', 'transfer:funds', 'offline_access admin']) {
      const { body } = await refresh(refresh_token, asWeb, { scope });
      assert.equal(body.access_token, undefined, scope);
    }
    assert.equal((await refresh(refresh_token)).status, 200);
  });

  it('tokens of a person who signed out: the elevated and the ordinary ones are dead at the server', async () => {
    const agent = new UserAgent(server.issuer);
    const elevated = await tokensFor(server, 'ben', { scope: 'openid close:account offline_access' }, agent);
    await agent.send('/v2/logout');
    assert.deepEqual(
      (await opens(String(elevated.access_token))).filter((where) => where !== 'api'),
      [],
    );
    const { scope = '' } = (await refresh(elevated.refresh_token)).body;
    assert.ok(!String(scope).includes('close:account'));
    const end = await authorized(server, 'ben');
    assert.ok(answerIn(end).code);
  });

  it('tokens of a person who was blocked: session, code, refresh and access token, and a login that was under way, are worth nothing', async () => {
    const agent = new UserAgent(server.issuer);
    const { refresh_token, access_token = '' } = await tokensFor(server, 'eve', OFFLINE, agent);
    const end = await agent.open(authorizationUrl(server, { prompt: 'none' }));
    const late = new UserAgent(server.issuer);
    const login = await late.open(authorizationUrl(server));
    await held?.store.users.setBlocked('user_eve', held.now(), []);
    assert.deepEqual(
      (await opens(access_token)).filter((where) => where !== 'api'),
      [],
    );
    assert.equal((await refresh(refresh_token)).body.error, 'invalid_grant');
    assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
    const { username, password } = server.person('eve');
    assert.equal((await late.submit(login, { username, password })).status, 400);
    for (const browser of [agent, late]) assert.equal(await getsCode(server, browser), false);
  });
});
