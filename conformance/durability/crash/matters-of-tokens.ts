import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { API_SECRET, WEB_SECRET } from '../../fabrikam.ts';
import type { Answer } from '../../flow.ts';
import { answerIn, authorizationUrl, basic, claimsOf, post, redeem } from '../../flow.ts';
import type { Page } from '../../user-agent.ts';
import type { Matter } from './matter.ts';
import { Attempt, asked, redeemed, refresh, scope, signIn, silently } from './matter.ts';
import type { Remains } from './remains.ts';
import { digest } from './remains.ts';
import type { World } from './world.ts';
import { Visitor } from './world.ts';

const asApi = basic('accounts-api', API_SECRET);
const asWeb = basic('web', WEB_SECRET);

const isActive = async (world: World, token: string): Promise<unknown> =>
  (await post(world.at('oauth/introspect'), { token }, asApi)).body.active;

/** Somebody whose one session must outlive every crash. */
const standing = async (world: World, visitor: Visitor, username: string, isFirst: boolean): Promise<void> => {
  if (isFirst) await signIn(world, visitor, username);
  else assert.equal(await silently(world, visitor), 'code', `the session of ${username} is gone`);
};

interface IssuedCode {
  readonly end: Page;
  readonly redemption: Attempt<Answer>;
}

/** Codes are redeemed once: those that were answered, and those that were sent and never answered. */
export const codes = (world: World): Matter => {
  const visitor = new Visitor(world);
  let isFirst = true;
  let issued: IssuedCode[] = [];
  const obtain = async (): Promise<IssuedCode> => {
    const end = await asked(world, visitor, { prompt: 'none' });
    const code = { end, redemption: new Attempt<Answer>(world.tally) };
    issued.push(code);
    return code;
  };
  const checkOne = async ({ end, redemption }: IssuedCode, remains: Remains): Promise<void> => {
    const wasUsed = redemption.settle(remains.isUsed('code', digest(answerIn(end).code ?? '')), 'a code');
    const { answer } = redemption;
    if (answer) {
      assert.equal(
        await isActive(world, String(answer.body.access_token)),
        true,
        'an access token is not good any more',
      );
      assert.equal((await refresh(world, String(answer.body.refresh_token))).status, 200, 'a refresh token is lost');
    }
    const again = await redeem(world, end);
    if (wasUsed) assert.equal(again.body.error, 'invalid_grant', 'a code was redeemed twice');
    else assert.equal(again.status, 200, 'a code that nobody redeemed is refused');
    assert.equal((await redeem(world, end)).body.error, 'invalid_grant', 'a code was redeemed twice');
  };
  return {
    name: 'codes',
    prepare: async () => {
      await standing(world, visitor, 'codes', isFirst);
      isFirst = false;
      issued = [];
      for (let count = 0; count < 3; count += 1) await obtain();
    },
    load: async () => {
      for (const { end, redemption } of issued.slice(1)) await redemption.ask(() => redeem(world, end));
      for (let count = 0; count < 40; count += 1) {
        const { end, redemption } = await obtain();
        assert.equal((await redemption.ask(() => redeem(world, end))).status, 200);
      }
    },
    check: async (remains) => {
      // The first was never redeemed; of the others those that were under way, and the last ones.
      const [first, ...others] = issued;
      for (const each of [first, ...others.slice(-3)]) if (each) await checkOne(each, remains);
    },
  };
};

/** A family of refresh tokens that goes on through every crash: no generation is lost, and none has two successors. */
export const chain = (world: World): Matter => {
  const visitor = new Visitor(world);
  let token: string | undefined;
  let rotations: { readonly from: string; readonly attempt: Attempt<Answer> }[] = [];
  const successor = ({ body, status }: Answer): string => {
    assert.equal(status, 200, `a refresh token is lost: ${JSON.stringify(body)}`);
    return String(body.refresh_token);
  };
  return {
    name: 'refresh tokens',
    prepare: async () => {
      rotations = [];
      if (token !== undefined) return;
      await signIn(world, visitor, 'chain');
      token = (await redeemed(world, await asked(world, visitor, { prompt: 'none' }))).refresh;
    },
    load: async () => {
      for (let count = 0; count < 60; count += 1) {
        const from = token ?? assert.fail();
        const attempt = new Attempt<Answer>(world.tally);
        rotations.push({ from, attempt });
        token = successor(await attempt.ask(() => refresh(world, from)));
      }
    },
    check: async (remains) => {
      for (const { from, attempt } of rotations) {
        const after = remains.successorOf(from);
        attempt.settle(typeof after === 'string', 'a rotation');
        if (attempt.answer)
          assert.equal(after, digest(successor(attempt.answer)), 'another successor than was answered');
        if (!attempt.isPending) continue;
        const again = successor(await refresh(world, from));
        if (typeof after === 'string') assert.equal(digest(again), after, 'a refresh token has two successors');
        token = again;
      }
      token = successor(await refresh(world, token ?? assert.fail()));
    },
  };
};

/** Tokens that are good for one use: never two, and one as long as none was counted (T14). */
export const singleUse = (world: World): Matter => {
  const visitor = new Visitor(world);
  let isFirst = true;
  let tokens: { readonly token: string; readonly consumption: Attempt<unknown> }[] = [];
  const transfer = { scope: 'openid transfer:funds' };
  const consume = async (token: string): Promise<unknown> =>
    (await post(world.at('oauth/consume'), { token }, asApi)).body.consumed;
  const obtain = async (): Promise<void> => {
    const { access } = await redeemed(world, await asked(world, visitor, { ...transfer, prompt: 'none' }));
    tokens.push({ token: access, consumption: new Attempt(world.tally) });
  };
  return {
    name: 'single-use tokens',
    prepare: async () => {
      await standing(world, visitor, 'once', isFirst);
      isFirst = false;
      tokens = [];
      const { end } = await visitor.authorize(authorizationUrl(world, transfer), world.person('once'));
      assert.ok(answerIn(end).code, 'no step-up');
      for (let count = 0; count < 3; count += 1) await obtain();
    },
    load: async () => {
      for (let count = 1; count < 40; count += 1) {
        if (count >= tokens.length) await obtain();
        const { token, consumption } = tokens[count] ?? assert.fail();
        assert.equal(await consumption.ask(() => consume(token)), true, 'a token is refused at its first use');
      }
    },
    check: async (remains) => {
      for (const { token, consumption } of tokens) {
        const wasUsed = remains.isUsed('single-use-token', String(claimsOf(token).jti));
        consumption.settle(wasUsed, 'a single-use token');
        if (consumption.answer === undefined) {
          assert.equal(await consume(token), !wasUsed, wasUsed ? 'used twice' : 'refused although nobody used it');
        }
        assert.equal(await consume(token), false, 'a single-use token was used twice');
      }
    },
  };
};

/** What was revoked stays so. */
export const revocations = (world: World, random: () => number): Matter => {
  const visitor = new Visitor(world);
  let isFirst = true;
  let tokens = { access: '', refresh: '' };
  let revocation = new Attempt<number>(world.tally);
  const formerly: string[] = [];
  const revoke = async (): Promise<number> =>
    (await post(world.at('oauth/revoke'), { token: tokens.refresh, client_id: 'web' }, asWeb)).status;
  return {
    name: 'revocations',
    prepare: async () => {
      await standing(world, visitor, 'codes', isFirst);
      isFirst = false;
      tokens = await redeemed(world, await asked(world, visitor, { prompt: 'none', scope }));
      revocation = new Attempt(world.tally);
    },
    load: async () => {
      await pause(random() * 40);
      assert.equal(await revocation.ask(revoke), 200);
    },
    check: async (remains) => {
      const wasRevoked = revocation.settle(remains.isRevoked(tokens.refresh), 'a revocation');
      assert.equal(await isActive(world, tokens.access), !wasRevoked, 'a token and its revocation disagree');
      assert.equal(await revoke(), 200);
      formerly.push(tokens.refresh);
      // The last one, and one of long ago.
      for (const token of [tokens.refresh, formerly[Math.floor(random() * formerly.length)] ?? '']) {
        assert.equal((await refresh(world, token)).body.error, 'invalid_grant', 'what was revoked works again');
      }
    },
  };
};
