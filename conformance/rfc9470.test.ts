/** RFC 9470, Step Up Authentication Challenge Protocol: at the authorization server, at an API, and around both. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startApi } from './api.ts';
import { startAuthorizationServer } from './authorization-server.ts';
import { API_SECRET, CALLBACK, PAPE, WEB_SECRET } from './fabrikam.ts';
import {
  answerIn,
  authorizationUrl,
  basic,
  claimsOf,
  post,
  redeem,
  tokenRequest,
  tokensFor,
  VERIFIER,
} from './flow.ts';
import { UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gina', 'hal', 'iris', 'kim'],
});
const api = await startApi(server);
after(async () => {
  await api.close();
  await server.close();
});

const call = async (token: string | undefined, path: string, method = 'GET') => {
  const response = await fetch(`${api.origin}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' };
};

/** Signs somebody in with a password, and gives the browser in which they are. */
const signedIn = async (username: string): Promise<UserAgent> => {
  const agent = new UserAgent(server.issuer);
  await agent.authorize(authorizationUrl(server), server.person(username));
  return agent;
};

describe('RFC 9470, section 3: what an API says', () => {
  it('a valid token that lacks the proof is told insufficient_user_authentication, with 401, acr_values and max_age', async () => {
    const { access_token } = await tokensFor(server, 'ada');
    const { status, challenge } = await call(access_token, '/accounts/statements');
    assert.equal(status, 401);
    assert.match(challenge, /^Bearer error="insufficient_user_authentication"/);
    assert.match(challenge, / acr_values="mfa"/);
    assert.match(challenge, / max_age="300"/);
  });

  it('a token that lacks the scope as well is told so in the same challenge, so that one step-up brings both', async () => {
    const { access_token } = await tokensFor(server, 'ada');
    const { status, challenge } = await call(access_token, '/accounts/transfers', 'POST');
    assert.equal(status, 401);
    assert.match(challenge, /^Bearer error="insufficient_user_authentication"/);
    for (const parameter of ['acr_values="mfa"', 'max_age="300"', 'scope="transfer:funds"']) {
      assert.equal(challenge.split(parameter).length, 2, parameter);
    }
  });

  it('9: the challenge is the same for everybody: it does not tell who has more to protect', async () => {
    const challenges = await Promise.all(
      ['ada', 'hal'].map(async (username) => {
        const { access_token } = await tokensFor(server, username);
        return (await call(access_token, '/accounts/statements')).challenge;
      }),
    );
    assert.equal(new Set(challenges).size, 1);
  });

  it('a call without a valid token learns nothing of what would be needed', async () => {
    for (const token of ['', 'forged']) {
      const { challenge } = await call(token, '/accounts/statements');
      assert.ok(!/acr_values|max_age|insufficient_user_authentication/.test(challenge));
    }
  });

  it('a proof that has grown older than max_age is asked for again', async () => {
    const { access_token } = await tokensFor(server, 'ben', { acr_values: 'mfa', max_age: '300' });
    assert.equal((await call(access_token, '/accounts/statements')).status, 200);
    server.advance(320);
    const { status, challenge } = await call(access_token, '/accounts/statements');
    assert.equal(status, 401);
    assert.match(challenge, /error="insufficient_user_authentication", error_description="More recent/);
  });
});

describe('RFC 9470, section 4: what a client asks then', () => {
  it('the parameters of the challenge, in a new request, ask only for the proof that is missing, and bring the token', async () => {
    const agent = await signedIn('cleo');
    const { access_token } = await tokensFor(server, 'cleo', {}, agent);
    const { challenge } = await call(access_token, '/accounts/statements');
    const parameter = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const asked = { acr_values: parameter('acr_values'), max_age: parameter('max_age') };
    const { pages, end } = await agent.authorize(authorizationUrl(server, asked), server.person('cleo'));
    assert.deepEqual(pages, ['/challenge']);
    const { body } = await redeem(server, end);
    assert.equal((await call(String(body.access_token), '/accounts/statements')).status, 200);
    // The old token is as good as before for what it was good for.
    assert.equal((await call(access_token, '/accounts')).status, 200);
  });
});

describe('RFC 9470, section 5: what the authorization server does', () => {
  it('T1: any one of several levels will do, and the one that was reached is returned', async () => {
    const agent = await signedIn('dan');
    const { access_token } = await tokensFor(server, 'dan', { acr_values: 'phrh mfa' }, agent);
    assert.equal(claimsOf(access_token).acr, 'mfa');
    const { access_token: again } = await tokensFor(server, 'dan', { acr_values: '1fa mfa' }, agent);
    assert.ok(['mfa', '1fa'].includes(String(claimsOf(again).acr)));
  });

  it('T2: a level that nobody knows is passed over beside one that is known', async () => {
    const agent = await signedIn('eve');
    const { access_token } = await tokensFor(server, 'eve', { acr_values: 'urn:example:unknown mfa' }, agent);
    assert.equal(claimsOf(access_token).acr, 'mfa');
  });

  it('a level that was asked for by another name is returned by that name', async () => {
    const { access_token, id_token } = await tokensFor(server, 'finn', { acr_values: PAPE });
    assert.deepEqual([claimsOf(access_token).acr, claimsOf(id_token).acr], [PAPE, PAPE]);
  });

  for (const acr_values of ['phrh', 'urn:example:unknown', 'phrh urn:example:unknown']) {
    it(`T3: acr_values=${acr_values} cannot be met here: unmet_authentication_requirements, at once, and never a token`, async () => {
      for (const scope of ['openid', 'read:accounts']) {
        const page = await new UserAgent(server.issuer).open(authorizationUrl(server, { acr_values, scope }));
        const { error, code } = answerIn(page);
        assert.deepEqual([error, code], ['unmet_authentication_requirements', undefined]);
      }
    });
  }

  it('unmet_authentication_requirements comes with state and iss, as every error does', async () => {
    const { state, iss } = answerIn(
      await new UserAgent(server.issuer).open(authorizationUrl(server, { acr_values: 'phrh' })),
    );
    assert.deepEqual([state, iss], ['a state', server.issuer]);
  });

  it('for OAuth alone, without openid, it is the same: acr and auth_time are in the access token', async () => {
    const asked = { scope: 'read:accounts', acr_values: 'mfa', nonce: undefined };
    const { access_token, id_token } = await tokensFor(server, 'kim', asked);
    assert.equal(id_token, undefined);
    assert.deepEqual([claimsOf(access_token).acr, typeof claimsOf(access_token).auth_time], ['mfa', 'number']);
  });

  it('a client that is set to read acr_values as a wish, as OpenID Connect does, gets a token that says what was reached', async () => {
    const url = authorizationUrl(server, {
      client_id: 'wishful',
      acr_values: 'phrh',
      audience: undefined,
      scope: 'openid',
    });
    const { end } = await new UserAgent(server.issuer).authorize(url, server.person('ada'));
    const { body } = await redeemAs('wishful', answerIn(end).code);
    assert.equal(claimsOf(String(body.id_token)).acr, '1fa');
  });

  it('T5: acr and auth_time are in the access token, in introspection, and stay what they were by refresh', async () => {
    const first = await tokensFor(server, 'gina', { acr_values: 'mfa', scope: 'openid read:accounts offline_access' });
    const claims = claimsOf(first.access_token);
    server.advance(40);
    const { body } = await tokenRequest(server, { grant_type: 'refresh_token', refresh_token: first.refresh_token });
    const fresh = String(body.access_token);
    const told = await post(server.at('oauth/introspect'), { token: fresh }, basic('accounts-api', API_SECRET));
    for (const later of [claimsOf(fresh), told.body]) {
      assert.deepEqual([later.acr, later.auth_time], ['mfa', claims.auth_time]);
    }
  });

  it('max_age alone asks for a new login when the last one is older', async () => {
    const agent = await signedIn('hal');
    const before = claimsOf((await tokensFor(server, 'hal', { max_age: '3600' }, agent)).access_token);
    server.advance(120);
    const fresh = await agent.authorize(authorizationUrl(server, { max_age: '60' }), server.person('hal'));
    assert.deepEqual(fresh.pages, ['/challenge']);
    const { body } = await redeem(server, fresh.end);
    assert.ok(Number(claimsOf(String(body.access_token)).auth_time) >= Number(before.auth_time) + 120);
  });

  it('T17: what a scope demands holds without acr_values, and acr_values cannot lower it', async () => {
    for (const acr_values of [undefined, '1fa']) {
      const agent = await signedIn('iris');
      const asked = authorizationUrl(server, { scope: 'openid close:account', acr_values });
      const { pages, end } = await agent.authorize(asked, server.person('iris'));
      assert.deepEqual(pages, ['/challenge']);
      const { body } = await redeem(server, end);
      const { acr, acrs } = claimsOf(String(body.access_token));
      assert.ok([acr, acrs].flat().includes('mfa'));
    }
  });
});

const redeemAs = (client: string, code: string | undefined) =>
  tokenRequest(
    server,
    { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER },
    basic(client, WEB_SECRET),
  );
