/**
 * Every endpoint with a request that is good in every respect, so that each of its parameters can be spoilt alone and everything
 * before it has been passed.
 */
import { ACCOUNTS, API_SECRET, NIGHTLY_SECRET, SIGNED_OUT } from '../fabrikam.ts';
import { basic } from '../flow.ts';
import { account } from './account.ts';
import type { Good } from './arrivals.ts';
import {
  answered,
  asWeb,
  at,
  code,
  codeGrant,
  freshTokens,
  leaving,
  nobody,
  shown,
  someTokens,
  UNTIL_THE_NEXT_TRY_SECONDS,
} from './arrivals.ts';
import { authorizing } from './authorizing.ts';
import { devices } from './devices.ts';
import { management } from './management.ts';
import { passkeys } from './passkeys.ts';
import { recovery } from './recovery.ts';
import { formIn } from './visitor.ts';
import type { World } from './world.ts';

export interface Scenario {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** The status of the answer to the good request. */
  readonly answers: number;
  /** The parameters that are read. */
  readonly query?: readonly string[];
  readonly form?: readonly string[];
  readonly takesJson?: boolean;
  /** Parameters that come back, escaped, because that is what they are for; `*`: all that there are. */
  readonly echoes?: readonly string[];
  readonly good: (world: World) => Promise<Good>;
}

const LOGOUT = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'logout_hint', 'ui_locales'];
const PAGE = ['csrf', 'cancel', 'other'];

const CLIENT = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'];

const speaking: readonly Scenario[] = [
  {
    name: 'a code',
    method: 'POST',
    path: '/oauth/token',
    answers: 200,
    form: ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'audience', 'resource', ...CLIENT],
    takesJson: true,
    good: async (world) => ({ visitor: await nobody(world), form: codeGrant(await code(world)), headers: asWeb }),
  },
  {
    name: 'a refresh token',
    method: 'POST',
    path: '/oauth/token',
    answers: 200,
    form: ['refresh_token', 'scope', 'audience', 'resource'],
    takesJson: true,
    good: async (world) => {
      const { refresh_token = '' } = await freshTokens(world);
      return { visitor: await nobody(world), form: { grant_type: 'refresh_token', refresh_token }, headers: asWeb };
    },
  },
  {
    name: 'client credentials in the body',
    method: 'POST',
    path: '/oauth/token',
    answers: 200,
    form: ['grant_type', 'scope', 'audience', 'resource', ...CLIENT],
    takesJson: true,
    good: async (world) => ({
      visitor: await nobody(world),
      form: {
        grant_type: 'client_credentials',
        audience: ACCOUNTS,
        client_id: 'nightly',
        client_secret: NIGHTLY_SECRET,
      },
    }),
  },
  {
    name: 'client credentials by a signed assertion',
    method: 'POST',
    path: '/oauth/token',
    answers: 200,
    form: CLIENT,
    takesJson: true,
    good: async (world) => ({
      visitor: await nobody(world),
      form: {
        grant_type: 'client_credentials',
        audience: ACCOUNTS,
        client_assertion: world.assertion(),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      },
    }),
  },
  {
    name: 'revocation',
    method: 'POST',
    path: '/oauth/revoke',
    answers: 200,
    form: ['token', 'token_type_hint', ...CLIENT],
    takesJson: true,
    good: async (world) => {
      const { access_token = '' } = await someTokens(world);
      return { visitor: await nobody(world), form: { token: access_token }, headers: asWeb };
    },
  },
  ...['/oauth/introspect', '/oauth/consume'].map(
    (path): Scenario => ({
      name: path,
      method: 'POST',
      path,
      answers: 200,
      form: ['token', 'token_type_hint', ...CLIENT],
      good: async (world) => {
        const { access_token = '' } = await someTokens(world);
        return {
          visitor: await nobody(world),
          form: { token: access_token },
          headers: basic('accounts-api', API_SECRET),
        };
      },
    }),
  ),
  ...(['GET', 'POST'] as const).map(
    (method): Scenario => ({
      name: 'a token in the header',
      method,
      path: '/userinfo',
      answers: 200,
      query: ['access_token'],
      good: async (world) => {
        const { access_token = '' } = await freshTokens(world);
        return {
          visitor: await nobody(world),
          query: {},
          headers: { Authorization: `Bearer ${access_token}` },
        };
      },
    }),
  ),
];

const leave: readonly Scenario[] = [
  {
    name: 'somebody who is not signed in',
    method: 'GET',
    path: '/oidc/logout',
    answers: 303,
    query: LOGOUT,
    echoes: ['state'],
    good: async (world) => {
      const { id_token = '' } = await someTokens(world);
      const there = { client_id: 'web', post_logout_redirect_uri: SIGNED_OUT, state: 'a state' };
      return { visitor: await nobody(world), query: { id_token_hint: id_token, ...there } };
    },
  },
  {
    name: 'somebody signed in, who is asked',
    method: 'GET',
    path: '/oidc/logout',
    answers: 200,
    query: [...LOGOUT, 'confirm', 'stay', 'csrf'],
    echoes: ['state'],
    good: async (world) => ({
      visitor: (await leaving(world)).visitor,
      query: { client_id: 'web', post_logout_redirect_uri: SIGNED_OUT, state: 'a state' },
    }),
  },
  {
    name: 'the answer to whether they want to sign out',
    method: 'POST',
    path: '/oidc/logout',
    answers: 303,
    query: ['client_id', 'post_logout_redirect_uri', 'state'],
    form: [...LOGOUT, 'csrf', 'stay', 'confirm'],
    echoes: LOGOUT,
    good: async (world) => {
      const { visitor, csrf } = await leaving(world);
      return { visitor, query: { client_id: 'web' }, form: { csrf, stay: '1' } };
    },
  },
  {
    name: "Auth0's way",
    method: 'GET',
    path: '/v2/logout',
    answers: 303,
    query: ['client_id', 'returnTo'],
    good: async (world) => ({ visitor: await nobody(world), query: { client_id: 'web', returnTo: SIGNED_OUT } }),
  },
];

const SOME_CODE = '000000';

const pages: readonly Scenario[] = [
  {
    name: 'the page',
    method: 'GET',
    path: '/login',
    answers: 200,
    query: ['interaction'],
    good: shown('nobody', '/login'),
  },
  {
    name: 'a password',
    method: 'POST',
    path: '/login',
    answers: 303,
    query: ['interaction'],
    form: [...PAGE, 'username', 'password'],
    echoes: ['username'],
    good: answered('nobody', '/login', ({ robin }) => ({ username: robin.username, password: robin.password })),
  },
  {
    name: 'the page',
    method: 'GET',
    path: '/challenge',
    answers: 200,
    query: ['interaction', 'use'],
    good: shown('robin', '/challenge'),
  },
  {
    name: 'a code that is not the right one',
    method: 'POST',
    path: '/challenge',
    answers: 400,
    query: ['interaction'],
    form: [...PAGE, 'authenticator', 'code', 'use', 'open', 'password', 'remember'],
    good: answered('robin', '/challenge', (_world, { form }) => {
      const [, authenticator = ''] = /name="authenticator" value="([^"]*)"/.exec(form.html) ?? [];
      return { authenticator, code: SOME_CODE };
    }),
  },
  {
    name: 'the page',
    method: 'GET',
    path: '/enrol',
    answers: 200,
    query: ['interaction'],
    good: shown('sam', '/enrol'),
  },
  {
    name: 'a set-up code',
    method: 'POST',
    path: '/enrol',
    answers: 303,
    query: ['interaction'],
    form: [...PAGE, 'ticket', 'kept', 'send', 'mailed', 'use', 'authenticator'],
    good: answered('sam', '/enrol', async (world) => ({ ticket: await world.ticket() })),
  },
  {
    name: 'the first code of an app, not the right one',
    method: 'POST',
    path: '/enrol',
    answers: 400,
    query: ['interaction'],
    form: [...PAGE, 'code', 'kept'],
    good: async (world) => {
      world.advance(UNTIL_THE_NEXT_TRY_SECONDS);
      const there = await at(world, 'sam', '/enrol');
      await there.visitor.answer(there.form, { ticket: await world.ticket() });
      await there.visitor.answer(there.form, { use: 'totp' });
      const { answer } = await there.visitor.open(there.form.action);
      const form = { csrf: formIn(answer).csrf, code: SOME_CODE };
      return { visitor: there.visitor, query: { interaction: there.interaction }, form };
    },
  },
  {
    name: 'the page',
    method: 'GET',
    path: '/consent',
    answers: 200,
    query: ['interaction'],
    good: shown('robin', '/consent'),
  },
  {
    name: 'a consent',
    method: 'POST',
    path: '/consent',
    answers: 303,
    query: ['interaction'],
    form: [...PAGE, 'allow', 'deny', 'scopes'],
    good: answered('robin', '/consent', () => ({ allow: '1' })),
  },
  {
    name: 'the page',
    method: 'GET',
    path: '/select-account',
    answers: 200,
    query: ['interaction'],
    good: shown('robin', '/select-account'),
  },
  {
    name: 'a choice',
    method: 'POST',
    path: '/select-account',
    answers: 303,
    query: ['interaction'],
    form: [...PAGE, 'continue'],
    good: answered('robin', '/select-account', () => ({ continue: '1' })),
  },
];

/** Endpoints that read no parameter, or one that does nothing. */
const reading: readonly Scenario[] = (
  [
    ['/.well-known/jwks.json', '/.well-known/jwks.json'],
    ['/.well-known/openid-configuration', '/.well-known/openid-configuration'],
    ['/.well-known/oauth-authorization-server', '/.well-known/oauth-authorization-server'],
    ['/approve', '/approve'],
    ['/approve/worker.js', '/approve/worker.js'],
    ['/approve/manifest.json', '/approve/manifest.json'],
    ['/dev/mailbox', '/dev/mailbox'],
    ['/assets/*', '/assets/stile.css'],
    ['/healthz', '/healthz'],
    ['/readyz', '/readyz'],
    ['/', '/'],
  ] as const
).map(([route, path]) => ({
  name: `what is at ${route}`,
  method: 'GET',
  path,
  answers: route === '/dev/mailbox' ? 404 : 200,
  query: ['v'],
  good: async (world) => ({ visitor: await nobody(world), query: {} }),
}));

export const scenarios = [
  authorizing,
  speaking,
  leave,
  pages,
  devices,
  passkeys,
  account,
  management,
  recovery,
  reading,
].flat();
