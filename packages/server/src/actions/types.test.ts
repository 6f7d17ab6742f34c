/** What `@stile/actions` tells authors is what Actions are given: every member of the event, every method of the API. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { PostLoginApi, PostLoginEvent } from '@stile/actions';
import { instant } from '@stile/core';
import { openSandbox } from './testing/sandbox.ts';
import type { SceneParts } from './testing/scene.ts';
import { doing, openScene, proof, REQUESTED_AT } from './testing/scene.ts';

const runtime = openSandbox();
after(() => runtime.close());

/** Everything that is optional is there. A member that the types do not know, or name otherwise, does not compile. */
const full: Required<PostLoginEvent> = {
  authentication: {
    methods: [
      { name: 'pwd', timestamp: '2026-09-21T14:13:20.000Z' },
      { name: 'mfa', timestamp: '2026-09-21T14:13:21.000Z', type: 'otp' },
      { name: 'https://verify.example/', timestamp: '2026-09-21T14:13:10.000Z' },
    ],
    riskAssessment: {
      confidence: 'low',
      version: '1',
      assessments: {
        NewDevice: { confidence: 'low', code: 'no_match' },
        ImpossibleTravel: { confidence: 'high', code: 'minimal_travel_from_last_login' },
        NewCountry: { confidence: 'high', code: 'match' },
        LongAbsence: { confidence: 'high', code: 'recent_login' },
        ManyFailures: { confidence: 'high', code: 'few_failures' },
      },
    },
    context: {
      acr: 'mfa',
      acrs: ['mfa', '1fa'],
      amr: ['mfa', 'otp', 'pwd'],
      amr_times: { mfa: 1_790_000_001, otp: 1_790_000_001, pwd: 1_790_000_000 },
      auth_time: 1_790_000_001,
    },
  },
  authorization: { roles: ['teller'] },
  client: { client_id: 'bank', name: 'Fabrikam Bank', metadata: { tier: 'gold' } },
  connection: { id: 'con_stile', name: 'Username-Password-Authentication', strategy: 'auth0' },
  request: {
    method: 'POST',
    hostname: 'login.fabrikam.example',
    ip: '198.51.100.7',
    user_agent: 'Firefox',
    language: 'de',
    query: { scope: 'openid' },
    body: { audience: 'x' },
    geoip: { countryCode: 'CH', latitude: 47, longitude: 8 },
  },
  resource_server: { identifier: 'https://api.example' },
  secrets: { KEY: 'k' },
  session: {
    id: 'ses_1',
    user_id: 'usr_ana',
    authenticated_at: '2026-09-21T14:13:20.000Z',
    created_at: '2026-09-21T14:13:20.000Z',
    updated_at: '2026-09-21T14:13:20.000Z',
    last_interacted_at: '2026-09-21T14:13:20.000Z',
    expires_at: '2026-09-21T14:13:30.000Z',
    idle_expires_at: '2026-09-21T14:13:25.000Z',
    clients: [{ client_id: 'bank' }],
    device: {
      initial_ip: '198.51.100.1',
      initial_user_agent: 'Safari',
      last_ip: '198.51.100.7',
      last_user_agent: 'Firefox',
    },
    metadata: { place: 'office' },
  },
  refresh_token: {
    id: 'rt_1',
    user_id: 'usr_ana',
    client_id: 'bank',
    session_id: 'ses_1',
    created_at: '2026-09-21T14:13:20.000Z',
    expires_at: '2026-09-21T14:13:30.000Z',
    idle_expires_at: '2026-09-21T14:13:25.000Z',
    rotating: true,
    resource_servers: [{ audience: 'https://api.example', scopes: 'read write' }],
    metadata: { device: 'phone' },
  },
  stats: { logins_count: 7 },
  tenant: { id: 'login.fabrikam.example' },
  transaction: {
    id: 'int_1',
    acr_values: ['mfa'],
    max_age: 300,
    prompt: ['login'],
    protocol: 'oidc-basic-profile',
    requested_scopes: ['openid', 'read'],
    redirect_uri: 'https://bank.example/callback',
    response_type: ['code'],
    response_mode: 'query',
    state: 'xyz',
    login_hint: 'ana',
    ui_locales: ['de'],
    locale: 'de',
    metadata: {},
  },
  user: {
    user_id: 'usr_ana',
    username: 'ana',
    email: 'ana@fabrikam.example',
    email_verified: true,
    family_name: 'Amari',
    given_name: 'Ana',
    name: 'Ana Amari',
    nickname: 'Annie',
    phone_number: '+41 44 000 00 00',
    phone_verified: false,
    picture: 'https://a.example/ana.png',
    created_at: '2023-11-14T22:13:20.000Z',
    updated_at: '2026-09-21T14:13:20.000Z',
    last_password_reset: '2026-09-21T14:13:20.000Z',
    user_metadata: { theme: 'dark' },
    app_metadata: { plan: ['a'] },
    enrolledFactors: [{ type: 'otp' }, { type: 'phone', method: 'sms', options: { preferredMethod: 'sms' } }],
    multifactor: ['otp', 'phone'],
    identities: [
      {
        connection: 'Username-Password-Authentication',
        provider: 'auth0',
        user_id: 'usr_ana',
        isSocial: false,
      },
    ],
  },
};

const ENDS = {
  expiresAt: instant(REQUESTED_AT + 10),
  idleExpiresAt: instant(REQUESTED_AT + 5),
  createdAt: REQUESTED_AT,
};

const risk = ['new_device', 'impossible_travel', 'new_country', 'long_absence', 'many_failures'].map(
  (signal, index) => ({
    signal,
    present: index === 0,
    assumed: false,
  }),
);

const everything: SceneParts = {
  runtime,
  actions: [doing('console.log(JSON.stringify(event));')],
  secrets: { KEY: 'k' },
  events: [proof('password', 0), proof('totp', 1)],
  enrolled: ['totp', { factor: 'phone', channel: 'sms' }],
  person: {
    claims: {
      email: 'ana@fabrikam.example',
      email_verified: true,
      family_name: 'Amari',
      given_name: 'Ana',
      name: 'Ana Amari',
      nickname: 'Annie',
      phone_number: '+41 44 000 00 00',
      phone_number_verified: false,
      picture: 'https://a.example/ana.png',
    },
    updatedAt: REQUESTED_AT,
    lastPasswordChangeAt: REQUESTED_AT,
    userMetadata: { theme: 'dark' },
    appMetadata: { plan: ['a'] },
    roles: ['teller'],
  },
  request: {
    method: 'POST',
    language: 'de',
    query: { scope: 'openid' },
    body: { audience: 'x', password: 'hunter2' },
    place: { country: 'CH', latitude: 47, longitude: 8 },
  },
  transaction: {
    acrValues: ['mfa'],
    maxAgeSeconds: 300,
    prompt: ['login'],
    scopes: ['openid', 'read'],
    audience: 'https://api.example',
    redirectUri: 'https://bank.example/callback',
    responseMode: 'query',
    state: 'xyz',
    loginHint: 'ana',
    uiLocales: ['de'],
    locale: 'de',
  },
  input: {
    client: { id: 'bank', name: 'Fabrikam Bank', metadata: { tier: 'gold' } },
    risk,
    session: {
      id: 'ses_1',
      ...ENDS,
      lastSeenAt: REQUESTED_AT,
      userAgent: 'Safari',
      address: '198.51.100.1',
      clientIds: ['bank'],
      metadata: { place: 'office' },
      recordedMethods: [{ url: 'https://verify.example/', at: instant(REQUESTED_AT - 10) }],
    },
    refreshToken: {
      id: 'rt_1',
      clientId: 'bank',
      ...ENDS,
      sessionId: 'ses_1',
      audience: 'https://api.example',
      scopes: ['read', 'write'],
      metadata: { device: 'phone' },
    },
  },
};

it('the event has every member that the types name, and no other', async () => {
  const scene = openScene(everything);
  assert.equal((await scene.run()).state.is, 'done');
  const event: unknown = JSON.parse(scene.executions[0]?.outcome.console[0]?.text ?? '');
  assert.deepEqual(event, full);
});

/** Every room and method that the types name: one that is missing or too much does not compile. */
const API: { readonly [Room in keyof PostLoginApi]: { readonly [Method in keyof PostLoginApi[Room]]: true } } = {
  access: { deny: true },
  accessToken: { setCustomClaim: true, addScope: true, removeScope: true },
  idToken: { setCustomClaim: true },
  multifactor: { enable: true },
  authentication: {
    challengeWith: true,
    challengeWithAny: true,
    enrollWith: true,
    enrollWithAny: true,
    recordMethod: true,
  },
  stepUp: { require: true },
  redirect: { canRedirect: true, encodeToken: true, sendUserTo: true, validateToken: true },
  user: { setUserMetadata: true, setAppMetadata: true },
  cache: { get: true, set: true, delete: true },
  transaction: { setMetadata: true },
  validation: { error: true },
  session: {
    revoke: true,
    setExpiresAt: true,
    setIdleExpiresAt: true,
    setCookieMode: true,
    setMetadata: true,
    deleteMetadata: true,
    evictMetadata: true,
  },
  refreshToken: {
    revoke: true,
    setExpiresAt: true,
    setIdleExpiresAt: true,
    setMetadata: true,
    deleteMetadata: true,
    evictMetadata: true,
  },
};

/** What is there to say that it is not. */
const LEFT_OUT = ['authentication.setPrimaryUser'];

it('the API has every method that the types name, and no other but those that say no', async () => {
  const listing = `console.log(JSON.stringify(Object.keys(api).flatMap((room) => Object.keys(api[room]).map((name) => room + '.' + name))));`;
  const scene = openScene({ runtime, actions: [doing(listing)] });
  await scene.run();
  const named = Object.entries(API).flatMap(([room, methods]) => Object.keys(methods).map((name) => `${room}.${name}`));
  const found: unknown = JSON.parse(scene.executions[0]?.outcome.console[0]?.text ?? '');
  assert.ok(Array.isArray(found));
  assert.deepEqual(new Set(found), new Set([...named, ...LEFT_OUT]));
});
