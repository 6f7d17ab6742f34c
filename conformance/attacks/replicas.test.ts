/** Attacks by speed: the same thing used many times at once, at two processes of the server that share one store. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { SignJWT } from 'jose';
import { API_SECRET, CALLBACK, REPORTS } from '../fabrikam.ts';
import type { Answer } from '../flow.ts';
import { answerIn, authorizationUrl, authorized, basic, post, redeem, tokenRequest, tokensFor } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { hiddenFields, UserAgent } from '../user-agent.ts';
import { startReplicas } from './replicas.ts';
import { getsCode, signedIn } from './signed-in.ts';

const AT_ONCE = 16;

const jobKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const RECOVERY_CODE = '7K3M-9QWX-2F4H-8TNV-5C6D-1BJR';

/** Ben has a recovery code, and a job authenticates with a key. */
const prepared = (config: ConfigInput): ConfigInput => ({
  ...config,
  users: (config.users ?? []).map((user) =>
    user.id === 'user_ben' ? { ...user, recoveryCodes: [RECOVERY_CODE] } : user,
  ),
  clients: [
    ...(config.clients ?? []),
    {
      id: 'job',
      name: 'A job with a key',
      authentication: ['private_key_jwt'],
      jwks: { keys: [{ ...jobKey.publicKey.export({ format: 'jwk' }), kty: 'EC' }] },
      grantTypes: ['client_credentials'],
      apis: { [REPORTS]: ['read:reports'] },
    },
  ],
});

const server = await startReplicas(['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'], prepared);
after(() => server.close());

const asApi = basic('accounts-api', API_SECRET);
const TRANSFER = { scope: 'openid transfer:funds' } as const;

const together = <T>(ask: (index: number) => Promise<T>, count = AT_ONCE): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(index)));

const consume = async (token: unknown): Promise<unknown> =>
  (await post(server.at('oauth/consume'), { token: String(token) }, asApi)).body.consumed;

const winners = <T>(outcomes: readonly T[], won: (outcome: T) => boolean): number => outcomes.filter(won).length;

/** So many browsers of one person, each in front of its own challenge. */
const challenges = (username: string, count: number): Promise<readonly { agent: UserAgent; page: Page }[]> =>
  together(async () => {
    const agent = await signedIn(server, username);
    return { agent, page: await agent.open(authorizationUrl(server, { acr_values: 'mfa' })) };
  }, count);

describe('T14: once only, on two replicas', () => {
  it('T14: a single-use token is raced at both replicas: exactly one call is told yes, every time', async () => {
    const agent = new UserAgent(server.issuer);
    for (let round = 0; round < 4; round += 1) {
      const { access_token } = await tokensFor(server, 'ada', TRANSFER, agent);
      const told = await together(() => consume(access_token));
      assert.equal(
        winners(told, (yes) => yes === true),
        1,
      );
      assert.equal(await consume(access_token), false);
    }
  });

  it('T14: a code is raced at both replicas: one answer has tokens, and they die of the others', async () => {
    const end = await authorized(server, 'dan');
    const answers = await together(() => redeem(server, end));
    const won = answers.filter(({ status }) => status === 200);
    assert.equal(won.length, 1);
    const token = String(won[0]?.body.access_token);
    assert.deepEqual((await post(server.at('oauth/introspect'), { token }, asApi)).body, { active: false });
  });

  it('T14: a refresh token is raced at both replicas: one successor for all, and no second family', async () => {
    const { refresh_token } = await tokensFor(server, 'dan', { scope: 'openid read:accounts offline_access' });
    const fields = { grant_type: 'refresh_token', refresh_token };
    const answers = await together(() => tokenRequest(server, fields));
    const successors = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.refresh_token));
    assert.equal(successors.size, 1);
    const [successor] = successors;
    const next = await tokenRequest(server, { grant_type: 'refresh_token', refresh_token: String(successor) });
    assert.equal(next.status, 200);
    assert.equal((await tokenRequest(server, fields)).body.error, 'invalid_grant');
  });

  it('T14: a client assertion is replayed at both replicas at once: it authenticates once', async () => {
    const assertion = await new SignJWT({ jti: 'assertion-1' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('job')
      .setSubject('job')
      .setAudience(server.issuer)
      .setExpirationTime('1m')
      .sign(jobKey.privateKey);
    const fields = {
      grant_type: 'client_credentials',
      audience: REPORTS,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    const answers = await together(() => tokenRequest(server, fields, {}));
    assert.equal(
      winners(answers, ({ status }) => status === 200),
      1,
    );
    assert.equal(
      winners(answers, ({ status }) => status === 401),
      AT_ONCE - 1,
    );
  });

  it('T14: a request is answered twice at once, at both replicas: there is one code', async () => {
    const agent = await signedIn(server, 'finn');
    const page = await agent.open(authorizationUrl(server, { prompt: 'select_account' }));
    const body = new URLSearchParams({ ...hiddenFields(page), continue: '1' });
    await agent.send(`/select-account${page.url.search}`, { method: 'POST', body });
    const ends = await together(() => agent.open(`/authorize${page.url.search}`), 8);
    assert.equal(
      winners(ends, (end) => answerIn(end).code !== undefined),
      1,
    );
    assert.equal(
      winners(ends, ({ status }) => status === 400),
      7,
    );
  });
});

describe('T28: a code of an authenticator serves once', () => {
  it('T28: one code from an authenticator app, given in eight browsers at both replicas at once, proves one of them', async () => {
    const waiting = await challenges('cleo', 8);
    const code = server.person('cleo').code();
    const ends = await Promise.all(waiting.map(({ agent, page }) => agent.submit(page, { code })));
    assert.equal(
      winners(ends, (end) => answerIn(end).code !== undefined),
      1,
    );
    assert.equal(
      winners(ends, ({ status, url }) => status === 400 && url.pathname === '/challenge'),
      7,
    );
  });

  it('T28: a code that was used is given again within its window, to either replica, with the spaces moved', async () => {
    const [one, other] = await challenges('eve', 2);
    if (!one || !other) throw new Error('There are two browsers.');
    const code = server.person('eve').code();
    assert.ok(answerIn(await one.agent.submit(one.page, { code })).code);
    for (const again of [
      code,
      code,
      ` ${code.slice(0, 3)} ${code.slice(3)} `,
      `${code.slice(0, 3)}-${code.slice(3)}`,
    ]) {
      const page = await other.agent.submit(other.page, { code: again });
      assert.deepEqual([page.status, page.url.pathname], [400, '/challenge']);
    }
    assert.equal(await getsCode(server, other.agent, { acr_values: 'mfa' }), false);
  });

  it('T28: with a later code the one before it is worth nothing any more, though nobody has used it', async () => {
    const [one, other] = await challenges('finn', 2);
    if (!one || !other) throw new Error('There are two browsers.');
    const finn = server.person('finn');
    const [earlier, later] = [finn.code(), finn.code()];
    assert.ok(answerIn(await one.agent.submit(one.page, { code: later })).code);
    assert.equal((await other.agent.submit(other.page, { code: earlier })).status, 400);
  });

  it('a recovery code is raced at both replicas: it proves one browser', async () => {
    const waiting = await challenges('ben', 8);
    const ends = await Promise.all(
      waiting.map(async ({ agent, page }) => {
        const ways = await agent.open(`${page.url.pathname}${page.url.search}`);
        const use = /name="use" value="([^"]+)"/.exec(ways.html)?.[1] ?? '';
        const asked = await agent.submit(ways, { use });
        return agent.submit(asked, { code: RECOVERY_CODE.toLowerCase() });
      }),
    );
    assert.equal(
      winners(ends, (end) => answerIn(end).code !== undefined),
      1,
    );
  });
});

describe('what holds at one replica holds at the other', () => {
  const bothSay = async (path: string, fields: Readonly<Record<string, string>>): Promise<readonly Answer[]> =>
    Promise.all(server.atEach(path).map((url) => post(url, fields, asApi)));

  it('tries are counted over both replicas: two servers are not twice as many guesses', async () => {
    const [waiting] = await challenges('dan', 1);
    if (!waiting) throw new Error('There is a browser.');
    const fields = { ...hiddenFields(waiting.page), code: '000000' };
    const statuses = await together(async () => {
      const path = `/challenge${waiting.page.url.search}`;
      const response = await waiting.agent.send(path, { method: 'POST', body: new URLSearchParams(fields) });
      await response.body?.cancel();
      return response.status;
    });
    assert.deepEqual([winners(statuses, (one) => one === 400), winners(statuses, (one) => one === 429)], [10, 6]);
  });

  it('a session that ended at one replica, and a token that was revoked there, are dead at the other in that moment', async () => {
    const agent = new UserAgent(server.issuer);
    const { access_token = '' } = await tokensFor(server, 'finn', {}, agent);
    const active = async () =>
      (await bothSay('oauth/introspect', { token: access_token })).map(({ body }) => body.active);
    assert.deepEqual(await active(), [true, true]);
    const [first = ''] = server.atEach('v2/logout');
    const cookie = [...agent.cookies].map((pair) => pair.join('=')).join('; ');
    await (await fetch(first, { headers: { cookie }, redirect: 'manual' })).body?.cancel();
    assert.deepEqual(await active(), [false, false]);
    assert.equal(await getsCode(server, agent), false);
  });
});

describe('T14: a replica dies in the middle', () => {
  it('T14: no token is accepted twice, none that was accepted comes back, and none is lost that nobody used', async () => {
    const agent = new UserAgent(server.issuer);
    const tokens: string[] = [];
    for (let i = 0; i < 10; i += 1) {
      const { access_token = '' } = await tokensFor(server, 'ada', { ...TRANSFER, redirect_uri: CALLBACK }, agent);
      tokens.push(access_token);
    }
    const [raced, untouched] = [tokens.slice(0, 8), tokens.slice(8)];
    // `undefined`: the answer was lost with the replica.
    const told = raced.map((token) =>
      Promise.all([consume(token), consume(token)].map((one) => one.catch(() => undefined))),
    );
    await Promise.race(told);
    await server.killSecond();
    for (const [i, answers] of (await Promise.all(told)).entries()) {
      const later = await consume(raced[i]);
      const yes = winners([...answers, later], (one) => one === true);
      assert.ok(yes <= 1, `${yes} winners`);
      // Who was told no had lost to somebody; only a lost answer can hide who.
      if (!answers.includes(undefined)) assert.equal(yes, 1);
      assert.equal(await consume(raced[i]), false);
    }
    for (const token of untouched) assert.equal(await consume(token), true);
  });
});
