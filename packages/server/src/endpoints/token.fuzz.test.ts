/** The endpoints that clients call, as a whole: whatever they are sent, the answer is tokens, or one of the errors of RFC 6749. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { parseJsonObject } from '@stile/core';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { ACCOUNTS_API, basic, NIGHTLY, WEB } from '../testing/endpoints.ts';
import { VERIFIER } from '../testing/flow.ts';
import { ACCOUNTS } from '../testing/test-config.ts';
import { startTestServer } from '../testing/test-server.ts';

const server = await startTestServer((config) => ({ ...config, limits: { clientSecret: { burst: 1_000_000 } } }));
after(() => server.close());

const ERRORS =
  'invalid_request invalid_client invalid_grant invalid_scope invalid_target unauthorized_client unsupported_grant_type'.split(
    ' ',
  );

const mostly = (...valid: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...valid) },
    { weight: 1, arbitrary: nearly(fc.constantFrom(...valid)) },
  );

const accessToken = server.deps.keys.sign('ES256', 'at+jwt', {
  iss: server.deps.config.issuer,
  sub: 'nightly',
  client_id: 'nightly',
  jti: 'j',
  exp: server.deps.now() + 600,
  aud: ACCOUNTS,
  scope: 'read:accounts',
});

const fields = nearlyRecord({
  grant_type: mostly('authorization_code', 'refresh_token', 'client_credentials'),
  code: mostly('a'.repeat(43)),
  refresh_token: mostly('b'.repeat(43)),
  redirect_uri: mostly('https://intranet.fabrikam.example/callback'),
  code_verifier: mostly(VERIFIER),
  audience: mostly(ACCOUNTS),
  scope: mostly('read:accounts', 'read:accounts transfer:funds openid'),
  token: mostly(accessToken),
});

const path = fc.constantFrom('/oauth/token', '/oauth/token', '/oauth/revoke', '/oauth/introspect', '/oauth/consume');
const authorization = mostly(basic(NIGHTLY), basic(WEB), basic(ACCOUNTS_API), '').filter((text) =>
  /^[\t -~\x80-\xff]*$/.test(text),
);

/** The members that a form can hold. */
const texts = (members: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] =>
  Object.entries(members).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));

it('is an answer or an error, never a failure', async () => {
  let granted = 0;
  await fuzzAsync(
    fc.asyncProperty(path, fields, authorization, fc.boolean(), async (to, sent, credentials, isJson) => {
      const form = new URLSearchParams(texts(sent).map(([name, value]) => [name, value]));
      const response = await server.send(to, {
        method: 'POST',
        body: isJson ? JSON.stringify(sent) : form.toString(),
        headers: {
          ...(credentials !== '' && { authorization: credentials }),
          'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
        },
      });
      const text = await response.text();
      if (response.status === 200) {
        granted += 1;
        return;
      }
      assert.ok(response.status === 400 || response.status === 401, `${response.status} ${text}`);
      const { error, error_description: description } = parseJsonObject(text) ?? {};
      assert.ok(ERRORS.includes(String(error)), text);
      assert.match(String(description), /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
    }),
    5_000,
  );
  enough(granted, 100, 'were granted');
});
