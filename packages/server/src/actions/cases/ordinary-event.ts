/** The event of an ordinary login: what a case says is different from this one. */
import type { AuthenticationEvent, Instant } from '@stile/core';
import { contextThatMeets, defaultLevels, instant } from '@stile/core';
import type { Json, JsonObject } from '../call.ts';
import { postLoginEvent } from '../event.ts';
import type { EventInput, PersonInput } from '../event-input.ts';
import { isJson } from '../json.ts';

const YEAR_SECONDS = 31_536_000;

const passwordAt = (at: Instant): AuthenticationEvent => ({
  authenticator: 'auth_password',
  factor: 'password',
  kinds: ['knowledge'],
  first: true,
  phishingResistant: false,
  hardwareBound: false,
  amr: ['pwd'],
  at,
});

const robinAt = (now: Instant): PersonInput => ({
  id: 'user_robin',
  username: 'robin',
  claims: { name: 'Robin Keller', email: 'robin@fabrikam.example', email_verified: true },
  createdAt: instant(now - YEAR_SECONDS),
  userMetadata: {},
  appMetadata: {},
  roles: [],
  authenticators: [{ factor: 'totp' }],
});

/** Robin signs in with a password, has an authenticator app, and asks for nothing special. */
const inputAt = (now: Instant): EventInput => ({
  issuer: 'http://localhost:9000/',
  person: robinAt(now),
  events: [passwordAt(now)],
  context: contextThatMeets([passwordAt(now)], [], defaultLevels),
  session: {
    id: 'ses_case',
    createdAt: now,
    lastSeenAt: now,
    userAgent: 'Mozilla/5.0',
    address: '203.0.113.7',
    clientIds: ['web'],
    metadata: {},
    recordedMethods: [],
  },
  refreshToken: undefined,
  client: { id: 'web', name: 'Fabrikam Intranet', metadata: {} },
  request: {
    method: 'GET',
    hostname: 'localhost',
    ip: '203.0.113.7',
    userAgent: 'Mozilla/5.0',
    language: 'en',
    query: { client_id: 'web', response_type: 'code', scope: 'openid' },
    body: {},
  },
  transaction: {
    id: 'int_case',
    path: 'authorize',
    acrValues: [],
    prompt: [],
    scopes: ['openid'],
    redirectUri: 'https://intranet.fabrikam.example/callback',
    responseType: ['code'],
    uiLocales: [],
    locale: 'en',
  },
  risk: [],
  logins: 7,
});

export const ordinaryEvent = (now: Instant): JsonObject =>
  postLoginEvent(inputAt(now), { userMetadata: {}, appMetadata: {}, transactionMetadata: {}, isContinued: false });

/**
 * The same with what is different: objects member by member, everything else as a whole. `undefined` takes a member away.
 *
 * @throws TypeError when it is no JSON
 */
export const withDifference = (event: JsonObject, difference: Readonly<Record<string, unknown>>): JsonObject => {
  const names = new Set([...Object.keys(event), ...Object.keys(difference)]);
  return Object.fromEntries(
    [...names].flatMap((name): readonly (readonly [string, Json])[] => {
      const [old, fresh] = [event[name], difference[name]];
      if (!Object.hasOwn(difference, name)) return old === undefined ? [] : [[name, old]];
      if (fresh === undefined) return [];
      if (isObject(fresh)) return [[name, withDifference(isJsonObject(old) ? old : {}, fresh)]];
      if (!isJson(fresh)) throw new TypeError(`event.${name} is no JSON`);
      return [[name, fresh]];
    }),
  );
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isJsonObject = (value: Json | undefined): value is JsonObject => isObject(value);
