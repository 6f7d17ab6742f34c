/** A copy of the database is in the wrong hands: the commands of the guide, one after the other, beside a server that runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { NIGHTLY_SECRET, REPORTS, WEB_SECRET } from '../fabrikam.ts';
import { authorizationUrl, basic, post, redeem, tokenRequest } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { startOperatedServer } from './operated-server.ts';

const { server, stile, noticeKeys } = await startOperatedServer(['ada', 'ben']);
after(() => server.close());

/** The commands of a numbered step of the checklist. */
const step = (number: number): readonly string[] => {
  const guide = readFileSync(new URL('../../docs/guides/operating.md', import.meta.url), 'utf8');
  const [, page = ''] = /\n## The database is in the wrong hands\n(.*?)\n## /s.exec(guide) ?? [];
  const [, line = ''] = new RegExp(`^${number}\\. (.*)$`, 'm').exec(page) ?? [];
  return [...line.matchAll(/`stile ([^`]+)`/g)].map(([, words = '']) => words);
};

const run = async (words: string): Promise<string> => {
  const { status, text } = await stile(...words.split(' '));
  assert.equal(status, 0, text);
  return text;
};

const url = authorizationUrl(server, { scope: 'openid read:accounts offline_access' });
const signIn = async (username: string, agent: UserAgent) => {
  const { end, pages } = await agent.authorize(url, server.person(username));
  return { pages, tokens: (await redeem(server, end)).body };
};
const refresh = (token: unknown) => tokenRequest(server, { grant_type: 'refresh_token', refresh_token: String(token) });
const isActive = async (token: unknown, id = 'web', secret = WEB_SECRET) =>
  (await post(server.at('oauth/introspect'), { token: String(token) }, basic(id, secret))).body.active;
const userinfo = async (token: unknown) =>
  (await fetch(server.at('userinfo'), { headers: { authorization: `Bearer ${String(token)}` } })).status;

test('nothing that a thief or anybody else held before is good for anything after, and the server never stops', async () => {
  const agents = { ada: new UserAgent(server.issuer), ben: new UserAgent(server.issuer) };
  const held = [(await signIn('ada', agents.ada)).tokens, (await signIn('ben', agents.ben)).tokens];
  const asNightly = basic('nightly', NIGHTLY_SECRET);
  const ofNobody = await tokenRequest(server, { grant_type: 'client_credentials', audience: REPORTS }, asNightly);
  assert.deepEqual((await signIn('ada', agents.ada)).pages, [], 'signed in');

  const [list = '', withdraw = ''] = step(2);
  const kids = [...(await run(list)).matchAll(/^\w+ {2}([\w-]{43}) /gm)].map(([, kid = '']) => kid);
  assert.equal(kids.length, 4, 'two that sign, two that are next');
  for (const kid of kids) await run(withdraw.replace('<kid>', kid));
  for (const command of step(3)) assert.match(await run(command), /secrets are renewed/);
  const [signOut = '', ...none] = step(4);
  assert.deepEqual(none, []);
  assert.match(await run(signOut), /2 sessions ended, 3 grants/);

  // At once: the server has not even looked for keys yet.
  for (const { access_token, refresh_token } of held) {
    assert.deepEqual([await isActive(access_token), await isActive(refresh_token)], [false, false]);
    assert.equal(await userinfo(access_token), 401);
    const refused = await refresh(refresh_token);
    assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_grant']);
  }
  assert.deepEqual((await signIn('ben', agents.ben)).pages, ['/login'], 'no cookie opens anything');

  await noticeKeys();
  assert.equal(await isActive(ofNobody.body.access_token, 'nightly', NIGHTLY_SECRET), false);
  for (const token of (await run(list)).matchAll(/[\w-]{43}/g)) assert.ok(!kids.includes(token[0]));
  const { pages, tokens } = await signIn('ada', agents.ada);
  assert.deepEqual(pages, ['/login']);
  assert.equal(await userinfo(tokens.access_token), 200);
  assert.equal((await refresh(tokens.refresh_token)).status, 200);
});
