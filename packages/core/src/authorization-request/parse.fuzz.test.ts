import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { exampleClient } from '../client/client.example.ts';
import type { Client } from '../client/client.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { PROMPTS, RESPONSE_MODES } from './authorization-request.ts';
import type { Parameters } from './parameters.ts';
import { AUTHORIZATION_PARAMETERS, parseAuthorizationRequest, parseChannel, requestedClientId } from './parse.ts';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const clients: readonly Client[] = [
  { ...exampleClient, redirectUris: ['https://app.example/callback', 'http://127.0.0.1/cb'] },
  {
    ...exampleClient,
    redirectUris: ['https://app.example/callback'],
    authentication: ['client_secret_basic'],
    pkce: 'unless-nonce',
  },
  { ...exampleClient, redirectUris: ['com.example.app:/cb'], authentication: ['private_key_jwt'], pkce: 'optional' },
];

const some = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

/** What an honest request may hold. */
const VALID: Readonly<Record<string, fc.Arbitrary<string>>> = {
  client_id: some('app'),
  redirect_uri: some('https://app.example/callback', 'http://127.0.0.1:9/cb', 'com.example.app:/cb'),
  response_type: some('code'),
  response_mode: some(...RESPONSE_MODES),
  scope: some('openid', 'openid read', 'read transfer offline_access'),
  state: some('s', 'a state', '😀'),
  nonce: some('n'),
  prompt: some(...PROMPTS, 'login consent'),
  max_age: some('0', '300', '9999999999'),
  acr_values: some('mfa', 'phr mfa'),
  claims: some(
    '{"id_token":{"acr":{"essential":true,"values":["mfa"]},"sub":{"value":"alice"}}}',
    '{"userinfo":{"email":null}}',
  ),
  audience: some('https://api.example/'),
  resource: some('https://api.example/'),
  code_challenge: some(CHALLENGE),
  code_challenge_method: some('S256'),
  login_hint: some('alice'),
  id_token_hint: some('a.b.c'),
  ui_locales: some('de en'),
  request: some('a.b.c'),
  request_uri: some('https://app.example/request'),
  registration: some('{}'),
};

const REQUIRED = ['client_id', 'redirect_uri', 'response_type', 'scope', 'code_challenge', 'code_challenge_method'];
const REFUSED = ['request', 'request_uri', 'registration'];

const honest = fc
  .tuple(fc.record(VALID), fc.subarray(Object.keys(VALID).filter((name) => !REFUSED.includes(name))))
  .map(([all, sent]): Parameters => new Map([...REQUIRED, ...sent].map((name) => [name, [all[name] ?? '']])));

/** One or two parameters spoilt, taken away, sent twice. */
const requests = fc
  .tuple(
    honest,
    fc.array(
      fc.oneof(
        ...Object.entries(VALID).map(([name, valid]) =>
          fc.tuple(fc.constant(name), fc.array(nearly(valid), { maxLength: 2 })),
        ),
        fc.tuple(garbage, fc.array(garbage, { maxLength: 2 })),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([good, changes]): Parameters => new Map([...good, ...changes]));

const parse = (parameters: Parameters, client: Client): AuthorizationRequest | undefined => {
  const id = requestedClientId(parameters);
  assert.ok(id === undefined || id !== '');
  const channel = parseChannel(parameters, client);
  if (!channel.ok) return undefined;
  const request = parseAuthorizationRequest(parameters, client, channel.value);
  if (request.ok) return request.value;
  assert.match(request.error.description, /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
  return undefined;
};

/** The request as a client that means it would send it. */
const written = ({ channel, ...request }: AuthorizationRequest): Parameters => {
  const list = (values: readonly string[]): string | undefined => (values.length === 0 ? undefined : values.join(' '));
  const { acrClaim, subClaim, requestedClaims, maxAgeSeconds } = request;
  const named = (names: readonly string[] = []): Readonly<Record<string, null>> =>
    Object.fromEntries(names.map((name) => [name, null]));
  const claims = {
    ...named(requestedClaims?.idToken),
    ...(acrClaim && { acr: acrClaim }),
    ...(subClaim !== undefined && { sub: { value: subClaim } }),
  };
  const sent: Readonly<Record<string, string | undefined>> = {
    client_id: request.clientId,
    redirect_uri: channel.redirect.sent ? channel.redirect.uri : undefined,
    response_mode: channel.mode,
    state: channel.state,
    response_type: 'code',
    scope: list(request.scopes),
    audience: request.audience,
    nonce: request.nonce,
    prompt: list(request.prompt),
    max_age: maxAgeSeconds === undefined ? undefined : String(maxAgeSeconds),
    acr_values: list(request.acrValues),
    claims: JSON.stringify({ id_token: claims, userinfo: named(requestedClaims?.userinfo) }),
    code_challenge: request.codeChallenge,
    code_challenge_method: request.codeChallenge && 'S256',
    login_hint: request.loginHint,
    id_token_hint: request.idTokenHint,
    ui_locales: list(request.uiLocales),
  };
  return new Map(Object.entries(sent).map(([name, value]) => [name, value === undefined ? [] : [value]]));
};

it('an authorization request: what is read can be written again, and is then read the same', () => {
  let good = 0;
  fuzz(
    fc.property(requests, fc.constantFrom(...clients), (parameters, client) => {
      const request = parse(parameters, client);
      if (!request) return;
      good += 1;
      assert.deepEqual(parse(written(request), client), request);
    }),
  );
  enough(good, 1000, 'were good');
});

it('an authorization request: parameters that nobody knows change nothing', () => {
  const unknown = garbage.filter((name) => !AUTHORIZATION_PARAMETERS.includes(name));
  fuzz(
    fc.property(
      requests,
      unknown,
      fc.array(garbage),
      fc.constantFrom(...clients),
      (parameters, name, values, client) => {
        const more: Parameters = new Map([...parameters, [name, values]]);
        assert.deepEqual(parse(more, client), parse(parameters, client));
      },
    ),
  );
});
