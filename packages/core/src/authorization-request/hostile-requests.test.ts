/** Requests that nobody meant well: whatever comes in, there is an answer, and it holds nothing unchecked. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exampleClient } from '../client/client.example.ts';
import type { Client } from '../client/client.ts';
import { instant } from '../instant.ts';
import { isMet } from '../laws.oracle.ts';
import { nextStep } from '../next-step.ts';
import type { Api } from '../policy/api.ts';
import { collectRequirements, scopeRequirements } from '../policy/collect.ts';
import { defaultLevels } from '../policy/levels.ts';
import { grantableScopes } from '../policy/scopes.ts';
import { catalogue, events } from '../step-up.notation.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import type { Parameters } from './parameters.ts';
import { parseAuthorizationRequest, parseChannel, requestedClientId } from './parse.ts';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** For every parameter, what a good request, a careless one and a hostile one might hold. */
const likely: Readonly<Record<string, readonly string[]>> = {
  client_id: ['app'],
  redirect_uri: [
    'https://app.example/callback',
    'http://127.0.0.1:9/cb',
    'com.example.app:/cb',
    'https://evil.example/',
  ],
  response_type: ['code', 'code', 'code', 'token'],
  response_mode: ['query', 'web_message', 'fragment', 'form_post', 'jwt'],
  scope: ['openid', 'openid transfer', 'transfer', 'read transfer offline_access', '__proto__ constructor'],
  state: ['s', '\u2028', '\ud800'],
  nonce: ['n'],
  prompt: ['none', 'login', 'consent', 'select_account', 'login consent', 'none login'],
  max_age: ['0', '300', '9999999999', '-1', '1e9'],
  acr_values: ['mfa', '1fa', 'phr mfa', 'loa9', 'constructor __proto__', ''],
  claims: [
    '{"id_token":{"acr":{"essential":true,"values":["mfa"]}}}',
    '{"id_token":{"acr":{"values":["1fa"]}}}',
    '{"id_token":{"acr":{"essential":true,"values":["loa9"]},"sub":{"value":"mallory"}}}',
    '{"__proto__":{"id_token":null}}',
    '[[[[',
  ],
  audience: ['https://api.example/', 'https://other.example/', '__proto__'],
  resource: ['https://api.example/', 'https://other.example/'],
  code_challenge: [CHALLENGE, CHALLENGE, 'short'],
  code_challenge_method: ['S256', 'S256', 'plain'],
  login_hint: ['alice', '<script>'],
  id_token_hint: ['a.b.c', 'x'.repeat(9000)],
  ui_locales: ['de en', '../../etc/passwd'],
};

const hostileText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '\0', '__proto__', 'constructor', '%0d%0a', '\r\n', '{{7*7}}', '"', '\\', 'x'.repeat(9000)),
);

const names = Object.keys(likely);

const valuesOf = (name: string): fc.Arbitrary<readonly string[]> => {
  const good = fc.constantFrom(...(likely[name] ?? ['']));
  return fc.oneof(
    { weight: 60, arbitrary: good.map((value) => [value]) },
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: hostileText.map((value) => [value]) },
    { weight: 1, arbitrary: fc.array(fc.oneof(good, hostileText), { maxLength: 3 }) },
  );
};

const required = new Set('client_id redirect_uri response_type scope code_challenge code_challenge_method'.split(' '));

const anyParameters: fc.Arbitrary<Parameters> = fc
  .tuple(
    fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), valuesOf(name), fc.nat(59)))),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString')), fc.array(hostileText), {
      maxKeys: 2,
    }),
  )
  .map(([known, unknown]) => {
    const sent = known.filter(([name, , luck]) => luck < (required.has(name) ? 59 : 10));
    return new Map([...Object.entries(unknown), ...sent.map(([name, values]) => [name, values] as const)]);
  });

const demanding = { description: {}, singleUse: false } as const;
const api: Api = {
  audience: 'https://api.example/',
  name: 'Accounts',
  signingAlg: 'RS256',
  tokenLifetimeSeconds: 300,
  scopes: {
    read: { ...demanding, requires: {} },
    transfer: { ...demanding, requires: { acr: ['mfa'], maxAgeSeconds: 300 } },
  },
  resourceServerClients: [],
};

const redirectUris = ['https://app.example/callback', 'http://127.0.0.1/cb'];
const clients: readonly Client[] = [
  { ...exampleClient, redirectUris },
  { ...exampleClient, redirectUris, acrValues: 'voluntary' },
  { ...exampleClient, redirectUris, authentication: ['client_secret_basic'], pkce: 'unless-nonce' },
  { ...exampleClient, redirectUris: ['com.example.app:/cb'], authentication: ['private_key_jwt'], pkce: 'optional' },
];

/** What a parsed request may hold, whoever wrote it. */
const assertSound = (request: AuthorizationRequest, client: Client): void => {
  const { uri } = request.channel.redirect;
  assert.ok(client.redirectUris.includes(uri) || uri.startsWith('http://127.0.0.1:'), uri);
  assert.ok(!request.prompt.includes('none') || request.prompt.length === 1);
  const age = request.maxAgeSeconds ?? 0;
  assert.ok(Number.isSafeInteger(age) && age >= 0);
  assert.ok(request.codeChallenge === undefined || /^[\w-]{43}$/.test(request.codeChallenge));
  if (client.authentication.includes('none')) assert.ok(request.codeChallenge);
  for (const text of [request.channel.state, request.nonce, request.loginHint, request.audience, ...request.scopes]) {
    assert.ok(text === undefined || (text !== '' && text.length <= 8192 && !/\p{Cc}/u.test(text)));
  }
};

const parse = (parameters: Parameters, client: Client): AuthorizationRequest | undefined => {
  requestedClientId(parameters);
  const channel = parseChannel(parameters, client);
  if (!channel.ok) return undefined;
  const request = parseAuthorizationRequest(parameters, client, channel.value);
  if (request.ok) return request.value;
  // RFC 6749, section 4.1.2.1: the characters that error_description may hold.
  assert.match(request.error.description, /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
  return undefined;
};

describe('hostile requests', () => {
  it('never make the parser throw, and never get past it unchecked', () => {
    let good = 0;
    fc.assert(
      fc.property(anyParameters, fc.constantFrom(...clients), (parameters, client) => {
        const request = parse(parameters, client);
        if (!request) return;
        good += 1;
        assertSound(request, client);
      }),
      { numRuns: 20_000 },
    );
    assert.ok(good > 500, `only ${good} requests were good`);
  });

  it('T17: no parameter, and no mixture of them, gets a scope without the proof that it demands', () => {
    const sessions =
      'password@399; password@399, totp@99; password@9, totp@100; password@400, totp@400; passkey@99; passkey@9, totp@399; totp@399, key@399';
    const facts = fc.constantFrom(...sessions.split('; '));
    const requestedAt = instant(400);
    const needed = scopeRequirements(api, ['transfer'], defaultLevels, requestedAt);
    let [issued, stopped] = [0, 0];
    fc.assert(
      fc.property(anyParameters, fc.constantFrom(...clients), facts, (parameters, client, proven) => {
        const request = parse(parameters, client);
        const granted = request && grantableScopes(request.scopes, client, api);
        if (!request || !granted?.ok) return;
        const scopes = granted.value;
        const collected = {
          client,
          api,
          scopes,
          levels: defaultLevels,
          requestedAt,
          agesFrom: requestedAt,
          further: [],
        };
        const { next } = nextStep({
          prompt: request.prompt,
          requestedAt,
          requirements: collectRequirements(request, collected),
          levels: defaultLevels,
          person: { userId: 'alice', events: events(proven), enrolled: catalogue },
          consentMissing: [],
          installed: catalogue,
          enrollable: [],
        });
        if (!scopes.includes('transfer')) return;
        if (next.step === 'issue') assert.ok(isMet(events(proven), needed, defaultLevels));
        issued += next.step === 'issue' ? 1 : 0;
        stopped += next.step === 'issue' ? 0 : 1;
      }),
      { numRuns: 20_000 },
    );
    assert.ok(issued > 20 && stopped > 200, `${issued} issued, ${stopped} stopped`);
  });
});
