/** What is kept of a run through the Actions: one request goes on with it, whoever else asks at the same moment, and nobody else reads it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { secondsAfter } from '@stile/core';
import { StoreUnavailable } from '../store/store-error.ts';
import { deployScript, postLogin } from '../testing/actions.ts';
import type { Stop } from '../testing/browser.ts';
import { currentCode, formAction, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl } from '../testing/flow.ts';
import { AWAY, assertOneCame, executionsOf, sentAway, stopOf, TELLS, whenKept } from '../testing/kept-runs.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { StoreChange } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const AT_ONCE = 8;

/** Sends all of them before any is answered, with the same cookies. */
const allAtOnce = async (browser: TestBrowser, paths: readonly string[]): Promise<readonly Stop[]> =>
  (await Promise.all(paths.map((path) => browser.send(path)))).map(stopOf);

const times = (path: string): readonly string[] => Array.from({ length: AT_ONCE }, () => path);

describe('T14: of one kept run one successor is made', () => {
  it('by eight who come back at once: the Action runs once, and one has a code', async (t) => {
    const { server, browser, state } = await sentAway(t, TELLS);
    const stops = await allAtOnce(browser, times(`/continue?state=${state}`));
    await assertOneCame(server, stops);
    assert.equal((await executionsOf(server, 'onContinuePostLogin')).length, 1);
  });

  it('by eight who come home at once before anything was kept: the Action runs once', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'tells', postLogin(TELLS));
    const browser = new TestBrowser(server);
    const login = await browser.go(authorizeUrl());
    const home = await browser.send(formAction(login), formPost({ ...hiddenFields(login), ...ROBIN }));
    const stops = await allAtOnce(browser, times(home.headers.get('location') ?? ''));
    await assertOneCame(server, stops);
    assert.equal((await executionsOf(server, 'onExecutePostLogin')).length, 1);
  });

  it('by eight who come home at once from a challenge in the middle of an Action: it goes on once', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'inside', postLogin(`await api.stepUp.require({ acr: 'mfa' }); ${TELLS}`));
    const browser = new TestBrowser(server);
    const page = await browser.signIn(await browser.go(authorizeUrl()));
    const fields = { ...hiddenFields(page), code: currentCode(server) };
    const home = await browser.send(formAction(page), formPost(fields));
    const stops = await allAtOnce(browser, times(home.headers.get('location') ?? ''));
    await assertOneCame(server, stops);
    assert.equal((await executionsOf(server, 'onExecutePostLogin')).length, 2, 'until it waited, and from there');
  });

  it('by eight guesses at a value that may be tried once: one of them is looked at', async (t) => {
    const { server, browser, state } = await sentAway(
      t,
      `console.log(event.request.query.guess);
       if (event.request.query.guess !== '5') return api.access.deny('Wrong.');
       ${TELLS}`,
    );
    const guesses = Array.from({ length: AT_ONCE }, (_, guess) => `/continue?state=${state}&guess=${guess}`);
    const stops = await allAtOnce(browser, guesses);
    const [tried, ...more] = await executionsOf(server, 'onContinuePostLogin');
    assert.ok(tried !== undefined && more.length === 0);
    const isRight = tried.details.console[0]?.text === '5';
    assert.equal(stops.filter((stop) => answerOf(stop).code !== undefined).length, isRight ? 1 : 0);
  });

  it('a second guess is none that was sent together with the first: it leads where the first one led', async (t) => {
    const { server, browser, state } = await sentAway(
      t,
      `console.log(event.request.query.guess);
       if (event.request.query.guess !== 'right') return api.redirect.sendUserTo('${AWAY}?again');
       ${TELLS}`,
    );
    const stops = await allAtOnce(browser, times(`/continue?state=${state}&guess=wrong`));
    for (const { url } of stops) assert.equal(url, `${AWAY}?again=&state=${state}`);
    assert.equal((await executionsOf(server, 'onContinuePostLogin')).length, 1);
    await assertOneCame(server, [await browser.go(`/continue?state=${state}&guess=right`)]);
  });

  it('what denies is performed once, however many are told', async (t) => {
    const outcomes: boolean[] = [];
    const counting: StoreChange = (store) => ({
      ...store,
      interactions: {
        ...store.interactions,
        finish: async (...given) => {
          const isFirst = await store.interactions.finish(...given);
          outcomes.push(isFirst);
          return isFirst;
        },
      },
    });
    const { server, browser, state } = await sentAway(
      t,
      `api.user.setAppMetadata('times', Number(event.user.app_metadata.times ?? 0) + 1); api.access.deny('No.');`,
      counting,
    );
    const stops = await allAtOnce(browser, times(`/continue?state=${state}`));
    assert.ok(stops.some((stop) => answerOf(stop).error === 'access_denied'));
    for (const stop of stops) assert.equal(answerOf(stop).code, undefined);
    assert.equal(outcomes.filter((isFirst) => isFirst).length, 1);
    assert.deepEqual((await server.store.users.profile(ROBIN.id))?.appMetadata, { times: 1 });
  });
});

describe('a request that broke off', () => {
  it('keeps nobody out for longer than it could have taken: the next one waits as long, and goes on', async (t) => {
    const { server, browser, state } = await sentAway(t, TELLS);
    const { interactions } = server.store;
    const found = await interactions.find(state);
    assert.ok(found?.actions);
    const until = secondsAfter(server.deps.now(), 21);
    await interactions.update(state, { actions: { ...found.actions, taken: { by: 'turn_of_one_that_died', until } } });
    const looks = new Set<string>();
    const waiting = browser.send(`/continue?state=${state}`).finally(() => looks.add('answered'));
    for (let turns = 0; turns < 100; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([...looks], []);
    assert.deepEqual(await executionsOf(server, 'onContinuePostLogin'), []);
    server.advance(21);
    await assertOneCame(server, [stopOf(await waiting)]);
  });

  it('can be tried again at once when it could say so', async (t) => {
    let fails = false;
    const { server, browser, state } = await sentAway(
      t,
      TELLS,
      whenKept(() => {
        if (!fails) return Promise.resolve();
        fails = false;
        return Promise.reject(new StoreUnavailable('busy'));
      }),
    );
    fails = true;
    const broken = await browser.go(`/continue?state=${state}`);
    assert.equal(answerOf(broken).error, 'temporarily_unavailable');
    assert.deepEqual((await server.store.users.profile(ROBIN.id))?.appMetadata, {});
    assert.deepEqual(await server.store.actions.cached('post-login', server.deps.now()), []);
    await assertOneCame(server, [await browser.go(`/continue?state=${state}`)]);
  });

  it('has nothing performed and nothing issued when it comes to itself after another went on', async (t) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: held, resolve: isHeld } = Promise.withResolvers<void>();
    let holds = false;
    const { server, browser, state } = await sentAway(
      t,
      TELLS,
      whenKept(() => {
        if (!holds) return Promise.resolve();
        holds = false;
        isHeld();
        return released;
      }),
    );
    holds = true;
    const slow = browser.send(`/continue?state=${state}`);
    await held;
    server.advance(60);
    const other = stopOf(await browser.send(`/continue?state=${state}`));
    release();
    assert.equal((await executionsOf(server, 'onContinuePostLogin')).length, 2);
    await assertOneCame(server, [stopOf(await slow), other]);
  });

  it('has nothing performed either when it denies, whether or not the request is over by then', async (t) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: held, resolve: isHeld } = Promise.withResolvers<void>();
    let holds = false;
    const { server, browser, state } = await sentAway(
      t,
      `api.user.setAppMetadata(String(Math.random()), true); api.access.deny('No.');`,
      whenKept(() => {
        if (!holds) return Promise.resolve();
        holds = false;
        isHeld();
        return released;
      }),
    );
    holds = true;
    const slow = browser.send(`/continue?state=${state}`);
    await held;
    server.advance(60);
    const other = stopOf(await browser.send(`/continue?state=${state}`));
    assert.equal(answerOf(other).error_description, 'No.');
    release();
    assert.equal((await slow).status, 400);
    assert.equal((await executionsOf(server, 'onContinuePostLogin')).length, 2);
    assert.equal(Object.keys((await server.store.users.profile(ROBIN.id))?.appMetadata ?? {}).length, 1);
  });
});
