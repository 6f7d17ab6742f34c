/** The account pages, for somebody who has given a second proof; and the account API, which nobody here has a token for. */
import type { Good } from './arrivals.ts';
import { known, nobody } from './arrivals.ts';
import type { Scenario } from './scenarios.ts';
import type { Fields, Form, Visitor } from './visitor.ts';
import { formIn } from './visitor.ts';
import type { World } from './world.ts';

/** After so long the app shows a code that was not used. */
const NEXT_CODE_SECONDS = 61;

/** An account page in front of Robin, who gives the proof that it asks for. */
const openAt = async (world: World, path: string): Promise<{ readonly visitor: Visitor; readonly form: Form }> => {
  for (const anew of [false, true]) {
    const visitor = await known(world, 'robin', anew);
    const open = async (target: string): Promise<Form | undefined> => {
      const opened = await visitor.open(target.replace(/^https?:\/\/[^/]+/, ''));
      if (opened.target.startsWith('/account')) return formIn(opened.answer);
      return opened.target.startsWith(world.issuer) ? open(opened.target) : formIn(opened.answer);
    };
    const first = await open(path);
    if (!first?.action.startsWith('/challenge')) {
      if (first && !first.action.startsWith('/login')) return { visitor, form: first };
      continue;
    }
    world.advance(NEXT_CODE_SECONDS);
    const [, authenticator = ''] = /name="authenticator" value="([^"]*)"/.exec(first.html) ?? [];
    const answer = await visitor.answer(first, { authenticator, code: world.robin.code() });
    const home = answer?.headers.get('location')?.[0] ?? '/account';
    const page = await open(home);
    if (page && !page.action.startsWith('/challenge')) return { visitor, form: page };
  }
  throw new Error(`Nobody gets to ${path}.`);
};

const shown =
  (path: string, query: Fields = {}) =>
  async (world: World): Promise<Good> => {
    const { visitor } = await openAt(world, `${path}?${new URLSearchParams(query)}`);
    return { visitor, query };
  };

const answered =
  (path: string, fields: Fields, query: Fields = {}) =>
  async (world: World): Promise<Good> => {
    const { visitor, form } = await openAt(world, `${path}?${new URLSearchParams(query)}`);
    return { visitor, query, form: { csrf: form.csrf, ...fields } };
  };

const TOTP = 'auth_user_robin_totp';

const pages: readonly Scenario[] = [
  {
    name: 'where a password is changed, for programs that keep passwords',
    method: 'GET',
    path: '/.well-known/change-password',
    answers: 303,
    good: async (world) => ({ visitor: await nobody(world), query: {} }),
  },
  { name: 'the account', method: 'GET', path: '/account', answers: 200, query: ['done'], good: shown('/account') },
  {
    name: 'the end of a session that is none',
    method: 'POST',
    path: '/account',
    answers: 303,
    form: ['csrf', 'end', 'forget', 'everywhere'],
    good: answered('/account', { end: 'ses_unknown' }),
  },
  {
    name: 'the way back from a proof',
    method: 'GET',
    path: '/account/signed-in',
    answers: 303,
    query: ['state', 'code', 'iss'],
    good: async (world) => ({ visitor: await nobody(world), query: { state: '/account/add', code: 'a code' } }),
  },
  {
    name: 'the way back from a refusal',
    method: 'GET',
    path: '/account/signed-in',
    answers: 200,
    query: ['state', 'error', 'error_description'],
    good: async (world) => ({ visitor: await nobody(world), query: { state: '/account/add', error: 'access_denied' } }),
  },
  ...['/account/activity', '/account/not-me', '/account/password', '/account/add'].map(
    (path): Scenario => ({ name: 'the page', method: 'GET', path, answers: 200, query: ['kind'], good: shown(path) }),
  ),
  {
    name: 'one authenticator',
    method: 'GET',
    path: '/account/authenticator',
    answers: 200,
    query: ['id'],
    good: shown('/account/authenticator', { id: TOTP }),
  },
  {
    name: 'another name for it',
    method: 'POST',
    path: '/account/authenticator',
    answers: 303,
    query: ['id'],
    form: ['csrf', 'name', 'prefer'],
    echoes: ['name'],
    good: answered('/account/authenticator', { name: 'Phone' }, { id: TOTP }),
  },
  {
    name: 'the question whether it is to go',
    method: 'GET',
    path: '/account/remove',
    answers: 200,
    query: ['id'],
    good: shown('/account/remove', { id: TOTP }),
  },
  {
    name: 'a removal of nothing',
    method: 'POST',
    path: '/account/remove',
    answers: 403,
    query: ['id'],
    form: ['csrf', 'remove'],
    good: async (world) => ({
      ...(await answered('/account', {})(world)),
      query: { id: 'auth_unknown' },
    }),
  },
  {
    name: 'a kind to add',
    method: 'POST',
    path: '/account/add',
    answers: 303,
    form: ['csrf', 'factor', 'asked'],
    good: answered('/account/add', { factor: 'totp' }),
  },
  {
    name: 'nothing that is under way',
    method: 'GET',
    path: '/account/enrol',
    answers: 303,
    query: ['ceremony'],
    good: async (world) => ({ visitor: await nobody(world), query: { ceremony: 'cer_unknown' } }),
  },
  {
    name: 'the answer to nothing that is under way',
    method: 'POST',
    path: '/account/enrol',
    answers: 303,
    form: ['csrf', 'ceremony', 'code', 'name', 'asked', 'factor'],
    good: async (world) => ({ visitor: await nobody(world), form: { csrf: 'x', ceremony: 'cer_unknown' } }),
  },
  {
    name: 'a password that is too short',
    method: 'POST',
    path: '/account/password',
    answers: 400,
    form: ['csrf', 'password', 'new_password'],
    good: answered('/account/password', { password: 'a guess', new_password: 'short' }),
  },
];

const METHODS = '/me/v1/authentication-methods';

const api: readonly Scenario[] = (
  [
    ['GET', '/me/v1/factors'],
    ['GET', METHODS],
    ['POST', METHODS],
    ['GET', `${METHODS}/auth_x`],
    ['PATCH', `${METHODS}/auth_x`],
    ['DELETE', `${METHODS}/auth_x`],
    ['POST', `${METHODS}/auth_x/verify`],
    ['GET', '/me/v1/sessions'],
    ['DELETE', '/me/v1/sessions'],
    ['DELETE', '/me/v1/sessions/ses_x'],
  ] as const
).map(([method, path]) => ({
  name: 'a call with a token that is none',
  method,
  path,
  answers: 401,
  query: ['access_token'],
  ...(method === 'POST' && { form: ['type', 'name', 'auth_session', 'otp_code'], takesJson: true }),
  good: async (world) => ({
    visitor: await nobody(world),
    query: {},
    ...(method === 'POST' && { form: { type: 'totp' } }),
    headers: { Authorization: 'Bearer x' },
  }),
}));

export const account: readonly Scenario[] = [...pages, ...api];
