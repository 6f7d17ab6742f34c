/** Attacks by speed on what is kept of a run through Actions, at two processes of the server that share one store. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { instant } from '@stile/core';
import { openStore, resolveConfig } from '@stile/server';
import { deployAction } from '../../packages/server/src/actions/deploy/deploy.ts';
import { answerIn, authorizationUrl, claimsOf, redeem } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { startReplicas } from './replicas.ts';

const AT_ONCE = 8;
const AWAY = 'https://code.example/enter';
const BY = 'https://fabrikam.example/by';

/** Each execution has a name of its own, by which it is known who went on. */
const code = `
exports.onExecutePostLogin = async (event, api) => {
  api.redirect.sendUserTo('${AWAY}');
};
exports.onContinuePostLogin = async (event, api) => {
  const by = String(Math.random());
  api.user.setAppMetadata('by', by);
  api.user.setAppMetadata('times', Number(event.user.app_metadata.times ?? 0) + 1);
  api.idToken.setCustomClaim('${BY}', by);
};
`;

let given: unknown;
const server = await startReplicas(['ada'], (config) => {
  given = config;
  return config;
});
assert.ok(given);
const config = resolveConfig(given);
const store = openStore(config);
after(async () => {
  await store.close();
  await server.close();
});

await deployAction(
  {
    store: store.actions,
    settings: config.actions,
    encryptionKey: () => assert.fail('It has no secrets.'),
    now: () => instant(server.now()),
    randomBytes,
  },
  {
    name: 'away',
    program: { checksum: createHash('sha256').update(code).digest('base64url'), code },
    dependencies: [],
    warnings: [],
  },
  {},
  'live',
);

const isAway = ({ url }: { readonly url: URL }): boolean => url.origin + url.pathname === AWAY;

/** What is bound is read once a second, by each: they answer in turn. */
const seenByBoth = async (agent: UserAgent): Promise<void> => {
  for (let inTurn = 0; inTurn < 4; )
    inTurn = isAway(await agent.open(authorizationUrl(server, { scope: 'openid' }))) ? inTurn + 1 : 0;
};

describe('T14: of one kept run one successor is made, on two replicas', () => {
  it('T14: a way back is raced at both replicas: the Action goes on once, and there is one code', async () => {
    const agent = new UserAgent(server.issuer);
    await agent.authorize(authorizationUrl(server, { scope: 'openid' }), server.person('ada'));
    await seenByBoth(agent);
    for (let round = 1; round <= 4; round += 1) {
      const { url } = await agent.open(authorizationUrl(server, { scope: 'openid' }));
      const back = `/continue?state=${url.searchParams.get('state')}`;
      const ends = await Promise.all(Array.from({ length: AT_ONCE }, () => agent.open(back)));
      const won = ends.filter((end) => answerIn(end).code !== undefined);
      assert.equal(won.length, 1);
      for (const { status } of ends.filter((end) => end !== won[0])) assert.equal(status, 400);
      const { body } = await redeem(server, won[0] ?? assert.fail());
      const { appMetadata } = (await store.users.profile('user_ada')) ?? assert.fail();
      assert.deepEqual(appMetadata, { by: claimsOf(String(body.id_token))[BY], times: round });
    }
    const executions = await store.actions.executions(100);
    assert.equal(executions.filter(({ details }) => details.handler === 'onContinuePostLogin').length, 4);
  });
});
