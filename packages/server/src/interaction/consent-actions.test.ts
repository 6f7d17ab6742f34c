/** Scopes that Actions add are agreed to like those that were asked for: whoever was not shown one has not agreed to it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { deployScript } from '../testing/actions.ts';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl } from '../testing/flow.ts';
import { ACCOUNTS } from '../testing/test-config.ts';
import type { StoreChange } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const ADDS_ON_THE_WAY_BACK = `
exports.onExecutePostLogin = async (event, api) => { api.redirect.sendUserTo('https://terms.example/accept'); };
exports.onContinuePostLogin = async (event, api) => { api.accessToken.addScope('read:accounts'); };
`;

/** Somebody whom an Action has sent elsewhere, on the way to an application that is not the operator's own. */
const sentAway = async (t: TestContext, wrap?: StoreChange) => {
  const server = await testServer(t, undefined, wrap);
  await deployScript(server, 'terms', ADDS_ON_THE_WAY_BACK);
  const browser = new TestBrowser(server);
  const asked = { client_id: 'third-party', redirect_uri: 'https://budget.example/callback', audience: ACCOUNTS };
  const away = await browser.signIn(await browser.go(authorizeUrl({ ...asked, scope: 'openid' })));
  const state = new URL(away.url).searchParams.get('state') ?? '';
  const early = await browser.go(`/consent?interaction=${state}`);
  const back = (): Promise<Stop> => browser.go(`/continue?state=${state}`);
  const agreed = async () =>
    (await server.store.grants.consentsOf('user_robin', 'third-party')).map((one) => one.scope);
  return { browser, early, back, agreed };
};

const READS = /See your accounts/;

describe('consent to what an Action adds', () => {
  it('is asked for again when it was given before the Action had come to its end', async (t) => {
    const { browser, early, back, agreed } = await sentAway(t);
    assert.doesNotMatch(early.html, READS);
    await browser.submit(early, { allow: '1' });
    const again = await back();
    assert.match(again.url, /^\/consent/);
    assert.match(again.html, READS);
    assert.deepEqual(await agreed(), []);
    assert.ok(answerOf(await browser.submit(again, { allow: '1' })).code);
    assert.deepEqual((await agreed()).sort(), ['openid', 'read:accounts']);
  });

  it('is not given by a page on which it did not stand', async (t) => {
    const { browser, early, back, agreed } = await sentAway(t);
    assert.match((await back()).url, /^\/consent/);
    const again = await browser.submit(early, { allow: '1' });
    assert.match(again.url, /^\/consent/);
    assert.match(again.html, READS);
    assert.deepEqual(await agreed(), []);
  });

  it('is not given by an answer that was read before the Action had come to its end, and is kept after', async (t) => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const { browser, early, back, agreed } = await sentAway(t, (store) => ({
      ...store,
      interactions: {
        ...store.interactions,
        update: async (id, change, onlyIf) => {
          const go = typeof change.consentedAt === 'number' ? meanwhile : undefined;
          if (go) meanwhile = undefined;
          await go?.();
          return store.interactions.update(id, change, onlyIf);
        },
      },
    }));
    meanwhile = back;
    const again = await browser.submit(early, { allow: '1' });
    assert.match(again.url, /^\/consent/);
    assert.match(again.html, READS);
    assert.deepEqual(await agreed(), []);
  });
});
