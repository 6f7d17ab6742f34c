import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { formPost } from '../testing/browser.ts';
import { tokensOf } from '../testing/endpoints.ts';
import { startTestServer } from '../testing/test-server.ts';

const server = await startTestServer();
after(() => server.close());
const { id_token: idToken } = await tokensOf(server);

const RETURN = 'https://intranet.fabrikam.example/';

const mostly = (...valid: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...valid) },
    { weight: 1, arbitrary: nearly(fc.constantFrom(...valid)) },
  );

const parameters = nearlyRecord({
  id_token_hint: mostly(String(idToken)),
  client_id: mostly('web', 'web', 'spa'),
  post_logout_redirect_uri: mostly(RETURN),
  returnTo: mostly(RETURN),
  state: mostly('a state'),
  ui_locales: mostly('de'),
}).map((all) => {
  const texts = Object.entries(all).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(texts);
});

it('whoever asks to sign out is sent to a registered address, home, or nowhere', async () => {
  let returned = 0;
  await fuzzAsync(
    fc.asyncProperty(
      parameters,
      fc.constantFrom('/oidc/logout', '/v2/logout'),
      fc.boolean(),
      async (sent, path, isPost) => {
        const response =
          isPost && path === '/oidc/logout'
            ? await server.send(path, formPost(sent))
            : await server.send(`${path}?${new URLSearchParams(sent)}`);
        const location = response.headers.get('location');
        if (location === null) {
          assert.ok(response.status === 200 || response.status === 400, String(response.status));
          return;
        }
        assert.equal(response.status, 303);
        assert.ok(
          location.startsWith('/oidc/logout?') || location === RETURN || location.startsWith(`${RETURN}?state=`),
          location,
        );
        const state = URL.canParse(location) ? new URL(location).searchParams.get('state') : null;
        assert.ok(state === null || state === sent.state?.toWellFormed());
        returned += location.startsWith(RETURN) ? 1 : 0;
      },
    ),
    4_000,
  );
  enough(returned, 50, 'were sent back');
});
