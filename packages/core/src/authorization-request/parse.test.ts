import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleClient } from '../client/client.example.ts';
import type { Client } from '../client/client.ts';
import type { Parameters } from './parameters.ts';
import { AUTHORIZATION_PARAMETERS, parseAuthorizationRequest, parseChannel, requestedClientId } from './parse.ts';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const REDIRECT = 'https://app.example/callback';

/** The least that a good request holds. */
const LEAST = {
  client_id: 'app',
  redirect_uri: REDIRECT,
  response_type: 'code',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

type Changes = Readonly<Record<string, string | readonly string[] | null>>;

/** A good request with changes: another value, several, or (`null`) none. */
const asked = (changes: Changes): Parameters =>
  new Map(
    Object.entries({ ...LEAST, ...changes }).flatMap(([name, value]) =>
      value === null ? [] : [[name, typeof value === 'string' ? [value] : value]],
    ),
  );

const confidential: Client = { ...exampleClient, authentication: ['client_secret_basic'] };
const byNonce: Client = { ...confidential, pkce: 'unless-nonce' };
const optional: Client = { ...confidential, pkce: 'optional' };

const parsed = (changes: Changes, client: Client = exampleClient) => {
  const parameters = asked(changes);
  const channel = parseChannel(parameters, client);
  assert.ok(channel.ok, channel.ok ? '' : channel.error);
  return parseAuthorizationRequest(parameters, client, channel.value);
};

/** The members of the parsed request that tell it from the least one. */
const told = (changes: Changes, client?: Client): unknown => {
  const request = parsed(changes, client);
  assert.ok(request.ok, request.ok ? '' : request.error.reason);
  const { clientId, channel: _, codeChallenge, ...rest } = request.value;
  assert.equal(clientId, 'app');
  assert.ok(codeChallenge === CHALLENGE || codeChallenge === undefined);
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => !Array.isArray(value) || value.length > 0));
};

describe('a good request', () => {
  const good: readonly (readonly [changes: Changes, told: Readonly<Record<string, unknown>>])[] = [
    [{}, {}],
    [{ scope: 'openid profile' }, { scopes: ['openid', 'profile'] }],
    [{ scope: '  b a  b ' }, { scopes: ['b', 'a'] }],
    [{ scope: '__proto__ constructor' }, { scopes: ['__proto__', 'constructor'] }],
    [{ scope: '' }, {}],
    [{ state: '' }, {}],
    [{ nonce: 'n-0S6_WzA2Mj' }, { nonce: 'n-0S6_WzA2Mj' }],
    [
      { login_hint: 'alice@example.com', id_token_hint: 'a.b.c' },
      { loginHint: 'alice@example.com', idTokenHint: 'a.b.c' },
    ],
    [{ ui_locales: 'de-AT de en' }, { uiLocales: ['de-AT', 'de', 'en'] }],
    [{ acr_values: 'phr mfa' }, { acrValues: ['phr', 'mfa'] }],
    [{ acr_values: '' }, {}],
    [{ prompt: 'none' }, { prompt: ['none'] }],
    [{ prompt: 'login consent' }, { prompt: ['login', 'consent'] }],
    [{ prompt: 'select_account login' }, { prompt: ['select_account', 'login'] }],
    [{ prompt: 'login login' }, { prompt: ['login'] }],
    [{ prompt: 'none none' }, { prompt: ['none'] }],
    [{ prompt: '' }, {}],
    [{ max_age: '0' }, { maxAgeSeconds: 0 }],
    [{ max_age: '300' }, { maxAgeSeconds: 300 }],
    [{ max_age: '0300' }, { maxAgeSeconds: 300 }],
    [{ max_age: '9999999999' }, { maxAgeSeconds: 9_999_999_999 }],
    [{ max_age: '' }, {}],
    [{ audience: 'https://api.example/' }, { audience: 'https://api.example/' }],
    [{ resource: 'https://api.example/' }, { audience: 'https://api.example/' }],
    [{ resource: ['https://api.example/', '', 'https://api.example/'] }, { audience: 'https://api.example/' }],
    [{ audience: 'https://api.example/', resource: 'https://api.example/' }, { audience: 'https://api.example/' }],
    [
      { claims: '{"id_token":{"acr":{"essential":true,"values":["mfa"]}}}' },
      { acrClaim: { essential: true, values: ['mfa'] } },
    ],
    [{ claims: '{"id_token":{"sub":{"value":"alice"}}}' }, { subClaim: 'alice' }],
    [{ display: 'popup', claims_locales: 'en', unheard_of: ['a', 'b'], constructor: 'x', ['__proto__']: 'y' }, {}],
  ];
  for (const [changes, expected] of good) {
    it(JSON.stringify(changes), () => assert.deepEqual(told(changes), expected));
  }

  it('T24: without acr_values the list of them is empty, not missing', () => {
    const request = parsed({});
    assert.ok(request.ok);
    const { acrValues, scopes, prompt, uiLocales } = request.value;
    assert.deepEqual(
      { acrValues, scopes, prompt, uiLocales },
      { acrValues: [], scopes: [], prompt: [], uiLocales: [] },
    );
  });
  it('the audience of the client stands in for one that was not named, and for no other', () => {
    const client = { ...exampleClient, defaultAudience: 'https://default.example/' };
    assert.deepEqual(told({}, client), { audience: 'https://default.example/' });
    assert.deepEqual(told({ audience: 'https://api.example/' }, client), { audience: 'https://api.example/' });
    assert.deepEqual(told({ resource: 'https://api.example/' }, client), { audience: 'https://api.example/' });
  });
});

describe('a bad request is answered with an error', () => {
  const bad: readonly (readonly [changes: Changes, code: string, reason: string])[] = [
    [{ response_type: null }, 'invalid_request', 'response_type_missing'],
    [{ response_type: '' }, 'invalid_request', 'response_type_missing'],
    [{ response_type: 'token' }, 'unsupported_response_type', 'response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type', 'response_type'],
    [{ response_type: 'CODE' }, 'unsupported_response_type', 'response_type'],
    [{ response_type: ['code', 'code'] }, 'invalid_request', 'doubled:response_type'],
    [{ request: 'e30.e30.' }, 'request_not_supported', 'request_object'],
    [{ request_uri: 'https://evil.example/' }, 'request_uri_not_supported', 'request_uri'],
    [{ registration: '{}' }, 'registration_not_supported', 'registration'],
    [{ prompt: 'none login' }, 'invalid_request', 'prompt_none_mixed'],
    [{ prompt: 'consent none' }, 'invalid_request', 'prompt_none_mixed'],
    [{ prompt: 'create' }, 'invalid_request', 'prompt_unknown'],
    [{ prompt: 'login,consent' }, 'invalid_request', 'prompt_unknown'],
    [{ prompt: 'Login' }, 'invalid_request', 'prompt_unknown'],
    [{ prompt: 'none create' }, 'invalid_request', 'prompt_unknown'],
    [{ prompt: ['login', 'none'] }, 'invalid_request', 'doubled:prompt'],
    [{ scope: ['a', 'b'] }, 'invalid_request', 'doubled:scope'],
    [{ acr_values: ['mfa', '1fa'] }, 'invalid_request', 'doubled:acr_values'],
    [{ acr_values: 'mfa\t1fa' }, 'invalid_request', 'control_character:acr_values'],
    [{ nonce: 'a\0b' }, 'invalid_request', 'control_character:nonce'],
    [{ login_hint: 'alice\r\nSet-Cookie: a=b' }, 'invalid_request', 'control_character:login_hint'],
    [{ scope: 'read\u0085write' }, 'invalid_request', 'control_character:scope'],
    [{ scope: 'x'.repeat(8193) }, 'invalid_request', 'too_long:scope'],
    [{ id_token_hint: 'x'.repeat(8193) }, 'invalid_request', 'too_long:id_token_hint'],
    [{ audience: ['https://api.example/', 'https://api.example/'] }, 'invalid_request', 'doubled:audience'],
    [{ audience: 'https://a.example/', resource: 'https://b.example/' }, 'invalid_target', 'several_targets'],
    [{ resource: ['https://a.example/', 'https://b.example/'] }, 'invalid_target', 'several_targets'],
    [{ resource: 'https://a.example/\n' }, 'invalid_request', 'control_character:resource'],
    [{ resource: `https://${'a'.repeat(8192)}` }, 'invalid_request', 'too_long:resource'],
    [{ claims: '[]' }, 'invalid_request', 'claims_malformed'],
  ];
  for (const [changes, code, reason] of bad) {
    it(`${JSON.stringify(changes).slice(0, 80)}: ${reason}`, () => {
      const request = parsed(changes);
      assert.ok(!request.ok);
      assert.deepEqual([request.error.code, request.error.reason], [code, reason]);
    });
  }

  it('T23: max_age is a whole number of seconds, in digits', () => {
    for (const text of [
      '-1',
      '+5',
      '5.0',
      '1e3',
      '0x10',
      ' 5',
      '5 ',
      '5s',
      '٥',
      'NaN',
      'Infinity',
      '10000000000',
      '--',
    ]) {
      const request = parsed({ max_age: text });
      assert.ok(!request.ok);
      assert.deepEqual([request.error.code, request.error.reason], ['invalid_request', 'max_age_malformed'], text);
    }
  });
  it('nothing that came in goes out in a description', () => {
    const marked = Object.fromEntries(Object.keys(LEAST).map((name) => [name, `mark"\\${name}`]));
    for (const [name, value] of Object.entries({
      ...marked,
      prompt: 'mark',
      max_age: 'mark',
      claims: 'mark',
      audience: 'mark',
    })) {
      if (name === 'redirect_uri') continue;
      const request = parsed({ [name]: value });
      assert.ok(request.ok || !request.error.description.includes('mark'));
      assert.ok(request.ok || !request.error.reason.includes('mark'));
    }
  });
});

describe('PKCE (RFC 7636)', () => {
  const none = { code_challenge: null, code_challenge_method: null };
  const withNonce = { ...none, nonce: 'n', scope: 'openid' };
  const table: readonly (readonly [name: string, client: Client, changes: Changes, reason: string | undefined])[] = [
    ['S256 by a public client', exampleClient, {}, undefined],
    ['S256 by a confidential client', confidential, {}, undefined],
    ['none by a public client', exampleClient, none, 'pkce_required'],
    ['none by a confidential client', confidential, none, 'pkce_required'],
    ['a nonce instead, where that is not enough', confidential, withNonce, 'pkce_required'],
    ['a nonce instead, where it is', byNonce, withNonce, undefined],
    [
      'a nonce instead, in a request that gives no ID token to check it in',
      byNonce,
      { ...withNonce, scope: 'read' },
      'pkce_required',
    ],
    ['an empty nonce', byNonce, { ...withNonce, nonce: '' }, 'pkce_required'],
    ['no nonce either', byNonce, { ...none, scope: 'openid' }, 'pkce_required'],
    ['none where it is optional', optional, none, undefined],
    ['none by a public client, whatever its setting', { ...exampleClient, pkce: 'optional' }, none, 'pkce_required'],
    [
      'a nonce by a public client, whatever its setting',
      { ...exampleClient, pkce: 'unless-nonce' },
      withNonce,
      'pkce_required',
    ],
    [
      'none by a client that may also be public',
      { ...optional, authentication: ['client_secret_basic', 'none'] },
      none,
      'pkce_required',
    ],
    ['plain', optional, { code_challenge_method: 'plain' }, 'pkce_method'],
    ['no method, which would mean plain', optional, { code_challenge_method: null }, 'pkce_method'],
    ['an empty method', exampleClient, { code_challenge_method: '' }, 'pkce_method'],
    ['s256 in small letters', exampleClient, { code_challenge_method: 's256' }, 'pkce_method'],
    ['a method without a challenge', optional, { code_challenge: null }, 'code_challenge_missing'],
    ['an empty challenge', optional, { code_challenge: '' }, 'code_challenge_missing'],
    ['a challenge too short', exampleClient, { code_challenge: CHALLENGE.slice(1) }, 'code_challenge_malformed'],
    ['a challenge too long', exampleClient, { code_challenge: `${CHALLENGE}x` }, 'code_challenge_malformed'],
    [
      'a challenge with padding',
      exampleClient,
      { code_challenge: `${CHALLENGE.slice(1)}=` },
      'code_challenge_malformed',
    ],
    [
      'a challenge in the other base64',
      exampleClient,
      { code_challenge: `${CHALLENGE.slice(2)}+/` },
      'code_challenge_malformed',
    ],
    ['two challenges', exampleClient, { code_challenge: [CHALLENGE, CHALLENGE] }, 'doubled:code_challenge'],
  ];
  for (const [name, client, changes, reason] of table) {
    it(`${name}: ${reason ?? 'fine'}`, () => {
      const request = parsed(changes, client);
      const expected = reason === undefined ? undefined : `invalid_request: ${reason}`;
      assert.equal(request.ok ? undefined : `${request.error.code}: ${request.error.reason}`, expected);
      if (request.ok)
        assert.equal(request.value.codeChallenge, changes.code_challenge === null ? undefined : CHALLENGE);
    });
  }
});

describe('where the answer may go', () => {
  const channel = (changes: Changes, client: Client = exampleClient) => parseChannel(asked(changes), client);
  const unanswerable: readonly (readonly [changes: Changes, reason: string])[] = [
    [{ redirect_uri: null, scope: 'openid' }, 'redirect_uri_missing'],
    [{ redirect_uri: '', scope: 'openid' }, 'redirect_uri_missing'],
    [{ redirect_uri: 'https://evil.example/' }, 'redirect_uri_unregistered'],
    [{ redirect_uri: `${REDIRECT}/` }, 'redirect_uri_unregistered'],
    [{ redirect_uri: [REDIRECT, 'https://evil.example/'] }, 'request_malformed'],
    [{ redirect_uri: ['https://evil.example/', REDIRECT] }, 'request_malformed'],
    [{ redirect_uri: [REDIRECT, REDIRECT] }, 'request_malformed'],
    [{ redirect_uri: `${REDIRECT}\r\nLocation: https://evil.example/` }, 'request_malformed'],
    [{ redirect_uri: `${REDIRECT}${'x'.repeat(8192)}` }, 'request_malformed'],
    [{ response_mode: 'jwt' }, 'response_mode_unsupported'],
    [{ response_mode: 'Query' }, 'response_mode_unsupported'],
    [{ response_mode: 'query fragment' }, 'response_mode_unsupported'],
    [{ response_mode: ['query', 'fragment'] }, 'request_malformed'],
    [{ state: ['a', 'b'] }, 'request_malformed'],
    [{ state: 'a\nb' }, 'request_malformed'],
    [{ state: 'x'.repeat(8193) }, 'request_malformed'],
  ];
  for (const [changes, reason] of unanswerable) {
    it(`nowhere: ${JSON.stringify(changes).slice(0, 80)}: ${reason}`, () => {
      assert.deepEqual(channel(changes), { ok: false, error: reason });
    });
  }

  it('to the address, by the means, with the state that was asked for', () => {
    const redirect = { uri: REDIRECT, sent: true };
    assert.deepEqual(channel({}), { ok: true, value: { redirect, mode: 'query' } });
    for (const mode of ['query', 'fragment', 'form_post', 'web_message']) {
      assert.deepEqual(channel({ response_mode: mode }), { ok: true, value: { redirect, mode } });
    }
    assert.deepEqual(channel({ state: 'a"<>&\\ é' }), {
      ok: true,
      value: { redirect, mode: 'query', state: 'a"<>&\\ é' },
    });
  });
  it('an OAuth request of a client with one address need not name it', () => {
    const redirect = { uri: REDIRECT, sent: false };
    assert.deepEqual(channel({ redirect_uri: null, scope: 'read' }), { ok: true, value: { redirect, mode: 'query' } });
  });
  it('a form or a message can be sent to a web address only', () => {
    const native = { ...exampleClient, redirectUris: ['com.example.app:/callback'] };
    const to = (mode: string) => channel({ redirect_uri: 'com.example.app:/callback', response_mode: mode }, native);
    for (const mode of ['query', 'fragment']) assert.ok(to(mode).ok);
    for (const mode of ['form_post', 'web_message']) {
      assert.deepEqual(to(mode), { ok: false, error: 'response_mode_unsupported' });
    }
  });
});

describe('which client a request names', () => {
  it('exactly one, or none', () => {
    assert.equal(requestedClientId(asked({})), 'app');
    for (const id of [null, '', ['app', 'app'], ['app', 'other'], [], 'a\0pp', 'x'.repeat(8193)]) {
      assert.equal(requestedClientId(asked({ client_id: id })), undefined);
    }
  });
});

describe('the parameters of a request', () => {
  /** Everything that can be asked for, each unlike what holds without it. */
  const everything = asked({
    client_id: 'app',
    response_mode: 'fragment',
    scope: 'openid',
    state: 's',
    nonce: 'n',
    prompt: 'login',
    max_age: '5',
    acr_values: 'mfa',
    claims: '{"id_token":{"sub":{"value":"alice"}}}',
    audience: 'https://api.example/',
    login_hint: 'alice',
    id_token_hint: 'a.b.c',
    ui_locales: 'de',
    resource: 'https://api.example/',
    unheard_of: 'x',
  });
  const understood = (parameters: Parameters): unknown => {
    const channel = parseChannel(parameters, exampleClient);
    const request = channel.ok && parseAuthorizationRequest(parameters, exampleClient, channel.value);
    return [requestedClientId(parameters), channel, request];
  };
  const only = (parameters: Parameters): Parameters =>
    new Map([...parameters].filter(([name]) => AUTHORIZATION_PARAMETERS.includes(name)));

  it('are all that is read: keeping them alone changes nothing, whatever is asked for or refused', () => {
    assert.deepEqual(understood(only(everything)), understood(everything));
    const one = { audience: null, resource: 'https://api.example/' };
    for (const changes of [one, { request: 'e30.e30.' }, { request_uri: 'urn:x' }, { registration: '{}' }]) {
      assert.deepEqual(understood(only(asked(changes))), understood(asked(changes)));
    }
  });
  it('are no others', () => {
    assert.equal(only(everything).has('unheard_of'), false);
    assert.equal(new Set(AUTHORIZATION_PARAMETERS).size, AUTHORIZATION_PARAMETERS.length);
  });
});
