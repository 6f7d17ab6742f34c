/**
 * The clock of the server jumps, forward and back, by an hour, a day and a year. Nothing counts twice, nothing is fresher for it
 * than SECURITY.md says, and once the clock is right again everybody gets in as before.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startAuthorizationServer } from '../authorization-server.ts';
import { API_SECRET, WEB_SECRET } from '../fabrikam.ts';
import type { Answer } from '../flow.ts';
import {
  answerIn,
  authorizationUrl,
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
import { UserAgent } from '../user-agent.ts';

const JUMPS = { 'an hour': 3600, 'a day': 86_400, 'a year': 365 * 86_400 } as const;
const LENGTHS = Object.entries(JUMPS);

/** Somebody for each test, so that none uses up the codes of another. */
const whose = (situation: string, length: string): string => `${situation}-${length.replace(' ', '-')}`;
const SITUATIONS = ['session', 'future', 'page', 'limits', 'code', 'used', 'once', 'key', 'proof'];
const folder = mkdtempSync(join(tmpdir(), 'stile-clock-'));
const logFile = join(folder, 'log');
const server = await startAuthorizationServer({
  logFile,
  people: LENGTHS.flatMap(([length]) => SITUATIONS.map((situation) => whose(situation, length))),
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const scope = 'openid read:accounts offline_access';
const asApi = basic('accounts-api', API_SECRET);

/** Does something while the clock is ahead, or behind when the seconds are negative, and sets it right again. */
const whileWrong = async <T>(seconds: number, work: () => Promise<T>): Promise<T> => {
  server.advance(seconds);
  try {
    return await work();
  } finally {
    server.advance(-seconds);
  }
};

const asked = (agent: UserAgent, changes: Readonly<Record<string, string>> = {}): Promise<Page> =>
  agent.open(authorizationUrl(server, { scope, ...changes }));

const silently = async (agent: UserAgent, changes: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { code, error } = answerIn(await asked(agent, { prompt: 'none', ...changes }));
  return code === undefined ? String(error) : 'code';
};

const signIn = (agent: UserAgent, page: Page, username: string, password?: string): Promise<Page> =>
  agent.submit(page, { username, password: password ?? server.person(username).password });

const refresh = (token: unknown): Promise<Answer> =>
  tokenRequest(server, { grant_type: 'refresh_token', refresh_token: String(token) });

const introspected = async (token: unknown): Promise<unknown> =>
  (await post(server.at('oauth/introspect'), { token: String(token) }, asApi)).body.active;

const consumed = async (token: unknown): Promise<unknown> =>
  (await post(server.at('oauth/consume'), { token: String(token) }, asApi)).body.consumed;

for (const [length, seconds] of LENGTHS) {
  describe(`the clock is ${length} ahead, and set right`, () => {
    it('a session, a refresh token and a key of before are as good as before', async () => {
      const agent = new UserAgent(server.issuer);
      const { refresh_token, access_token } = await tokensFor(server, whose('session', length), { scope }, agent);
      await whileWrong(seconds, async () => {
        await silently(agent);
        assert.equal(await introspected(access_token), false);
      });
      assert.equal(await silently(agent), 'code');
      assert.equal(await introspected(access_token), true);
      const { status, body } = await refresh(refresh_token);
      assert.equal(status, 200);
      const keys = await getJson(server.at('.well-known/jwks.json'));
      assert.ok(JSON.stringify(keys.body).includes(String(headerOf(String(body.access_token)).kid)));
    });

    it('what was begun meanwhile counts for nothing, and the same browser gets in anew', async () => {
      const agent = new UserAgent(server.issuer);
      const username = whose('future', length);
      const { tokens, code } = await whileWrong(seconds, async () => ({
        tokens: await tokensFor(server, username, { scope }, agent),
        code: await asked(agent),
      }));
      assert.equal(await silently(agent), 'login_required');
      assert.equal((await redeem(server, code)).body.error, 'invalid_grant');
      assert.equal(await introspected(tokens.access_token), false);
      for (let tries = 0; tries < 2; tries += 1) {
        // Refused in words that make an application begin a new login.
        assert.equal((await refresh(tokens.refresh_token)).body.error, 'invalid_grant');
      }
      assert.equal((await redeem(server, await signIn(agent, await asked(agent), username))).status, 200);
      assert.equal(await silently(agent), 'code');
    });

    it('a page that was opened meanwhile is expired, and asking anew helps', async () => {
      const agent = new UserAgent(server.issuer);
      const username = whose('page', length);
      const page = await whileWrong(seconds, () => asked(agent));
      assert.equal((await signIn(agent, page, username)).status, 400);
      assert.ok(answerIn(await signIn(agent, await asked(agent), username)).code);
    });

    it('limits that were used up meanwhile lock nobody out', async () => {
      const agent = new UserAgent(server.issuer);
      const username = whose('limits', length);
      await whileWrong(seconds, async () => {
        const page = await asked(agent);
        let last = page;
        for (let tries = 0; last.status !== 429; tries += 1) {
          assert.ok(tries < 20);
          last = await signIn(agent, page, username, 'not the password');
        }
      });
      const fresh = new UserAgent(server.issuer);
      assert.ok(answerIn(await signIn(fresh, await asked(fresh), username)).code);
    });

    it('T28: a code of an authenticator app that was used before stays used', async () => {
      const username = whose('code', length);
      const person = server.person(username);
      const [agent, other] = [new UserAgent(server.issuer), new UserAgent(server.issuer)];
      for (const each of [agent, other]) await signIn(each, await asked(each), username);
      const code = person.code();
      const answered = await agent.submit(await asked(agent, { acr_values: 'mfa' }), { code });
      assert.ok(answerIn(answered).code);
      await whileWrong(seconds, () => silently(agent));
      const again = await other.submit(await asked(other, { acr_values: 'mfa' }), { code });
      assert.deepEqual([again.status, again.url.pathname], [400, '/challenge']);
    });

    it('T14: a token and a code that were used before stay used', async () => {
      const username = whose('once', length);
      const { access_token } = await tokensFor(server, username, { scope: 'openid transfer:funds' });
      assert.equal(await consumed(access_token), true);
      await whileWrong(seconds, async () => assert.equal(await consumed(access_token), false));
      assert.equal(await consumed(access_token), false);
      const agent = new UserAgent(server.issuer);
      const end = await signIn(agent, await asked(agent), username);
      assert.equal((await redeem(server, end)).status, 200);
      await whileWrong(seconds, () => silently(agent));
      assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
    });
  });

  describe(`the clock is ${length} behind, and set right`, () => {
    it('proofs of before do not count meanwhile, and the person gets in', async () => {
      const agent = new UserAgent(server.issuer);
      const username = whose('key', length);
      const before = await tokensFor(server, username, { scope }, agent);
      await whileWrong(-seconds, async () => {
        assert.equal(await silently(agent), 'login_required');
        assert.equal((await refresh(before.refresh_token)).body.error, 'invalid_grant');
        assert.ok(answerIn(await signIn(agent, await asked(agent), username)).code);
        assert.equal(await silently(agent), 'code');
      });
      assert.equal((await refresh(before.refresh_token)).status, 200);
    });

    it('a proof given meanwhile is as old afterwards as its date says, never younger', async () => {
      const agent = new UserAgent(server.issuer);
      const username = whose('proof', length);
      const fresh = { acr_values: 'mfa', max_age: '300' };
      const dated = await whileWrong(-seconds, async () => {
        const { end } = await agent.authorize(authorizationUrl(server, { scope, ...fresh }), server.person(username));
        return claimsOf(String((await redeem(server, end)).body.access_token)).auth_time;
      });
      assert.ok(Number(dated) <= server.now() - seconds + 2);
      assert.equal(await silently(agent, fresh), 'login_required');
    });
  });
}

describe('the clock is set back while a person is at it', () => {
  it('T14: a code that was issued and redeemed just before stays redeemed', async () => {
    const agent = new UserAgent(server.issuer);
    const end = await signIn(agent, await asked(agent), whose('used', 'an hour'));
    const { body } = await redeem(server, end);
    for (const [, seconds] of LENGTHS) {
      await whileWrong(-seconds, async () => {
        assert.equal((await redeem(server, end)).body.error, 'invalid_grant');
      });
    }
    // A second use ends what the first gave, whatever the clock says.
    assert.equal((await refresh(body.refresh_token)).body.error, 'invalid_grant');
  });

  it('T28: a code of an authenticator app whose time comes round again stays used', async () => {
    const username = whose('used', 'a day');
    const [agent, other] = [new UserAgent(server.issuer), new UserAgent(server.issuer)];
    for (const each of [agent, other]) await signIn(each, await asked(each), username);
    const code = server.person(username).code();
    assert.ok(answerIn(await agent.submit(await asked(agent, { acr_values: 'mfa' }), { code })).code);
    await whileWrong(700, () => silently(agent));
    const again = await other.submit(await asked(other, { acr_values: 'mfa' }), { code });
    assert.deepEqual([again.status, again.url.pathname], [400, '/challenge']);
  });
});

it('the secret of a client works whatever the clock says', async () => {
  for (const [, seconds] of LENGTHS) {
    for (const jump of [seconds, -seconds]) {
      const answer = await whileWrong(jump, () =>
        post(server.at('oauth/introspect'), { token: 'nothing' }, basic('web', WEB_SECRET)),
      );
      assert.equal(answer.status, 200);
    }
  }
});

/** By how much the clock differs from where it began, as far as the log has told. */
const toldInLog = (): number =>
  readFileSync(logFile, 'utf8')
    .split('\n')
    .flatMap((line) => /"seconds":(-?\d+),"msg":"the clock jumped/.exec(line)?.[1] ?? [])
    .reduce((sum, seconds) => sum + Number(seconds), 0);

it('the log says that the clock jumped, and by how much', async () => {
  const jump = 12_345;
  await whileWrong(jump, async () => {
    // The server looks every few seconds, and may have seen some of the jumps before.
    while (Math.abs(toldInLog() - jump) > 60) await pause(50);
  });
});
