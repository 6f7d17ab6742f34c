/**
 * The server is killed (SIGKILL) as soon as it has answered, and started again on its data folder. What it answered must
 * stand: whoever holds the answer has acted on it.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { API_SECRET, WEB_SECRET } from '../fabrikam.ts';
import type { Answer } from '../flow.ts';
import {
  answerIn,
  authorizationUrl,
  authorized,
  basic,
  claimsOf,
  getJson,
  headerOf,
  post,
  redeem,
  tokenRequest,
  tokensFor,
} from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { formAction, hiddenFields, UserAgent } from '../user-agent.ts';
import { startMortalServer } from './mortal-server.ts';

const AT_ONCE = 12;

const server = await startMortalServer(['ada', 'ben', 'cleo', 'dan']);
after(() => server.close());

const scope = 'openid read:accounts offline_access';
const asApi = basic('accounts-api', API_SECRET);
const asWeb = basic('web', WEB_SECRET);

const refresh = (refresh_token: unknown): Promise<Answer> =>
  tokenRequest(server, { grant_type: 'refresh_token', refresh_token: String(refresh_token) });

const consume = async (token: unknown): Promise<unknown> =>
  (await post(server.at('oauth/consume'), { token: String(token) }, asApi)).body.consumed;

const isActive = async (token: unknown): Promise<unknown> =>
  (await post(server.at('oauth/introspect'), { token: String(token) }, asApi)).body.active;

/** Sends a form and follows nothing: the process may be gone by then. */
const submitOnly = (agent: UserAgent, page: Page, typed: Readonly<Record<string, string>>): Promise<Response> =>
  agent.send(new URL(formAction(page), page.url), {
    method: 'POST',
    body: new URLSearchParams({ ...hiddenFields(page), ...typed }),
  });

/** Lets the server answer, kills it in that moment, and brings it back. */
const answeredAndKilled = async <T>(asking: Promise<T>): Promise<T> => {
  const answer = await asking;
  await server.kill();
  await server.restart();
  return answer;
};

describe('killed as soon as it answered', () => {
  it('with a code: the code can be redeemed', async () => {
    const end = await answeredAndKilled(authorized(server, 'ada', { scope }));
    assert.equal((await redeem(server, end)).status, 200);
  });

  it('with tokens: they are good, by a key that is still published, and the code is spent', async () => {
    const end = await authorized(server, 'ada', { scope });
    const { body } = await answeredAndKilled(redeem(server, end));
    assert.equal(await isActive(body.access_token), true);
    const keys = await getJson(server.at('.well-known/jwks.json'));
    assert.ok(JSON.stringify(keys.body).includes(`"kid":"${String(headerOf(String(body.access_token)).kid)}"`));
    assert.equal((await refresh(body.refresh_token)).status, 200);
    assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
  });

  it('with the next refresh token: it works', async () => {
    const { refresh_token } = await tokensFor(server, 'ada', { scope });
    const { body } = await answeredAndKilled(refresh(refresh_token));
    assert.notEqual(body.refresh_token, refresh_token);
    assert.equal((await refresh(body.refresh_token)).status, 200);
  });

  it('with nothing that arrived: asking again within the grace gives the same next refresh token', async () => {
    const { refresh_token } = await tokensFor(server, 'ada', { scope });
    const lost = await answeredAndKilled(refresh(refresh_token));
    assert.equal((await refresh(refresh_token)).body.refresh_token, lost.body.refresh_token);
  });

  it('T14: with consumed: the token stays consumed', async () => {
    const { access_token } = await tokensFor(server, 'ben', { scope: 'openid transfer:funds' });
    assert.equal(await answeredAndKilled(consume(access_token)), true);
    assert.equal(await consume(access_token), false);
  });

  it('T28: after a code of an authenticator app: the proof stands, and the code stays used', async () => {
    const agent = new UserAgent(server.issuer);
    const person = server.person('cleo');
    await agent.authorize(authorizationUrl(server), person);
    const challenge = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
    const code = person.code();
    const { status, headers } = await answeredAndKilled(submitOnly(agent, challenge, { code }));
    assert.equal(status, 303);
    const { body } = await redeem(server, await agent.open(headers.get('location') ?? ''));
    assert.equal(claimsOf(String(body.access_token)).acr, 'mfa');
    const other = new UserAgent(server.issuer);
    await other.authorize(authorizationUrl(server), person);
    const again = await other.submit(await other.open(authorizationUrl(server, { acr_values: 'mfa' })), { code });
    assert.deepEqual([again.status, again.url.pathname], [400, '/challenge']);
  });

  it('after a password: the session stands', async () => {
    const agent = new UserAgent(server.issuer);
    const { username, password } = server.person('ada');
    const login = await agent.open(authorizationUrl(server));
    await answeredAndKilled(submitOnly(agent, login, { username, password }));
    assert.ok(answerIn(await agent.open(authorizationUrl(server, { prompt: 'none' }))).code);
  });

  it('after a revocation and a logout: nothing comes back to life', async () => {
    const agent = new UserAgent(server.issuer);
    const { refresh_token, access_token } = await tokensFor(server, 'ada', { scope }, agent);
    await agent.send('/v2/logout');
    const asking = post(server.at('oauth/revoke'), { token: refresh_token, client_id: 'web' }, asWeb);
    assert.equal((await answeredAndKilled(asking)).status, 200);
    assert.equal(await isActive(access_token), false);
    assert.equal((await refresh(refresh_token)).body.error, 'invalid_grant');
    const { error } = answerIn(await agent.open(authorizationUrl(server, { prompt: 'none' })));
    assert.equal(error, 'login_required');
  });
});

/** Asks many things at once, kills the server when so many are answered, and gives what was answered. */
const killedAfter = async <T>(count: number, asking: readonly Promise<T>[]): Promise<readonly (T | undefined)[]> => {
  let answered = 0;
  const enough = Promise.withResolvers<void>();
  const counting = asking.map(async (one) => {
    const answer = await one;
    answered += 1;
    if (answered === count) enough.resolve();
    return answer;
  });
  const settled = Promise.allSettled(counting);
  await Promise.race([enough.promise, settled]);
  await server.kill();
  const outcomes = await settled;
  await server.restart();
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined));
};

describe('killed in the middle of many requests', () => {
  it('every code that was answered is spent, and its refresh token works; the others were spent or not, never twice', async () => {
    const agent = new UserAgent(server.issuer);
    await agent.authorize(authorizationUrl(server), server.person('ada'));
    const ends = await Promise.all(
      Array.from({ length: AT_ONCE }, () => agent.open(authorizationUrl(server, { scope, prompt: 'none' }))),
    );
    const answers = await killedAfter(
      1,
      ends.map((end) => redeem(server, end)),
    );
    assert.ok(answers.some((answer) => answer?.status === 200));
    for (const [i, answer] of answers.entries()) {
      const end = ends[i] ?? assert.fail();
      if (answer) assert.equal((await refresh(answer.body.refresh_token)).status, 200);
      const later = await redeem(server, end);
      if (answer) assert.equal(later.body.error, 'invalid_grant');
      else assert.ok(later.status === 200 || later.body.error === 'invalid_grant');
      assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
    }
  });

  it('T14: every token that was answered as consumed stays so; the others are consumed at most once', async () => {
    const agent = new UserAgent(server.issuer);
    const transfer = { scope: 'openid transfer:funds' };
    const tokens = [await tokensFor(server, 'dan', transfer, agent)];
    while (tokens.length < AT_ONCE) tokens.push(await tokensFor(server, 'dan', transfer, agent));
    const answers = await killedAfter(
      4,
      tokens.map(({ access_token }) => consume(access_token)),
    );
    assert.ok(answers.includes(true));
    for (const [i, answer] of answers.entries()) {
      const token = tokens[i]?.access_token;
      if (answer !== undefined) assert.deepEqual([answer, await consume(token)], [true, false]);
      else await consume(token);
      assert.equal(await consume(token), false);
    }
  });
});
