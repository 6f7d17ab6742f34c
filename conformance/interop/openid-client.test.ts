/** openid-client 6, a certified client that checks every answer strictly, against a server over loopback. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import * as client from 'openid-client';
import { startAuthorizationServer } from '../authorization-server.ts';
import { ACCOUNTS, API_SECRET, CALLBACK, NIGHTLY_SECRET, REPORTS, SIGNED_OUT, WEB_SECRET } from '../fabrikam.ts';
import { allowInsecureRequests } from '../plain-http.ts';
import type { Journey } from '../user-agent.ts';
import { formAction, UserAgent } from '../user-agent.ts';

const assertionKeys = await client.randomDPoPKeyPair('ES256', { extractable: true });
const assertionJwk = await crypto.subtle.exportKey('jwk', assertionKeys.publicKey);

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'],
  clients: [
    {
      id: 'signed',
      name: 'A client with a key',
      authentication: ['private_key_jwt'],
      jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: assertionJwk.x, y: assertionJwk.y, alg: 'ES256', use: 'sig' }] },
      redirectUris: [CALLBACK],
      grantTypes: ['authorization_code', 'client_credentials'],
      firstParty: true,
      apis: { [REPORTS]: ['read:reports'] },
    },
  ],
});
after(() => server.close());

const discover = (clientId: string, authentication: client.ClientAuth, algorithm: 'oidc' | 'oauth2' = 'oidc') =>
  client.discovery(new URL(server.issuer), clientId, undefined, authentication, {
    algorithm,
    execute: [allowInsecureRequests],
  });

const web = await discover('web', client.ClientSecretBasic(WEB_SECRET));

/** What a client remembers of its request until the answer comes. */
interface Asked {
  readonly url: URL;
  readonly checks: {
    readonly expectedState: string;
    readonly expectedNonce: string;
    readonly pkceCodeVerifier: string;
  };
}

const ask = async (parameters: Readonly<Record<string, string>> = {}, config = web): Promise<Asked> => {
  const checks = {
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return { url, checks };
};

const take = (journey: Journey, { checks }: Asked, maxAge?: number, config = web) =>
  client.authorizationCodeGrant(config, journey.end.url, { ...checks, ...(maxAge !== undefined && { maxAge }) });

const signIn = async (
  username: string,
  parameters: Readonly<Record<string, string>> = {},
  agent = new UserAgent(server.issuer),
) => {
  const asked = await ask(parameters);
  const journey = await agent.authorize(asked.url, server.person(username));
  return { agent, asked, journey, tokens: await take(journey, asked) };
};

const refusal = (error: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof client.AuthorizationResponseError, String(thrown));
  assert.equal(thrown.error, error);
  return true;
};

describe('discovery', () => {
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    it(`finds the server by its ${algorithm} document`, async () => {
      const metadata = (await discover('web', client.ClientSecretBasic(WEB_SECRET), algorithm)).serverMetadata();
      assert.equal(metadata.issuer, server.issuer);
      assert.ok(metadata.supportsPKCE());
      assert.equal(metadata.authorization_response_iss_parameter_supported, true);
      assert.deepEqual(metadata.acr_values_supported?.slice(0, 2), ['phr', 'mfa']);
    });
  }
});

describe('a code, with PKCE, nonce, state and iss', () => {
  it('sign in: brings tokens for whoever signed in', async () => {
    const { journey, tokens } = await signIn('ada');
    assert.deepEqual(journey.pages, ['/login']);
    const claims = tokens.claims();
    assert.equal(claims?.sub, 'user_ada');
    assert.equal(claims?.acr, '1fa');
    assert.deepEqual(claims?.amr, ['pwd']);
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.refresh_token, undefined);
    const userinfo = await client.fetchUserInfo(web, tokens.access_token, 'user_ada');
    assert.equal(userinfo.email, 'ada@fabrikam.example');
  });

  it('failure: is refused by the client when the state is of another request', async () => {
    const asked = await ask();
    const journey = await new UserAgent(server.issuer).authorize(asked.url, server.person('ada'));
    const other = { ...asked, checks: { ...asked.checks, expectedState: client.randomState() } };
    await assert.rejects(take(journey, other), { code: 'OAUTH_INVALID_RESPONSE' });
  });

  it('failure: is refused by the client when iss names another server', async () => {
    const asked = await ask();
    const journey = await new UserAgent(server.issuer).authorize(asked.url, server.person('ada'));
    journey.end.url.searchParams.set('iss', 'https://elsewhere.example/');
    await assert.rejects(take(journey, asked), { code: 'OAUTH_INVALID_RESPONSE' });
  });

  it('failure: is refused by the client when the nonce is of another request', async () => {
    const asked = await ask();
    const journey = await new UserAgent(server.issuer).authorize(asked.url, server.person('ada'));
    const other = { ...asked, checks: { ...asked.checks, expectedNonce: client.randomNonce() } };
    await assert.rejects(take(journey, other), { code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' });
  });

  it('failure: is refused by the server when the verifier is of another request', async () => {
    const asked = await ask();
    const journey = await new UserAgent(server.issuer).authorize(asked.url, server.person('ada'));
    const other = { ...asked, checks: { ...asked.checks, pkceCodeVerifier: client.randomPKCECodeVerifier() } };
    await assert.rejects(take(journey, other), { error: 'invalid_grant', status: 400 });
  });
});

describe('step-up', () => {
  it('step up: asks only for what is missing, and the ID token says what was proven and when', async () => {
    const { agent } = await signIn('ben');
    const asked = await ask({ acr_values: 'mfa', max_age: '300' });
    const before = server.now();
    const journey = await agent.authorize(asked.url, server.person('ben'));
    assert.deepEqual(journey.pages, ['/challenge']);
    const claims = (await take(journey, asked, 300)).claims();
    assert.equal(claims?.acr, 'mfa');
    assert.deepEqual(claims?.amr, ['mfa', 'otp', 'pwd']);
    const { auth_time = 0 } = claims ?? {};
    assert.ok(auth_time >= before && auth_time <= server.now() + 1);
    const again = await ask({ acr_values: 'mfa', max_age: '300', prompt: 'none' });
    const silent = await agent.authorize(again.url, server.person('ben'));
    assert.deepEqual(silent.pages, []);
    assert.equal((await take(silent, again, 300)).claims()?.acr, 'mfa');
  });

  it('step up: asks for both proofs when max_age=0, and auth_time is theirs', async () => {
    const { agent, tokens } = await signIn('cleo', { acr_values: 'mfa' });
    const asked = await ask({ acr_values: 'mfa', max_age: '0' });
    const journey = await agent.authorize(asked.url, server.person('cleo'));
    assert.deepEqual(journey.pages, ['/challenge', '/challenge']);
    // The client's clock goes on meanwhile.
    const later = (await take(journey, asked, 60)).claims();
    assert.ok((later?.auth_time ?? 0) > (tokens.claims()?.auth_time ?? 0));
  });

  it('failure: T3: ends in unmet_authentication_requirements when no authenticator of this server could meet it', async () => {
    const { agent } = await signIn('ada');
    const asked = await ask({ acr_values: 'phrh' });
    const journey = await agent.authorize(asked.url, server.person('ada'));
    assert.deepEqual(journey.pages, []);
    await assert.rejects(take(journey, asked), refusal('unmet_authentication_requirements'));
  });

  it('failure: T4: ends in login_required when it could be met, but prompt=none forbids to ask', async () => {
    const { agent } = await signIn('ada');
    const asked = await ask({ acr_values: 'mfa', prompt: 'none' });
    await assert.rejects(
      take(await agent.authorize(asked.url, server.person('ada')), asked),
      refusal('login_required'),
    );
    const still = await ask({ prompt: 'none' });
    assert.equal((await take(await agent.authorize(still.url, server.person('ada')), still)).claims()?.sub, 'user_ada');
  });

  it('failure: ends in login_required for prompt=none when nobody is signed in', async () => {
    const asked = await ask({ prompt: 'none' });
    const journey = await new UserAgent(server.issuer).authorize(asked.url, server.person('ada'));
    await assert.rejects(take(journey, asked), refusal('login_required'));
  });
});

describe('what follows a login', () => {
  const everything = { scope: 'openid offline_access read:accounts transfer:funds', audience: ACCOUNTS };

  it('refresh: T5, T27: a refresh is narrowed by what may be used once, and keeps acr, amr and auth_time', async () => {
    const { tokens } = await signIn('dan', everything);
    assert.equal(tokens.scope, everything.scope);
    const fresh = await client.refreshTokenGrant(web, tokens.refresh_token ?? '');
    assert.equal(fresh.scope, 'openid offline_access read:accounts');
    const [before, after] = [tokens.claims(), fresh.claims()];
    assert.equal(before?.acr, 'mfa');
    assert.deepEqual([after?.acr, after?.amr, after?.auth_time], [before.acr, before.amr, before.auth_time]);
    const smaller = await client.refreshTokenGrant(web, fresh.refresh_token ?? '', { scope: 'openid' });
    assert.equal(smaller.scope, 'openid');
    await assert.rejects(
      client.refreshTokenGrant(web, smaller.refresh_token ?? '', { scope: 'openid close:account' }),
      {
        error: 'invalid_scope',
      },
    );
  });

  it('introspection tells the API what the token says, and nothing about one that was revoked', async () => {
    const { tokens } = await signIn('eve', { scope: 'openid offline_access read:accounts', audience: ACCOUNTS });
    const api = await discover('accounts-api', client.ClientSecretBasic(API_SECRET));
    const found = await client.tokenIntrospection(api, tokens.access_token);
    assert.equal(found.active, true);
    assert.equal(found.sub, 'user_eve');
    assert.equal(found.acr, '1fa');
    assert.equal(found.auth_time, tokens.claims()?.auth_time);
    await client.tokenRevocation(web, tokens.refresh_token ?? '');
    assert.deepEqual(await client.tokenIntrospection(api, tokens.access_token), { active: false });
    await assert.rejects(client.refreshTokenGrant(web, tokens.refresh_token ?? ''), { error: 'invalid_grant' });
  });

  it('sign out: end_session with the ID token signs the person out without a question and returns with state', async () => {
    const { agent, tokens } = await signIn('finn');
    const url = client.buildEndSessionUrl(web, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: SIGNED_OUT,
      state: 'bye',
    });
    assert.equal((await agent.open(url)).url.href, `${SIGNED_OUT}?state=bye`);
    const asked = await ask({ prompt: 'none' });
    await assert.rejects(
      take(await agent.authorize(asked.url, server.person('finn')), asked),
      refusal('login_required'),
    );
  });

  it('sign out: end_session without it asks first', async () => {
    const { agent } = await signIn('finn');
    const page = await agent.open(client.buildEndSessionUrl(web, { post_logout_redirect_uri: SIGNED_OUT }));
    assert.equal(page.status, 200);
    assert.match(formAction(page), /^\/oidc\/logout\?/);
    assert.equal((await agent.submit(page, { confirm: '1' })).url.href, SIGNED_OUT);
  });
});

describe('how a client authenticates', () => {
  const methods: readonly (readonly [name: string, authentication: client.ClientAuth])[] = [
    ['client_secret_basic', client.ClientSecretBasic(NIGHTLY_SECRET)],
    ['client_secret_post', client.ClientSecretPost(NIGHTLY_SECRET)],
  ];
  for (const [name, authentication] of methods) {
    it(`${name}, for a token of its own`, async () => {
      const nightly = await discover('nightly', authentication);
      const tokens = await client.clientCredentialsGrant(nightly, { resource: REPORTS, scope: 'read:reports' });
      assert.equal(tokens.scope, 'read:reports');
      assert.equal(tokens.id_token, undefined);
    });
  }

  it('sign in: client_secret_post with a secret that holds every awkward character', async () => {
    const byPost = await discover('web', client.ClientSecretPost(WEB_SECRET));
    const asked = await ask({}, byPost);
    const journey = await new UserAgent(server.issuer).authorize(asked.url, server.person('ada'));
    assert.equal((await take(journey, asked, undefined, byPost)).claims()?.sub, 'user_ada');
  });

  it('sign in: private_key_jwt, for itself and for a person', async () => {
    const signed = await discover('signed', client.PrivateKeyJwt(assertionKeys.privateKey));
    assert.ok((await client.clientCredentialsGrant(signed, { resource: REPORTS })).access_token);
    const asked = await ask({}, signed);
    const journey = await new UserAgent(server.issuer).authorize(asked.url, server.person('ada'));
    assert.equal((await take(journey, asked, undefined, signed)).claims()?.sub, 'user_ada');
  });

  it('failure: not with a key of somebody else, nor with a wrong secret', async () => {
    const strange = await client.randomDPoPKeyPair('ES256');
    const forged = await discover('signed', client.PrivateKeyJwt(strange.privateKey));
    await assert.rejects(client.clientCredentialsGrant(forged, { resource: REPORTS }), { error: 'invalid_client' });
    const wrong = await discover('nightly', client.ClientSecretPost('guess'));
    await assert.rejects(client.clientCredentialsGrant(wrong, { resource: REPORTS }), { error: 'invalid_client' });
  });

  it('T7: a client alone never gets what demands a proof by a person', async () => {
    const nightly = await discover('nightly', client.ClientSecretBasic(NIGHTLY_SECRET));
    const asked = { resource: ACCOUNTS, scope: 'transfer:funds' };
    await assert.rejects(client.clientCredentialsGrant(nightly, asked), { error: 'invalid_scope' });
    const all = await client.clientCredentialsGrant(nightly, { resource: ACCOUNTS });
    assert.equal(all.scope, 'read:accounts');
  });
});
