import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { parseChallenges } from '@stile/core';
import fc from 'fast-check';
import { fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { tokensOf } from '../testing/endpoints.ts';
import { startTestServer } from '../testing/test-server.ts';

const server = await startTestServer();
after(() => server.close());
const { access_token: token, id_token: idToken } = await tokensOf(server);

it('whatever stands in the header, it is the token, or a challenge that can be read', async () => {
  const header = nearly(
    fc.constantFrom(`Bearer ${String(token)}`, `bearer ${String(idToken)}`, 'Basic d2ViOng='),
  ).filter((text) => /^[\t -~\x80-\xff]*$/.test(text));
  await fuzzAsync(
    fc.asyncProperty(header, async (authorization) => {
      const response = await server.send('/userinfo', { headers: { authorization } });
      if (response.status === 200) {
        assert.equal(authorization.trim().replace(/^bearer +/i, ''), token);
        return;
      }
      assert.ok([400, 401, 403].includes(response.status), String(response.status));
      const challenges = parseChallenges(response.headers.get('www-authenticate') ?? '');
      assert.equal(challenges.length, 1);
      assert.equal(await response.text(), '');
    }),
    4_000,
  );
});
