/** `oidcc-server-rotate-keys`: the provider changes its signing keys while people are signed in, and nobody notices but by the kid. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Deps } from '@stile/server';
import { rotateSigningKeys } from '../../packages/server/src/keys/rotation.ts';
import { startApi } from '../api.ts';
import { getJson, headerOf, redeem, tokenRequest } from '../flow.ts';
import { flow, oidcUrl, startProvider, told, userinfo, verified } from './provider.ts';

const inside: { deps?: Deps } = {};
const server = await startProvider({
  people: ['ada'],
  replace: (deps) => {
    inside.deps = deps;
    return deps;
  },
});
const api = await startApi(server);
after(async () => {
  await api.close();
  await server.close();
});

const HOUR = 3600;

const rotate = async (): Promise<void> => {
  const { deps } = inside;
  if (!deps) throw new Error('The server has not started.');
  await rotateSigningKeys(deps.store.keys, {
    now: deps.now(),
    longestTokenSeconds: HOUR,
    leastKnownSeconds: null,
    audit: [],
  });
  await deps.keys.reload();
};

const published = async (): Promise<readonly unknown[]> => {
  const { body } = await getJson(server.at('.well-known/jwks.json'));
  return Array.isArray(body.keys) ? body.keys.map(({ kid }: { readonly kid: unknown }) => kid) : [];
};

const callApi = async (token: unknown): Promise<number> =>
  (await fetch(`${api.origin}/accounts`, { headers: { authorization: `Bearer ${String(token)}` } })).status;

const kidOf = (token: unknown): unknown => headerOf(String(token)).kid;

describe('oidcc-server-rotate-keys', () => {
  it('a session, its tokens and its hints go on over two rotations, and end with the keys’ time', async () => {
    const request = { scope: 'openid read:accounts offline_access', audience: 'https://api.fabrikam.example/accounts' };
    const first = await flow(server, 'ada', request);
    assert.equal(await callApi(first.body.access_token), 200);

    const seen = [kidOf(first.body.id_token)];
    for (let round = 0; round < 2; round += 1) {
      const before = await published();
      await rotate();
      // Single sign-on without a page, and a token by a key that everybody could know before it signed.
      const next = await redeem(server, await first.agent.open(oidcUrl(server, { ...request, prompt: 'none' })));
      const kid = kidOf(next.body.id_token);
      assert.ok(!seen.includes(kid) && before.includes(kid));
      seen.push(kid);
      assert.equal((await verified(server, next.body.id_token)).sub, 'user_ada');
      // An API that fetched the keys a moment ago does not ask again yet: the first rotation finds it prepared, a second within
      // half a minute would not, which is why the command waits until the next key is known.
      if (round === 0) assert.equal(await callApi(next.body.access_token), 200);
      // And what was signed before is as good as it was.
      await verified(server, first.body.id_token);
      await userinfo(server, first.body.access_token);
      assert.equal(await callApi(first.body.access_token), 200);
      const hint = { prompt: 'none', id_token_hint: String(first.body.id_token) };
      assert.ok((await told(server, hint, first.agent)).code);
    }

    const fields = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) };
    const { body } = await tokenRequest(server, fields);
    assert.equal(kidOf(body.id_token), seen.at(-1));

    server.advance(HOUR + 1);
    await inside.deps?.keys.reload();
    assert.ok(!(await published()).includes(seen[0]));
    const hint = { prompt: 'none', id_token_hint: String(first.body.id_token) };
    assert.equal((await told(server, hint, first.agent)).error, 'invalid_request');
  });
});
