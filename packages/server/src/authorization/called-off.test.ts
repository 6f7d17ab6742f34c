/** What an Action that denies wants done is done whatever becomes of the request meanwhile, and nobody learns of a denial without it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { StoreUnavailable } from '../store/store-error.ts';
import { deployScript, postLogin } from '../testing/actions.ts';
import type { Stop } from '../testing/browser.ts';
import { formAction, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl } from '../testing/flow.ts';
import { sentAway, stopOf, TELLS, whenKept } from '../testing/kept-runs.ts';
import { ROBIN } from '../testing/test-config.ts';
import { testServer } from '../testing/test-server.ts';

/** Signs in to a request that an Action denies as its body says, and has the person call it off at a moment. */
const calledOff = async (t: TestContext, body: string, at: 'running' | 'kept', by: 'cancel' | 'other' = 'cancel') => {
  let callOff: (() => Promise<unknown>) | undefined;
  const now = async (isIt: boolean): Promise<void> => {
    const calling = isIt ? callOff : undefined;
    if (calling) callOff = undefined;
    await calling?.();
  };
  const server = await testServer(t, undefined, (store) => ({
    ...store,
    interactions: {
      ...store.interactions,
      update: async (id, change, onlyIf) => {
        const isFirst = await store.interactions.update(id, change, onlyIf);
        await now(at === 'running' && Boolean(change.actions?.taken));
        return isFirst;
      },
      deny: async (...given) => {
        const outcome = await store.interactions.deny(...given);
        await now(at === 'kept');
        return outcome;
      },
    },
  }));
  await deployScript(server, 'calls', postLogin(body));
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl({ acr_values: by === 'other' ? 'mfa' : undefined }));
  const home = await browser.send(formAction(login), formPost({ ...hiddenFields(login), ...ROBIN }));
  let cancelled: Stop | undefined;
  const way = home.headers.get('location') ?? '';
  callOff = async () => {
    // What says who is there is no page that was answered already.
    const page = by === 'other' ? await browser.go(way.replace('/authorize', '/challenge')) : login;
    cancelled = stopOf(await browser.send(formAction(page), formPost({ ...hiddenFields(page), [by]: '1' })));
  };
  const answered = stopOf(await browser.send(way));
  if (by === 'cancel') assert.equal(cancelled && answerOf(cancelled).error, 'access_denied');
  else assert.match(cancelled?.url ?? '', /^\/authorize\?interaction=/);
  return { server, answered };
};

const DENIES = `
  api.user.setAppMetadata('wrong', Number(event.user.app_metadata.wrong ?? 0) + 1);
  api.cache.set('wrong', 'yes');
  api.session.revoke('Wrong.');`;

describe('whoever calls a request off', () => {
  for (const at of ['running', 'kept'] as const) {
    it(`has a denial done all the same, and is not told of it: ${at}`, async (t) => {
      const { server, answered } = await calledOff(t, DENIES, at);
      assert.deepEqual([answered.status, answered.url], [400, '']);
      assert.ok(!(await answered.response.text()).includes('Wrong.'));
      assert.deepEqual((await server.store.users.profile(ROBIN.id))?.appMetadata, { wrong: 1 });
      assert.deepEqual(await server.store.sessions.ofUser(ROBIN.id), []);
      assert.equal((await server.store.actions.cached('post-login', server.deps.now())).length, 1);
      const records = await server.store.audit.recent(100);
      assert.equal(records.filter(({ type }) => type === 'session.ended').length, 1);
    });
  }

  it('has a denial done when they say that it was somebody else', async (t) => {
    const { server, answered } = await calledOff(t, DENIES, 'running', 'other');
    assert.equal(answerOf(answered).code, undefined);
    assert.deepEqual((await server.store.users.profile(ROBIN.id))?.appMetadata, { wrong: 1 });
    assert.deepEqual(await server.store.sessions.ofUser(ROBIN.id), []);
    assert.equal((await server.store.actions.cached('post-login', server.deps.now())).length, 1);
  });

  it('has nothing done that was wanted of its success', async (t) => {
    const { server, answered } = await calledOff(t, TELLS, 'running');
    assert.deepEqual([answered.status, answered.url], [400, '']);
    assert.deepEqual((await server.store.users.profile(ROBIN.id))?.appMetadata, {});
    assert.deepEqual(await server.store.actions.cached('post-login', server.deps.now()), []);
  });
});

describe('a denial that cannot be kept', () => {
  it('is tried again: then it is performed, and told', async (t) => {
    let fails = false;
    const { server, browser, state } = await sentAway(
      t,
      DENIES,
      whenKept(() => {
        if (!fails) return Promise.resolve();
        fails = false;
        return Promise.reject(new StoreUnavailable('busy'));
      }),
    );
    fails = true;
    assert.equal(answerOf(await browser.go(`/continue?state=${state}`)).error, 'temporarily_unavailable');
    assert.equal((await server.store.sessions.ofUser(ROBIN.id)).length, 1);
    assert.equal(answerOf(await browser.go(`/continue?state=${state}`)).error_description, 'Wrong.');
    assert.deepEqual((await server.store.users.profile(ROBIN.id))?.appMetadata, { wrong: 1 });
    assert.deepEqual(await server.store.sessions.ofUser(ROBIN.id), []);
  });

  it('keeps no session alive, and is not told: metadata that was full by then', async (t) => {
    let fill = (): Promise<unknown> => Promise.resolve();
    const { server, browser, state } = await sentAway(
      t,
      `api.user.setAppMetadata('more', 'x'.repeat(2000)); api.session.revoke('Wrong.');`,
      whenKept(async () => {
        await fill();
      }),
    );
    fill = () => server.store.users.mergeMetadata(ROBIN.id, { appMetadata: { full: 'x'.repeat(31_000) } }, []);
    const answer = answerOf(await browser.go(`/continue?state=${state}`));
    assert.equal(answer.error, 'server_error');
    assert.notEqual(answer.error_description, 'Wrong.');
    assert.deepEqual(await server.store.sessions.ofUser(ROBIN.id), []);
  });
});
