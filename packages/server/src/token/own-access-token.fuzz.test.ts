import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { ACCOUNTS } from '../testing/test-config.ts';
import { START, startTestServer } from '../testing/test-server.ts';
import { liveAccessToken } from './own-access-token.ts';

const server = await startTestServer();
after(() => server.close());
const { deps } = server;

const good = {
  iss: deps.config.issuer,
  sub: 'nightly',
  client_id: 'nightly',
  jti: 'j',
  exp: START + 300,
  iat: START,
  aud: ACCOUNTS,
  scope: 'read:accounts',
};

it('a token of our own is live only with every claim in its type, whatever we were brought to sign', async () => {
  const claims = nearlyRecord({
    ...Object.fromEntries(Object.entries(good).map(([name, value]) => [name, fc.constant<unknown>(value)])),
    exp: fc.integer({ min: START - 100, max: START + 400 }),
  });
  const type = fc.constantFrom('at+jwt', 'at+jwt', 'at+jwt', 'JWT', '');
  let live = 0;
  await fuzzAsync(
    fc.asyncProperty(claims, type, async (given, typ) => {
      const found = await liveAccessToken(deps.keys.sign('ES256', typ, given), deps);
      if (!found) return;
      live += 1;
      assert.deepEqual([typ, given.iss], ['at+jwt', good.iss]);
      assert.ok(found.expiresAt > START && deps.config.clients.has(found.clientId));
      for (const text of [found.jti, found.subject, ...found.audience, ...found.scopes])
        assert.equal(typeof text, 'string');
    }),
    4_000,
  );
  enough(live, 150, 'were live');
});

it('a text that is no token is none', async () => {
  const token = deps.keys.sign('ES256', 'at+jwt', good);
  assert.ok(await liveAccessToken(token, deps));
  await fuzzAsync(
    fc.asyncProperty(nearly(fc.constant(token)), async (text) => {
      assert.equal((await liveAccessToken(text, deps)) !== undefined, text === token);
    }),
    6_000,
  );
});
