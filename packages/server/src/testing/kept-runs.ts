/** Requests whose Actions have sent a person away, and what came of those who came back. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { deployScript } from './actions.ts';
import type { Stop } from './browser.ts';
import { TestBrowser } from './browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from './flow.ts';
import { ROBIN } from './test-config.ts';
import type { StoreChange, TestServer } from './test-server.ts';
import { testServer } from './test-server.ts';

const BY = 'https://fabrikam.example/by';

/** Does what would be noticed if it were done twice: each execution has a name of its own. */
export const TELLS = `
  const by = String(Math.random());
  api.user.setAppMetadata('by', by);
  api.user.setAppMetadata('times', Number(event.user.app_metadata.times ?? 0) + 1);
  api.session.setMetadata('by', by);
  api.cache.set('by', by);
  api.idToken.setCustomClaim('${BY}', by);`;

export const AWAY = 'https://code.example/enter';

const sendsAway = (then: string): string => `
exports.onExecutePostLogin = async (event, api) => {
  api.redirect.sendUserTo('${AWAY}');
};
exports.onContinuePostLogin = async (event, api) => {
  ${then}
};
`;

export const sentAway = async (t: TestContext, then: string, wrap?: StoreChange) => {
  const server = await testServer(t, undefined, wrap);
  await deployScript(server, 'away', sendsAway(then));
  const browser = new TestBrowser(server);
  const stop = await browser.signIn(await browser.go(authorizeUrl()));
  const state = new URL(stop.url).searchParams.get('state') ?? '';
  assert.ok(stop.url.startsWith(AWAY) && state !== '');
  return { server, browser, state };
};

export const stopOf = (response: Response): Stop => ({
  status: response.status,
  url: response.headers.get('location') ?? '',
  html: '',
  response,
});

export const executionsOf = async ({ store }: TestServer, handler: string) =>
  (await store.actions.executions(100)).filter(({ details }) => details.handler === handler);

/** One code, of one execution whose effects are those that were performed. */
export const assertOneCame = async (server: TestServer, stops: readonly Stop[]): Promise<void> => {
  const codes = stops.filter((stop) => answerOf(stop).code !== undefined);
  assert.equal(codes.length, 1, JSON.stringify(stops.map(({ status, url }) => [status, url])));
  for (const { status } of stops.filter((stop) => stop !== codes[0])) assert.equal(status, 400, 'it is over');
  const by = claimsOf((await redeem(server, codes[0] ?? assert.fail())).body.id_token)[BY];
  assert.ok(typeof by === 'string');
  assert.deepEqual((await server.store.users.profile(ROBIN.id))?.appMetadata, { by, times: 1 });
  const [session] = await server.store.sessions.ofUser(ROBIN.id);
  assert.deepEqual(session?.metadata, { by });
  const cached = await server.store.actions.cached('post-login', server.deps.now());
  assert.deepEqual(
    cached.map(({ value }) => value),
    [by],
  );
};

/** Lets tests hold on to what is kept of a run, or have it fail. */
export const whenKept =
  (meanwhile: () => Promise<void>): StoreChange =>
  (store) => ({
    ...store,
    interactions: {
      ...store.interactions,
      update: async (id, change, onlyIf) => {
        if (typeof change.actions?.run === 'string' && change.actions.taken === null) await meanwhile();
        return store.interactions.update(id, change, onlyIf);
      },
      deny: async (...given) => {
        await meanwhile();
        return store.interactions.deny(...given);
      },
    },
  });
