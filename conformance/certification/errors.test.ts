/** Every error that the authorization endpoint and the token endpoint of a provider have, told as the standards want them told. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { API_SECRET, CALLBACK, WEB_SECRET } from '../fabrikam.ts';
import { answerIn, authorizationUrl, basic, redeem, tokenRequest } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { isErrorPage, oidcUrl, signedIn, startProvider, told } from './provider.ts';

const server = await startProvider({ people: ['ada'] });
after(() => server.close());

describe('errors of the authorization endpoint', () => {
  const errors: readonly (readonly [what: string, changes: Parameters<typeof told>[1], error: string])[] = [
    ['response_type=token', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_type=code id_token', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['prompt=none login', { prompt: 'none login' }, 'invalid_request'],
    ['prompt=none with consent missing', { prompt: 'none', client_id: 'budget' }, 'login_required'],
    ['an unknown prompt', { prompt: 'dance' }, 'invalid_request'],
    ['max_age=-1', { max_age: '-1' }, 'invalid_request'],
    ['claims that are no JSON', { claims: 'name' }, 'invalid_request'],
    ['a parameter twice', { nonce: ['a', 'b'] }, 'invalid_request'],
    ['no scope that exists', { scope: 'made:up' }, 'invalid_scope'],
    ['an API that is none', { resource: 'https://nowhere.example/' }, 'invalid_target'],
    ['registration', { registration: '{}' }, 'registration_not_supported'],
    ['an id_token_hint that is none', { id_token_hint: 'x.y.z' }, 'invalid_request'],
    ['an essential acr that nobody can reach', { acr_values: 'phrh' }, 'unmet_authentication_requirements'],
  ];
  for (const [what, changes, expected] of errors) {
    it(`${what}: ${expected}, with state and iss, and a description in the characters that are allowed`, async () => {
      const { error, error_description, state, iss, ...rest } = await told(server, changes);
      assert.deepEqual([error, state, iss, rest], [expected, 'a state', server.issuer, {}]);
      assert.match(error_description ?? '', /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
    });
  }

  it('the person says no to consent, or goes back: access_denied', async () => {
    const agent = await signedIn(server, 'ada');
    for (const button of ['deny', 'cancel']) {
      const page = await agent.open(oidcUrl(server, { client_id: 'budget' }));
      assert.equal(answerIn(await agent.submit(page, { [button]: '1' })).error, 'access_denied');
    }
    assert.equal((await told(server, { client_id: 'budget', prompt: 'none' }, agent)).error, 'consent_required');
  });

  it('an unknown client, and a response_mode that is none: a page', async () => {
    for (const changes of [{ client_id: 'nobody' }, { response_mode: 'pigeon' }, { state: ['a', 'b'] }]) {
      assert.ok(isErrorPage(await new UserAgent(server.issuer).open(authorizationUrl(server, changes))));
    }
  });
});

describe('errors of the token endpoint', () => {
  const code = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code: 'unheard-of' };
  const refresh = { grant_type: 'refresh_token', refresh_token: 'unheard-of' };
  const nobody = {};

  const errors: readonly (readonly [
    what: string,
    fields: Readonly<Record<string, string | readonly string[]>>,
    headers: Readonly<Record<string, string>>,
    expected: string,
  ])[] = [
    ['no grant_type', {}, basic('web', WEB_SECRET), '400 invalid_request'],
    ['an unknown grant_type', { grant_type: 'urn:example' }, basic('web', WEB_SECRET), '400 unsupported_grant_type'],
    [
      'a grant that the client is not registered for',
      code,
      basic('accounts-api', API_SECRET),
      '400 unauthorized_client',
    ],
    ['no code', { grant_type: 'authorization_code' }, basic('web', WEB_SECRET), '400 invalid_request'],
    ['a code that is none', code, basic('web', WEB_SECRET), '400 invalid_grant'],
    ['a code twice', { ...code, code: ['a', 'b'] }, basic('web', WEB_SECRET), '400 invalid_request'],
    [
      'a verifier that cannot be one',
      { ...code, code_verifier: 'short' },
      basic('web', WEB_SECRET),
      '400 invalid_request',
    ],
    ['no refresh token', { grant_type: 'refresh_token' }, basic('web', WEB_SECRET), '400 invalid_request'],
    ['a refresh token that is none', refresh, basic('web', WEB_SECRET), '400 invalid_grant'],
    ['no client', code, nobody, '401 invalid_client'],
    ['an unknown client', code, basic('unheard-of', 'a secret'), '401 invalid_client'],
    ['a wrong secret', code, basic('web', 'a secret'), '401 invalid_client'],
    ['an empty secret', code, basic('web', ''), '401 invalid_client'],
    ['a confidential client without its secret', { ...code, client_id: 'web' }, nobody, '401 invalid_client'],
    [
      'two ways to authenticate',
      { ...code, client_secret: WEB_SECRET },
      basic('web', WEB_SECRET),
      '400 invalid_request',
    ],
    ['two identifiers', { ...code, client_id: 'budget' }, basic('web', WEB_SECRET), '401 invalid_client'],
  ];
  for (const [what, fields, headers, expected] of errors) {
    it(`${what}: ${expected}, as JSON that nobody may cache`, async () => {
      const answer = await tokenRequest(server, fields, headers);
      assert.equal(`${answer.status} ${String(answer.body.error)}`, expected);
      assert.match(String(answer.body.error_description), /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
      assert.deepEqual(
        ['content-type', 'cache-control', 'pragma'].map((name) => answer.headers.get(name)),
        ['application/json; charset=utf-8', 'no-store', 'no-cache'],
      );
      const triedBasic = answer.status === 401 && 'authorization' in headers;
      assert.equal(answer.headers.get('www-authenticate') !== null, triedBasic);
    });
  }

  it('a code with another redirect URI, verifier or client: invalid_grant, and the code is spent', async () => {
    for (const changes of [{ redirect_uri: `${CALLBACK}?tenant=blue` }, { code_verifier: 'v'.repeat(43) }]) {
      const { end } = await new UserAgent(server.issuer).authorize(oidcUrl(server), server.person('ada'));
      assert.equal((await redeem(server, end, changes)).body.error, 'invalid_grant');
      assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
    }
  });
});
