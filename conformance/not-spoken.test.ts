/**
 * What is not there says so: nothing of it is announced, its endpoints do not exist, and its parameters are refused by their own errors
 * or passed over, never half done. When one of these tests fails because something was built, the record of conformance has a row to mend.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { CALLBACK, WEB_SECRET } from './fabrikam.ts';
import { answerIn, authorizationUrl, claimsOf, getJson, redeem, tokenRequest, VERIFIER } from './flow.ts';
import { UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada'] });
after(() => server.close());

const { body: metadata } = await getJson(server.at('.well-known/openid-configuration'));

const absent = (standard: string, members: readonly string[], paths: readonly string[] = []): void => {
  it(`${standard}: is neither announced nor there`, async () => {
    for (const member of members) assert.ok(!(member in metadata), member);
    for (const path of paths) {
      for (const method of ['GET', 'POST']) {
        assert.equal((await fetch(server.at(path), { method })).status, 404, `${method} ${path}`);
      }
    }
  });
};

describe('endpoints and metadata', () => {
  absent(
    'RFC 9126, pushed authorization requests',
    ['pushed_authorization_request_endpoint', 'require_pushed_authorization_requests'],
    ['oauth/par'],
  );
  absent('RFC 9101, signed requests', [
    'require_signed_request_object',
    'request_object_signing_alg_values_supported',
    'request_object_encryption_alg_values_supported',
  ]);
  absent('RFC 9396, rich authorization requests', ['authorization_details_types_supported']);
  absent('RFC 9449, DPoP', ['dpop_signing_alg_values_supported']);
  absent('RFC 8705, mutual TLS', ['tls_client_certificate_bound_access_tokens', 'mtls_endpoint_aliases']);
  absent('RFC 9701, signed introspection', ['introspection_signing_alg_values_supported']);
  absent('RFC 8628, devices', ['device_authorization_endpoint'], ['oauth/device/code', 'activate']);
  absent(
    'CIBA',
    ['backchannel_authentication_endpoint', 'backchannel_token_delivery_modes_supported'],
    ['bc-authorize'],
  );
  absent('RFC 7591, dynamic registration', ['registration_endpoint'], ['oidc/register', 'oauth/register']);
  absent('the first-party challenge endpoint', ['authorization_challenge_endpoint'], ['oauth/challenge']);
  absent('back-channel and front-channel logout, session management', [
    'backchannel_logout_supported',
    'backchannel_logout_session_supported',
    'frontchannel_logout_supported',
    'check_session_iframe',
  ]);
  absent('shared signals', [], ['.well-known/ssf-configuration']);
  absent('encrypted and signed answers', [
    'id_token_encryption_alg_values_supported',
    'userinfo_signing_alg_values_supported',
    'authorization_signing_alg_values_supported',
  ]);
});

describe('grants', () => {
  for (const grant_type of [
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:openid:params:grant-type:ciba',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:saml2-bearer',
    'password',
    'implicit',
  ]) {
    it(`${grant_type} is unsupported_grant_type`, async () => {
      const { status, body } = await tokenRequest(server, { grant_type });
      assert.deepEqual([status, body.error], [400, 'unsupported_grant_type']);
    });
  }
});

describe('parameters', () => {
  it('response_mode=jwt, query.jwt, form_post.jwt: nobody is redirected', async () => {
    for (const response_mode of ['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt']) {
      const page = await new UserAgent(server.issuer).open(authorizationUrl(server, { response_mode }));
      assert.equal(page.status, 400, response_mode);
    }
  });

  it('authorization_details, dpop_jkt and vtr are passed over, as RFC 6749, section 3.1 wants, and appear in no token', async () => {
    const agent = new UserAgent(server.issuer);
    const more = { authorization_details: '[{"type":"payment"}]', dpop_jkt: 'x'.repeat(43), vtr: 'Cc.P1' };
    const { end } = await agent.authorize(authorizationUrl(server, more), server.person('ada'));
    const { body } = await redeem(server, end);
    for (const claim of ['cnf', 'authorization_details', 'vot']) {
      assert.ok(!(claim in claimsOf(String(body.access_token))), claim);
      assert.ok(!(claim in body), claim);
    }
  });

  it('a DPoP proof at the token endpoint changes nothing: the token is a bearer token and says so', async () => {
    const agent = new UserAgent(server.issuer);
    const { end } = await agent.authorize(authorizationUrl(server), server.person('ada'));
    const fields = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: VERIFIER };
    const { code } = answerIn(end);
    const secret = { client_id: 'web', client_secret: WEB_SECRET };
    const { body } = await tokenRequest(server, { ...fields, ...secret, code }, { dpop: 'a.b.c' });
    assert.equal(body.token_type, 'Bearer');
  });
});
