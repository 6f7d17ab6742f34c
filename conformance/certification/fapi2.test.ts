/**
 * What the FAPI 2.0 Security Profile asks for and exists here: there are neither pushed authorization requests nor sender-constrained
 * tokens yet, so this is no FAPI 2.0 server. Tests are named for the modules of the Foundation's suite, without their common beginning
 * `fapi2-security-profile-final-`; what a module asks of a pushed request is asked of the authorization endpoint.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { CALLBACK } from '../fabrikam.ts';
import { answerIn, getJson, tokenRequest, VERIFIER } from '../flow.ts';
import { jwkOf, newSigner, signed } from '../jose-token.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';
import type { Changes } from './provider.ts';
import { isErrorPage, oidcUrl, startProvider, told, verified } from './provider.ts';

const signers = { first: newSigner('ES256', 'first'), second: newSigner('PS256', 'second') } as const;
type Client = keyof typeof signers;

const server = await startProvider({
  people: ['ada'],
  clients: (['first', 'second'] as const).map((id) => ({
    id,
    name: id,
    authentication: ['private_key_jwt' as const],
    jwks: { keys: [jwkOf(signers[id])] },
    redirectUris: [CALLBACK],
    firstParty: true,
    pkce: 'required' as const,
    idTokenAlg: 'ES256' as const,
  })),
});
after(() => server.close());

type Claims = Readonly<Record<string, unknown>>;

/** A client assertion of five minutes at most, for this server alone. */
const assertion = (client: Client, claims: Claims = {}): Readonly<Record<string, string>> => {
  const signer = signers[client];
  const usual = { iss: client, sub: client, aud: server.issuer, jti: randomUUID(), iat: server.now() };
  const header = { alg: signer.alg, kid: signer.kid };
  const token = { signer, header, claims: { ...usual, exp: server.now() + 60 }, trap: '' };
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: signed(token, {}, claims),
  };
};

/** A browser in which somebody is signed in, so that the requests below go through without a page. */
const agent = new UserAgent(server.issuer);
await agent.authorize(oidcUrl(server), server.person('ada'));

const authorize = (changes: Changes = {}): Promise<Page> =>
  agent.open(oidcUrl(server, { client_id: 'first', ...changes }));

const redeem = async (end: Page, changes: Readonly<Record<string, string | undefined>> = {}, claims: Claims = {}) =>
  tokenRequest(
    server,
    {
      grant_type: 'authorization_code',
      code: answerIn(end).code,
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
      ...assertion('first', claims),
      ...changes,
    },
    {},
  );

const outcome = async (answer: ReturnType<typeof redeem>): Promise<string> => {
  const { status, body } = await answer;
  return status === 200 ? 'accepted' : `${status} ${String(body.error)}`;
};

const bearer = async (scheme: string, token: unknown): Promise<number> =>
  (await fetch(server.at('userinfo'), { headers: { authorization: `${scheme} ${String(token)}` } })).status;

describe('FAPI 2.0 Security Profile: the flow', () => {
  it('happy-flow: code, PKCE, private_key_jwt by ES256 and PS256, iss in the answer, an ID token by ES256', async () => {
    for (const client of ['first', 'second'] as const) {
      const end = await authorize({ client_id: client });
      assert.equal(answerIn(end).iss, server.issuer);
      const { status, body } = await redeem(end, assertion(client));
      assert.equal(status, 200);
      assert.equal((await verified(server, body.id_token, client)).nonce, 'a nonce');
    }
  });

  it('discovery-end-point-verification: in part', async () => {
    const { body } = await getJson(server.at('.well-known/openid-configuration'));
    assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
    assert.equal(body.authorization_response_iss_parameter_supported, true);
    for (const [name, value] of [
      ['token_endpoint_auth_methods_supported', 'private_key_jwt'],
      ['token_endpoint_auth_signing_alg_values_supported', 'PS256'],
      ['token_endpoint_auth_signing_alg_values_supported', 'ES256'],
      ['id_token_signing_alg_values_supported', 'ES256'],
    ] as const) {
      assert.ok([body[name]].flat().includes(value), name);
    }
    for (const missing of [
      'pushed_authorization_request_endpoint',
      'require_pushed_authorization_requests',
      'dpop_signing_alg_values_supported',
      'tls_client_certificate_bound_access_tokens',
    ]) {
      assert.ok(!(missing in body), `${missing} is there now: test it`);
    }
  });

  it('ensure-authorization-request-without-state-success', async () => {
    const answer = answerIn(await authorize({ state: undefined }));
    assert.deepEqual(Object.keys(answer).toSorted(), ['code', 'iss']);
  });

  it('ensure-authorization-request-with-long-state', async () => {
    const state = 'long-'.repeat(200);
    assert.equal(answerIn(await authorize({ state })).state, state);
  });

  it('user-rejects-authentication: access_denied', async () => {
    const stranger = new UserAgent(server.issuer);
    const page = await stranger.open(oidcUrl(server, { client_id: 'first' }));
    assert.equal(answerIn(await stranger.submit(page, { cancel: '1' })).error, 'access_denied');
  });

  it('access-token-type-header-case-sensitivity: the scheme in any case, the token from nowhere but its place', async () => {
    const { body } = await redeem(await authorize());
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) assert.equal(await bearer(scheme, body.access_token), 200);
    assert.equal((await fetch(`${server.at('userinfo')}?access_token=${String(body.access_token)}`)).status, 401);
  });

  it('ensure-response-type-code-idtoken-fails, ensure-response-type-token-fails', async () => {
    for (const response_type of ['code id_token', 'token', 'id_token token', 'none']) {
      assert.equal((await told(server, { client_id: 'first', response_type })).error, 'unsupported_response_type');
    }
  });

  it('ensure-redirect-uri-in-authorization-request: nobody is redirected', async () => {
    assert.ok(isErrorPage(await authorize({ redirect_uri: undefined })));
  });

  it('par-without-duplicate-parameters: a parameter that comes twice is invalid_request', async () => {
    assert.equal(answerIn(await authorize({ scope: ['openid', 'openid'] })).error, 'invalid_request');
  });

  it('5.3.2.2: codes hold 256 bits of chance, and no two are the same', async () => {
    const codes = await Promise.all(Array.from({ length: 20 }, async () => answerIn(await authorize()).code ?? ''));
    assert.equal(new Set(codes).size, 20);
    for (const code of codes) assert.match(code, /^[A-Za-z0-9_-]{43}$/);
  });

  it('5.3.2.2: the redirect is 303, never 307', async () => assert.equal((await authorize()).status, 303));
});

describe('FAPI 2.0 Security Profile: PKCE and codes', () => {
  it('par-ensure-pkce-required: without a challenge invalid_request, nonce or not', async () => {
    const changes = { code_challenge: undefined, code_challenge_method: undefined };
    assert.equal(answerIn(await authorize(changes)).error, 'invalid_request');
  });

  it('par-plain-pkce-rejected', async () => {
    for (const code_challenge_method of ['plain', undefined]) {
      const answer = answerIn(await authorize({ code_challenge: VERIFIER, code_challenge_method }));
      assert.equal(answer.error, 'invalid_request');
    }
  });

  it('ensure-pkce-code-verifier-required, incorrect-pkce-code-verifier-rejected: invalid_grant', async () => {
    for (const code_verifier of [undefined, 'x'.repeat(43)]) {
      assert.equal(await outcome(redeem(await authorize(), { code_verifier })), '400 invalid_grant');
    }
  });

  it('ensure-authorization-code-is-bound-to-client', async () => {
    assert.equal(await outcome(redeem(await authorize(), assertion('second'))), '400 invalid_grant');
  });

  it('attempt-reuse-authorization-code-after-one-second: refused, and the first token is dead', async () => {
    const end = await authorize();
    const { body } = await redeem(end);
    server.advance(1);
    assert.equal(await outcome(redeem(end)), '400 invalid_grant');
    assert.equal(await bearer('Bearer', body.access_token), 401);
  });

  it('ensure-token-endpoint-fails-with-expired-auth-code: after a minute', async () => {
    const [young, old] = [await authorize(), await authorize()];
    server.advance(50);
    assert.equal(await outcome(redeem(young)), 'accepted');
    server.advance(10);
    assert.equal(await outcome(redeem(old)), '400 invalid_grant');
  });
});

describe('FAPI 2.0 Security Profile: client authentication', () => {
  const REFUSED = '401 invalid_client';

  it('ensure-client-assertion-in-token-endpoint: without one nobody gets anything', async () => {
    const without = { client_assertion: undefined, client_assertion_type: undefined, client_id: 'first' };
    assert.equal(await outcome(redeem(await authorize(), without)), REFUSED);
  });

  it('ensure-client-id-in-token-endpoint: not the identifier of another client beside it', async () => {
    assert.equal(await outcome(redeem(await authorize(), { client_id: 'second' })), REFUSED);
  });

  const claims: readonly (readonly [module: string, of: () => Claims, expected: string])[] = [
    ['ensure-client-assertion-with-exp-is-5-minutes-in-past-fails', () => ({ exp: server.now() - 300 }), REFUSED],
    ['ensure-client-assertion-with-wrong-aud-fails', () => ({ aud: 'https://other.example/' }), REFUSED],
    ['ensure-client-assertion-with-no-sub-fails', () => ({ sub: undefined }), REFUSED],
    ['par-test-par-endpoint-url-as-audience-fails', () => ({ aud: server.at('oauth/par') }), REFUSED],
    [
      'par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted',
      () => ({ nbf: server.now() + 8 }),
      'accepted',
    ],
    [
      'par-ensure-jwt-client-assertions-iat-8-seconds-in-the-future-is-accepted',
      () => ({ iat: server.now() + 8 }),
      'accepted',
    ],
    [
      'par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails',
      () => ({ nbf: server.now() + 61 }),
      REFUSED,
    ],
    [
      'par-ensure-jwt-client-assertions-iat-over-60-seconds-in-the-future-fails',
      () => ({ iat: server.now() + 61 }),
      REFUSED,
    ],
  ];
  for (const [module, of, expected] of claims) {
    it(`${module}: ${expected}`, async () => {
      assert.equal(await outcome(redeem(await authorize(), {}, of())), expected);
    });
  }

  it('otherwise: the token endpoint, and a list, are taken as audience, for that is what most libraries send', async () => {
    for (const aud of [server.at('oauth/token'), [server.issuer]]) {
      assert.equal(await outcome(redeem(await authorize(), {}, { aud })), 'accepted');
    }
  });
});
