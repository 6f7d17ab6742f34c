/** What is kept of a run that waits is readable by the server alone, and only where it was written. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { beginRun } from '../actions/run.ts';
import type { CurrentSession } from '../session/current-session.ts';
import { createSqliteStore } from '../store/store.ts';
import { interaction, session, user } from '../store/testing/fixtures.ts';
import { deployScript, postLogin } from '../testing/actions.ts';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { ConfigChange } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';
import { asKept, keptRun } from './kept-run.ts';

const TOLD = 'mArKeR-of-another-service';
const TELLS = 'https://fabrikam.example/told';

/** Another service, whose answers hold what nobody else may read. */
const service = async (t: TestContext): Promise<string> => {
  let asked = 0;
  const listening = createServer((_request, response) => {
    asked += 1;
    response.end(`${TOLD}-${asked}`);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  t.after(() => listening.close());
  return `http://localhost:${(listening.address() as AddressInfo).port}`;
};

/** A server whose database is a file, with somebody whose Action waits in its middle for a proof. */
const waiting = async (t: TestContext, change: ConfigChange = (config) => config) => {
  const origin = await service(t);
  const folder = mkdtempSync(join(tmpdir(), 'stile-sealed-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'stile.db');
  const server = await testServer(
    t,
    (config) =>
      change({ ...config, dataFolder: folder, actions: { egress: { allow: [origin], allowPrivate: [origin] } } }),
    () => createSqliteStore({ path, now: () => START }),
  );
  await deployScript(
    server,
    'asks',
    postLogin(`
      const told = await (await fetch('${origin}/')).text();
      await api.stepUp.require({ acr: 'mfa', reason: 'Money moves.' });
      api.idToken.setCustomClaim('${TELLS}', told);
      api.user.setAppMetadata('isKnown', true);`),
  );
  const browser = new TestBrowser(server);
  const page = await browser.signIn(await browser.go(authorizeUrl()));
  assert.match(page.url, /^\/challenge/);
  const id = new URLSearchParams(page.url.split('?')[1]).get('interaction') ?? '';
  const { interactions } = server.store;
  /** What is kept of the run, as whoever has the database reads it. */
  const kept = async (of = id): Promise<Record<string, unknown>> => ({ ...(await interactions.find(of))?.actions });
  /** Does to it what the server would not. */
  const keepInstead = async (more: Readonly<Record<string, unknown>>, of = id): Promise<void> => {
    assert.ok(await interactions.update(of, { actions: { ...(await kept(of)), ...more } }));
  };
  return { server, browser, page, id, folder, kept, keepInstead };
};

type Waiting = Awaited<ReturnType<typeof waiting>>;

/** A bit of what is encrypted, turned over. */
const flipped = (sealed: unknown, place: number): string => {
  const parts = String(sealed).split('.');
  const bytes = Buffer.from(parts.at(-1) ?? '', 'base64url');
  const at = Math.floor(bytes.length * place);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return [...parts.slice(0, -1), bytes.toString('base64url')].join('.');
};

/** Refused by a word of its own, on record with its trace, and nothing came of it. */
const assertRefused = async ({ server }: Waiting, stop: Stop): Promise<void> => {
  assert.deepEqual([answerOf(stop).error, answerOf(stop).code], ['server_error', undefined]);
  const refused = (await server.store.audit.recent(20)).find(({ type }) => type === 'authorize.refused');
  assert.equal(refused?.details.reason, 'action_state_invalid');
  assert.ok(refused?.details.trace);
  assert.deepEqual((await server.store.users.profile(ROBIN.id))?.appMetadata, {});
};

describe('what is kept of a run that waits', () => {
  it('holds no answer of another service in clear, nor do the files, and is opened when its person comes home', async (t) => {
    const { server, browser, page, folder } = await waiting(t);
    // What is kept of executions is written with the next write.
    await server.store.check();
    const files = readdirSync(folder).filter((name) => name.startsWith('stile.db'));
    assert.ok(files.length > 0);
    for (const name of files) assert.doesNotMatch(readFileSync(join(folder, name), 'latin1'), new RegExp(TOLD), name);
    const [execution] = await server.store.actions.executions(9);
    assert.deepEqual([execution?.outcome, typeof execution?.details.recorded], ['suspended', 'string']);
    const { body } = await redeem(server, await browser.giveCode(page));
    assert.equal(claimsOf(body.id_token)[TELLS], `${TOLD}-1`);
    assert.doesNotMatch(server.logged.join('\n'), new RegExp(TOLD));
  });

  it('is encrypted with a key that is made when there is none, in a file beside the database', async (t) => {
    const { server, browser, page, folder } = await waiting(t, ({ encryptionKey: _key, ...config }) => config);
    assert.ok(readdirSync(folder).includes('encryption.key'));
    const { body } = await redeem(server, await browser.giveCode(page));
    assert.equal(claimsOf(body.id_token)[TELLS], `${TOLD}-1`);
  });

  it('refuses when its key is gone', async (t) => {
    const scene = await waiting(t, ({ encryptionKey: _key, ...config }) => config);
    rmSync(join(scene.folder, 'encryption.key'));
    await assertRefused(scene, await scene.browser.giveCode(scene.page));
  });

  for (const place of [0, 0.5, 0.999])
    it(`refuses with a bit turned over, at ${place} of it`, async (t) => {
      const scene = await waiting(t);
      await scene.keepInstead({ run: flipped((await scene.kept()).run, place) });
      await assertRefused(scene, await scene.browser.giveCode(scene.page));
    });

  it('refuses what was kept in clear, and what is nothing', async (t) => {
    for (const run of [{ format: 1, state: { is: 'done' } }, 'done', '']) {
      const scene = await waiting(t);
      await scene.keepInstead({ run });
      await assertRefused(scene, await scene.browser.giveCode(scene.page));
    }
  });

  it('refuses in another interaction of the same person', async (t) => {
    const scene = await waiting(t);
    const { browser, kept, keepInstead } = scene;
    const second = await browser.go(authorizeUrl());
    const other = new URLSearchParams(second.url.split('?')[1]).get('interaction') ?? '';
    assert.notEqual(other, scene.id);
    await keepInstead(await kept(), other);
    await assertRefused(scene, await browser.giveCode(second));
  });

  it('is opened for its interaction, its person and their session together, whatever stands beside it', async (t) => {
    const { deps } = await testServer(t);
    const [run, alice] = [
      beginRun([], { requestedAt: START, interactive: true }),
      { user: user(), session: session() },
    ];
    const sealed = asKept(run, 'interaction', alice, deps);
    const openedFor = (id: string, current: CurrentSession) => {
      const actions = { ...sealed, userId: current.user.id, sessionId: current.session.id };
      return keptRun(interaction({ id, actions }), current, deps);
    };
    assert.deepEqual(openedFor('interaction', alice), run);
    for (const [id, current] of [
      ['another', alice],
      ['interaction', { ...alice, user: user({ id: 'bob' }) }],
      ['interaction', { ...alice, session: session({ id: 'another' }) }],
    ] as const)
      assert.equal(openedFor(id, current)?.state.is, 'failed');
    assert.equal(keptRun(interaction({ actions: sealed }), { ...alice, user: user({ id: 'bob' }) }, deps), undefined);
  });
});
