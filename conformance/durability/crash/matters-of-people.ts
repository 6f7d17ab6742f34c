import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { answerIn } from '../../flow.ts';
import type { Page } from '../../user-agent.ts';
import type { Matter } from './matter.ts';
import { Attempt, asked, signIn, silently, submitOnly } from './matter.ts';
import type { World } from './world.ts';
import { Visitor } from './world.ts';

/** A sign-in that was answered stands; one that was not can be sent again. */
export const signIns = (world: World): Matter => {
  const { username, password } = world.person('sign-in');
  let visitor = new Visitor(world);
  let page: Page | undefined;
  let attempt = new Attempt<number>(world.tally);
  return {
    name: 'sign-ins',
    prepare: async () => {
      visitor = new Visitor(world);
      page = await asked(world, visitor);
      attempt = new Attempt(world.tally);
    },
    load: async () => {
      const login = page ?? assert.fail();
      const status = await attempt.ask(async () => (await submitOnly(visitor, login, { username, password })).status);
      assert.equal(status, 303);
    },
    check: async () => {
      if (attempt.answer === undefined) {
        const end = await visitor.submit(page ?? assert.fail(), { username, password });
        assert.ok(answerIn(end).code, `the same form cannot be sent again: HTTP ${end.status} at ${end.url.pathname}`);
      }
      assert.equal(await silently(world, visitor), 'code', 'a sign-in is lost');
    },
  };
};

/** A code that proves once, of whatever kind. */
interface OneTimeCodes {
  readonly name: string;
  readonly username: string;
  /** Its kind in the memory of what was used up, and its name there. */
  readonly kind: string;
  next(): { readonly code: string; readonly key: string };
}

/** Codes of an app, from whatever browser they come. */
export const appCodes = (world: World): OneTimeCodes => ({
  name: 'codes of an app',
  username: 'totp',
  kind: 'totp',
  next: () => ({ code: world.person('totp').code(), key: `auth_user_totp_totp:${Math.floor(world.now() / 30)}` }),
});

export const recoveryCodes = (world: World): OneTimeCodes => {
  let used = -1;
  return {
    name: 'recovery codes',
    username: 'recovery',
    kind: 'recovery-code',
    next: () => {
      used += 1;
      return { code: world.recoveryCodes[used] ?? assert.fail(), key: `auth_user_recovery_recovery-code:${used}` };
    },
  };
};

/** A one-time code proves once: whoever sent it and had no answer may send the same form again, and nobody else may use it. */
export const oneTimeCodes = (world: World, codes: OneTimeCodes): Matter => {
  const { name, username, kind } = codes;
  const [visitor, other] = [new Visitor(world), new Visitor(world)];
  let isFirst = true;
  let page: Page | undefined;
  let current = { code: '', key: '' };
  let attempt = new Attempt<number>(world.tally);
  const challenged = (browser: Visitor): Promise<Page> => asked(world, browser, { acr_values: 'mfa', max_age: '60' });
  return {
    name,
    prepare: async () => {
      for (const each of [visitor, other]) {
        if (isFirst) await signIn(world, each, username);
        else assert.equal(await silently(world, each), 'code', `a session of ${username} is gone`);
      }
      isFirst = false;
      page = await challenged(visitor);
      assert.equal(page.url.pathname, '/challenge');
      current = codes.next();
      attempt = new Attempt(world.tally);
    },
    load: async () => {
      const form = page ?? assert.fail();
      const status = await attempt.ask(async () => (await submitOnly(visitor, form, { code: current.code })).status);
      assert.equal(status, 303);
    },
    check: async (remains) => {
      attempt.settle(remains.isUsed(kind, current.key), name);
      if (attempt.answer === undefined) {
        const end = await visitor.submit(page ?? assert.fail(), { code: current.code });
        assert.ok(answerIn(end).code, `the same form cannot be sent again: HTTP ${end.status} at ${end.url.pathname}`);
      }
      assert.equal(await silently(world, visitor, { acr_values: 'mfa', max_age: '60' }), 'code', 'a proof is lost');
      const again = await other.submit(await challenged(other), { code: current.code });
      assert.deepEqual([again.status, again.url.pathname], [400, '/challenge'], `${name}: used twice`);
    },
  };
};

/** Who signed out is out. */
export const signOuts = (world: World, random: () => number): Matter => {
  let visitor = new Visitor(world);
  /** The same browser, if it had not heard that it was signed out. */
  let unheeding = new Visitor(world);
  let attempt = new Attempt<number>(world.tally);
  const sessionCookie = (): string =>
    [...unheeding.cookies].find(([name]) => name.endsWith('session'))?.[1] ?? assert.fail('no session');
  return {
    name: 'sign-outs',
    prepare: async () => {
      visitor = new Visitor(world);
      await signIn(world, visitor, 'leave');
      unheeding = new Visitor(world);
      for (const [name, value] of visitor.cookies) unheeding.cookies.set(name, value);
      attempt = new Attempt(world.tally);
    },
    load: async () => {
      await pause(random() * 40);
      await attempt.ask(async () => (await visitor.send('/v2/logout')).status);
    },
    check: async (remains) => {
      const hasEnded = attempt.settle(remains.hasEnded(sessionCookie()), 'a sign-out');
      const expected = hasEnded ? 'no code: login_required' : 'code';
      assert.equal(await silently(world, unheeding), expected, 'a sign-out and its session disagree');
    },
  };
};

const BURST = 10;

/** Tries are counted before they are judged, so that a crash gives none of them back. */
export const guesses = (world: World): Matter => {
  let visitor = new Visitor(world);
  let page: Page | undefined;
  let wrong = 0;
  let round = 0;
  let attempts: Attempt<number>[] = [];
  const guess = async (): Promise<number> => {
    const typed = { username: `nobody-${round}`, password: 'a guess' };
    return (await submitOnly(visitor, page ?? assert.fail(), typed)).status;
  };
  return {
    name: 'limits',
    prepare: async () => {
      round += 1;
      [wrong, attempts] = [0, []];
      visitor = new Visitor(world);
      page = await asked(world, visitor);
    },
    load: async () => {
      for (let count = 0; count < 4; count += 1) {
        const attempt = new Attempt<number>(world.tally);
        attempts.push(attempt);
        assert.equal(await attempt.ask(guess), 400);
        wrong += 1;
      }
    },
    check: async () => {
      for (let count = 0; count <= BURST && (await guess()) === 400; count += 1) wrong += 1;
      const pending = attempts.filter(({ isPending }) => isPending).length;
      assert.ok(wrong <= BURST && wrong >= BURST - pending, `${wrong} tries were judged instead of ${BURST}`);
    },
  };
};
