/**
 * What becomes of a login whose Action changes what it was given, and what everything in its sandbox is made of: each way ends in one
 * exact outcome, and none of them in somebody else's name, in a level that was not proven, or in the next login.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { onPostLogin, startActionsServer } from '../actions/actions-server.ts';
import { answerIn, authorizationUrl, claimsOf, redeem } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';

const SEEN = 'https://fabrikam.example/seen';
const BEHIND = 'https://fabrikam.example/behind';

/** A command that no method of `api` would record. */
const FORGED = `{ call: 'accessToken.setCustomClaim', args: ['sub', 'user_ada'] }`;

interface Way {
  readonly username: string;
  readonly name: string;
  readonly body: string;
  /** What the ID token says of it, or the error that the client is sent instead of a code. */
  readonly ends: { readonly seen: unknown } | { readonly error: string; readonly why: RegExp };
  /** `mfa` where the Action demands a second proof; what it changes may not take that away. */
  readonly proven?: 'mfa';
}

const say = (value: string): string => `api.idToken.setCustomClaim('${SEEN}', ${value});`;

const WAYS: readonly Way[] = [
  {
    username: 'mara',
    name: 'changes the event, which is its own copy',
    body: `event.user.user_id = event.user.username = 'user_ada';
      event.authorization.roles.push('admin');
      event.authentication.methods.push({ name: 'mfa', timestamp: new Date().toISOString() });
      ${say('event.user.user_id')}`,
    ends: { seen: 'user_ada' },
  },
  {
    username: 'mark',
    name: 'replaces the methods of its api, and so loses what it would have said',
    body: `api.idToken.setCustomClaim = api.accessToken.setCustomClaim = api.access.deny = () => api;
      ${say("'lost'")}`,
    ends: { seen: undefined },
  },
  {
    username: 'mats',
    name: 'gives every object a level, a name and arguments by the prototype of all',
    body: `Object.prototype.acr = 'phrh'; Object.prototype.sub = 'user_ada'; Object.prototype.args = ['sub', 'user_ada'];
      ${say('{}.acr')}`,
    ends: { seen: 'phrh' },
  },
  {
    username: 'maud',
    name: 'has every list take in a forged command',
    body: `Array.prototype.push = function (...more) { this[this.length] = ${FORGED}; return this.length + more.length; };
      ${say("'said'")}`,
    ends: { seen: 'said' },
  },
  {
    username: 'milo',
    name: 'has JSON write a restricted claim in place of its own, which is then left out',
    body: `const write = JSON.stringify;
      JSON.stringify = (value) => write(value).replaceAll('user_milo', 'user_ada').replaceAll('${SEEN}', 'sub');
      ${say("'user_milo'")}`,
    ends: { seen: undefined },
  },
  {
    username: 'mina',
    name: 'breaks what its api is built with, and fails by it',
    body: `Object.entries = Object.fromEntries = Object.keys = () => (${FORGED});
      ${say("'said'")}`,
    ends: { error: 'server_error', why: /^TypeError: not a function/ },
  },
  {
    username: 'mira',
    name: 'demands a second proof, and has every promise say that it was given',
    body: `Promise.prototype.then = function (go) { return go({ acr: 'phrh' }); };
      await api.stepUp.require({ acr: 'mfa' });
      ${say("'said'")}`,
    ends: { seen: 'said' },
    proven: 'mfa',
  },
  {
    username: 'mona',
    name: 'demands a second proof, and takes the demand out of every list',
    body: `api.multifactor.enable('any', { allowRememberBrowser: false });
      Array.prototype.filter = Array.prototype.map = Array.prototype.slice = () => [];`,
    ends: { seen: undefined },
    proven: 'mfa',
  },
  {
    username: 'muna',
    name: 'returns commands as if it were the host',
    body: `${say("'said'")}
      return { commands: [${FORGED}], outcome: 'finished' };`,
    ends: { seen: 'said' },
  },
  {
    username: 'musa',
    name: 'names its claims like those of the server, which are left out',
    body: `for (const token of [api.idToken, api.accessToken])
        for (const name of ['sub', 'iss', 'aud', 'exp', 'acr', 'amr', 'auth_time']) token.setCustomClaim(name, 'user_ada');
      ${say("'said'")}`,
    ends: { seen: 'said' },
  },
  {
    username: 'myra',
    name: 'names a claim like the prototype of all',
    body: "api.accessToken.setCustomClaim('__proto__', { sub: 'user_ada' });",
    ends: { error: 'server_error', why: /^accessToken\.setCustomClaim: .*reserved/s },
  },
];

const server = await startActionsServer({
  people: ['ada', ...WAYS.map(({ username }) => username)],
  actions: [
    ...WAYS.map(({ username, body }) =>
      onPostLogin(username, `if (event.user.username !== '${username}') return;\n${body}`),
    ),
    // Behind each of them, in the same login: it has a world of its own.
    onPostLogin(
      'behind',
      `const { user, authorization, authentication } = event;
       const asUsual = {}.acr === undefined && JSON.stringify([1].map((it) => it)) === '[1]' && Object.keys({ a: 1 }).length === 1;
       api.idToken.setCustomClaim('${BEHIND}', [user.user_id, authorization.roles.length, authentication.methods[0].name, asUsual]);`,
    ),
  ],
});
after(() => server.close());

const login = async (username: string) => {
  const agent = new UserAgent(server.issuer);
  const { end, pages } = await agent.authorize(authorizationUrl(server), server.person(username));
  const { code, error } = answerIn(end);
  if (code === undefined) return { pages, error };
  const { body } = await redeem(server, end);
  return { pages, id: claimsOf(String(body.id_token)), access: claimsOf(String(body.access_token)) };
};

const assertUntouched = ({ id, access }: Awaited<ReturnType<typeof login>>, username: string, acr: string): void => {
  for (const token of [id, access]) assert.deepEqual([token?.sub, token?.acr], [`user_${username}`, acr]);
  assert.deepEqual(id?.[BEHIND], [`user_${username}`, 0, 'pwd', true]);
};

describe('an Action', () => {
  for (const { username, name, ends, proven } of WAYS) {
    it(`that ${name}`, async () => {
      const outcome = await login(username);
      assert.deepEqual(outcome.pages, proven ? ['/login', '/challenge'] : ['/login']);
      if ('error' in ends) {
        assert.deepEqual([outcome.error, outcome.id], [ends.error, undefined]);
        const [execution] = await server.deps.store.actions.executions(1, username);
        assert.equal(execution?.outcome, 'failed');
        assert.match(execution.details.message ?? '', ends.why);
      } else {
        assert.equal(outcome.error, undefined);
        assert.equal(outcome.id?.[SEEN], ends.seen);
        assertUntouched(outcome, username, proven ?? '1fa');
      }
      assertUntouched(await login('ada'), 'ada', '1fa');
    });
  }
});
