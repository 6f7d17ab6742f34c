/**
 * Builds what an Action is given: `event`, and `api` with the methods of Auth0's post-login trigger. Each call is checked at once and
 * recorded; nothing is done in here. The server checks everything that was recorded again: an Action may have changed this code.
 *
 * A fresh world is built for every call, so a room of `api` is made when it is first entered.
 */
import { buildCache } from './cache.ts';
import type { Host } from './host.ts';
import { act } from './methods.ts';
import { buildRedirect } from './redirect.ts';
import { buildStepUp } from './step-up.ts';
import { buildUnsupported } from './unsupported.ts';

/** The methods of each room, and what their arguments must be (`methods.ts`). */
const ROOMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  access: { deny: 'reason:text' },
  accessToken: { setCustomClaim: '!claim', addScope: 'scope:name', removeScope: 'scope:name' },
  idToken: { setCustomClaim: '!claim' },
  multifactor: { enable: '!multifactor' },
  authentication: {
    challengeWith: 'factor:factor options?:object',
    challengeWithAny: 'factors:factors',
    enrollWith: 'factor:factor options?:object',
    enrollWithAny: 'factors:factors',
    recordMethod: '!method',
    setPrimaryUser: '!primary',
  },
  user: { setUserMetadata: '!metadata', setAppMetadata: '!metadata' },
  validation: { error: 'code:name message:text' },
  transaction: { setMetadata: 'key:name value:scalar' },
  session: {
    revoke: 'reason:text options?:object',
    setExpiresAt: 'absolute:time',
    setIdleExpiresAt: 'idle:time',
    setCookieMode: '!mode',
    setMetadata: 'key:name value:scalar',
    deleteMetadata: 'key:name',
    evictMetadata: '',
  },
  refreshToken: {
    revoke: '!revoke',
    setExpiresAt: 'absolute:time',
    setIdleExpiresAt: 'idle:time',
    setMetadata: 'key:name value:scalar',
    deleteMetadata: 'key:name',
    evictMetadata: '',
  },
};

/** Rooms that answer as well, and those of which nothing is there, with the reason. */
const OTHERS: Readonly<Record<string, string>> = {
  redirect: '',
  cache: '',
  stepUp: '',
  samlResponse: 'Stile speaks no SAML.',
  groups: 'Stile has no directory of groups: keep them in app_metadata.',
  roles: 'The roles of the person are in event.authorization.roles.',
  prompt: 'There are no Forms: send the person to a page of your own with api.redirect.sendUserTo.',
  rules: 'There are no Rules, so none was executed.',
};

/** Auth0's challenges and enrolments return nothing, everything else `api`. */
const returnsNothing = (call: string): boolean => /^authentication\.(?:challenge|enroll)/.test(call);

const roomOf = (host: Host, api: object, room: string): object =>
  Object.fromEntries(
    Object.entries(ROOMS[room] ?? {}).map(([name, how]) => {
      const call = `${room}.${name}`;
      const method = (...given: readonly unknown[]): unknown => {
        act(host, call, how, given);
        return returnsNothing(call) ? undefined : api;
      };
      return [name, method];
    }),
  );

const otherRoom = (host: Host, api: object, room: string): object => {
  switch (room) {
    case 'redirect':
      return buildRedirect(host, api);
    case 'cache':
      return buildCache(host);
    case 'stepUp':
      return buildStepUp(host);
    default:
      return buildUnsupported(room, OTHERS[room] ?? '');
  }
};

const buildAction = (host: Host) => {
  const api = {};
  const open = (room: string, make: () => object): void => {
    Object.defineProperty(api, room, {
      enumerable: true,
      configurable: true,
      get: () => {
        const value = make();
        Object.defineProperty(api, room, { value, enumerable: true, configurable: true, writable: true });
        return value;
      },
    });
  };
  for (const room of Object.keys(ROOMS)) open(room, () => roomOf(host, api, room));
  for (const room of Object.keys(OTHERS)) open(room, () => otherRoom(host, api, room));
  return { event: host.event, api };
};

export const API = { ROOMS, OTHERS, returnsNothing, roomOf, otherRoom, buildAction };
