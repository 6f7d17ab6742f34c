/** oauth4webapi 3, the low-level client under openid-client: each step by itself, with the strictest reading of every answer. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import * as oauth from 'oauth4webapi';
import { startApi } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { ACCOUNTS, API_SECRET, CALLBACK, REPORTS, WEB_SECRET } from '../fabrikam.ts';
import { insecure } from '../plain-http.ts';
import { UserAgent } from '../user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben', 'cleo'] });
const api = await startApi(server);
after(async () => {
  await api.close();
  await server.close();
});

const discover = async (algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> => {
  const issuer = new URL(server.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...insecure }));
};

const as = await discover('oidc');
const web: oauth.Client = { client_id: 'web' };
const secret = oauth.ClientSecretBasic(WEB_SECRET);

interface Asked {
  readonly url: URL;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

const ask = async (parameters: Readonly<Record<string, string>> = {}): Promise<Asked> => {
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    client_id: 'web',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...parameters,
  }).toString();
  return { url, state, nonce, verifier };
};

const redeem = async (answer: URL, { state, nonce, verifier }: Asked, maxAge?: number) => {
  const parameters = oauth.validateAuthResponse(as, web, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(as, web, secret, parameters, CALLBACK, verifier, insecure);
  return oauth.processAuthorizationCodeResponse(as, web, response, {
    expectedNonce: nonce,
    requireIdToken: true,
    ...(maxAge !== undefined && { maxAge }),
  });
};

const signIn = async (username: string, parameters = {}, agent = new UserAgent(server.issuer)) => {
  const asked = await ask(parameters);
  const { end, pages } = await agent.authorize(asked.url, server.person(username));
  return { agent, asked, answer: end.url, pages };
};

const call = (token: string, path: string, method = 'GET'): Promise<Response> =>
  oauth.protectedResourceRequest(token, method, new URL(path, api.origin), undefined, undefined, insecure);

const validate = (token: string, audience: string): Promise<oauth.JWTAccessTokenClaims> =>
  oauth.validateJwtAccessToken(
    as,
    new Request('https://api.fabrikam.example/', { headers: { authorization: `Bearer ${token}` } }),
    audience,
    insecure,
  );

describe('discovery', () => {
  it('both documents name the same server and endpoints', async () => {
    const other = await discover('oauth2');
    assert.deepEqual([other.issuer, other.token_endpoint], [as.issuer, as.token_endpoint]);
  });
});

describe('validateAuthResponse', () => {
  it('finds state and iss (RFC 9207)', async () => {
    const { asked, answer } = await signIn('ada');
    assert.ok(oauth.validateAuthResponse(as, web, answer, asked.state).get('code'));
  });

  it('failure: refuses an answer without iss, for the metadata promise it', async () => {
    const { asked, answer } = await signIn('ada');
    answer.searchParams.delete('iss');
    assert.throws(() => oauth.validateAuthResponse(as, web, answer, asked.state), { code: oauth.INVALID_RESPONSE });
  });

  it('failure: refuses an answer with another iss, or with another state', async () => {
    const { asked, answer } = await signIn('ada');
    assert.throws(() => oauth.validateAuthResponse(as, web, answer, 'other'), { code: oauth.INVALID_RESPONSE });
    answer.searchParams.set('iss', server.issuer.slice(0, -1));
    assert.throws(() => oauth.validateAuthResponse(as, web, answer, asked.state), { code: oauth.INVALID_RESPONSE });
  });

  it('failure: finds state and iss in an error as well', async () => {
    const { asked, answer } = await signIn('ada', { acr_values: 'phrh' });
    assert.throws(() => oauth.validateAuthResponse(as, web, answer, asked.state), {
      code: oauth.AUTHORIZATION_RESPONSE_ERROR,
      error: 'unmet_authentication_requirements',
    });
  });
});

describe('tokens', () => {
  it('sign in: the ID token is signed by a published key and fresh enough for max_age', async () => {
    const { asked, answer } = await signIn('ada', { max_age: '60' });
    const parameters = oauth.validateAuthResponse(as, web, answer, asked.state);
    const { verifier, nonce } = asked;
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      web,
      secret,
      parameters,
      CALLBACK,
      verifier,
      insecure,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(as, web, response, {
      expectedNonce: nonce,
      maxAge: 60,
    });
    await oauth.validateApplicationLevelSignature(as, response, insecure);
    assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.acr, '1fa');
  });

  it('the access token is a JWT of RFC 9068, signed as its API wants it', async () => {
    const { asked, answer } = await signIn('ada', { scope: 'openid read:reports', resource: REPORTS });
    const { access_token: token } = await redeem(answer, asked);
    const claims = await validate(token, REPORTS);
    assert.equal(claims.sub, 'user_ada');
    assert.equal(claims.client_id, 'web');
    assert.match(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString(), /"alg":"ES256".*"typ":"at\+jwt"/);
    await assert.rejects(validate(token, ACCOUNTS), { code: oauth.JWT_CLAIM_COMPARISON });
  });

  it('failure: the ID token is none', async () => {
    const { asked, answer } = await signIn('ada');
    const { id_token = '' } = await redeem(answer, asked);
    await assert.rejects(validate(id_token, 'web'), { code: oauth.INVALID_RESPONSE });
  });

  it('refresh: refresh, userinfo, introspection and revocation are answered as their standards say', async () => {
    const scope = 'openid email offline_access read:accounts';
    const { asked, answer } = await signIn('ada', { scope, resource: ACCOUNTS });
    const first = await redeem(answer, asked);
    const refreshing = await oauth.refreshTokenGrantRequest(as, web, secret, first.refresh_token ?? '', insecure);
    const second = await oauth.processRefreshTokenResponse(as, web, refreshing);
    const asking = await oauth.userInfoRequest(as, web, second.access_token, insecure);
    assert.equal((await oauth.processUserInfoResponse(as, web, 'user_ada', asking)).email, 'ada@fabrikam.example');
    const accountsApi = { client_id: 'accounts-api' };
    const introspect = async (): Promise<oauth.IntrospectionResponse> => {
      const authentication = oauth.ClientSecretBasic(API_SECRET);
      const response = await oauth.introspectionRequest(as, accountsApi, authentication, second.access_token, insecure);
      return oauth.processIntrospectionResponse(as, accountsApi, response);
    };
    assert.equal((await introspect()).acr, '1fa');
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, web, secret, second.access_token, insecure),
    );
    assert.deepEqual(await introspect(), { active: false });
  });
});

describe('an API asks for more (RFC 9470)', () => {
  const challengeOf = async (calling: Promise<Response>): Promise<oauth.WWWAuthenticateChallenge> => {
    try {
      await calling;
    } catch (error) {
      assert.ok(error instanceof oauth.WWWAuthenticateChallengeError, String(error));
      assert.equal(error.status, 401);
      const [challenge, ...others] = error.cause;
      assert.equal(others.length, 0);
      return challenge ?? assert.fail('no challenge');
    }
    return assert.fail('the call was let pass');
  };

  it('step up: the challenge of RFC 9470, put into a new authorization request, brings the token that is let pass', async () => {
    const wanted = { scope: 'openid read:accounts', resource: ACCOUNTS };
    const first = await signIn('ben', wanted);
    const weak = (await redeem(first.answer, first.asked)).access_token;
    assert.equal((await call(weak, '/accounts')).status, 200);
    const { scheme, parameters } = await challengeOf(call(weak, '/accounts/statements'));
    assert.equal(scheme, 'bearer');
    assert.equal(parameters.error, 'insufficient_user_authentication');
    const { acr_values = '', max_age = '' } = parameters;
    assert.deepEqual([acr_values, max_age], ['mfa', '300']);
    const second = await signIn('ben', { ...wanted, acr_values, max_age }, first.agent);
    assert.deepEqual(second.pages, ['/challenge']);
    const strong = (await redeem(second.answer, second.asked, Number(max_age))).access_token;
    assert.equal((await call(strong, '/accounts/statements')).status, 200);
    const [before, now] = [await validate(weak, ACCOUNTS), await validate(strong, ACCOUNTS)];
    assert.deepEqual([before.acr, now.acr], ['1fa', 'mfa']);
  });

  it('T14: and a token that is good for one use is let pass once', async () => {
    const { asked, answer } = await signIn('cleo', { scope: 'openid transfer:funds', resource: ACCOUNTS });
    const token = (await redeem(answer, asked)).access_token;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => call(token, '/accounts/transfers', 'POST')),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    const { parameters } = await challengeOf(call(token, '/accounts/transfers', 'POST'));
    assert.equal(parameters.error, 'invalid_token');
  });
});
