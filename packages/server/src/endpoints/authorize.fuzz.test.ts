/** The authorization endpoint as a whole: whatever it is asked, it sends a browser to a page, back to the client, or says no. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { formPost } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { startTestServer } from '../testing/test-server.ts';

const server = await startTestServer((config) => ({ ...config, limits: { startsFromNetworkPerMinute: 10_000_000 } }));
after(() => server.close());
const { browser } = await signInAndStepUp(server);

const CALLBACK = 'https://intranet.fabrikam.example/callback';
const usual = Object.fromEntries(new URL(authorizeUrl(), server.deps.config.issuer).searchParams);

const also: Readonly<Record<string, string>> = {
  prompt: 'none',
  max_age: '300',
  acr_values: 'mfa',
  claims: '{"id_token":{"acr":{"essential":true,"values":["mfa"]}}}',
  response_mode: 'form_post',
  id_token_hint: 'a.b.c',
  login_hint: 'robin',
  ui_locales: 'de',
  interaction: 'int_AAAAAAAAAAAAAAAAAAAAAAAA',
};

const mostly = (valid: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(valid) }, { weight: 1, arbitrary: nearly(fc.constant(valid)) });

const request = fc
  .tuple(
    nearlyRecord(Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, mostly(value)]))),
    fc.subarray(Object.keys(also), { maxLength: 2 }),
    fc.record(Object.fromEntries(Object.entries(also).map(([name, value]) => [name, mostly(value)]))),
  )
  .map(([base, names, more]) => {
    const all: Readonly<Record<string, unknown>> = {
      ...base,
      ...Object.fromEntries(names.map((name) => [name, more[name]])),
    };
    const texts = Object.entries(all).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    );
    return Object.fromEntries(texts);
  });

it('ends at a page of ours, at the registered address, or in a refusal', async () => {
  let [codes, pages] = [0, 0];
  await fuzzAsync(
    fc.asyncProperty(request, fc.boolean(), fc.boolean(), async (sent, isSignedIn, isPost) => {
      const init = isPost ? formPost(sent) : {};
      const path = isPost ? '/authorize' : `/authorize?${new URLSearchParams(sent)}`;
      const response = isSignedIn ? await browser.send(path, init) : await server.send(path, init);
      const location = response.headers.get('location');
      if (location === null) {
        assert.ok(response.status === 400 || response.status === 200, String(response.status));
        assert.match(await response.text(), /^<!doctype html>/);
        return;
      }
      assert.equal(response.status, 303);
      if (location.startsWith('/')) {
        pages += 1;
        assert.match(
          location,
          /^\/(authorize|login|challenge|enrol|consent|select-account)\?interaction=int_[\w-]{24}$/,
        );
        return;
      }
      const answer = new URL(location);
      assert.equal(answer.origin + answer.pathname, CALLBACK);
      const { searchParams } = answer.hash === '' ? answer : new URL(`?${answer.hash.slice(1)}`, CALLBACK);
      assert.deepEqual(
        [searchParams.getAll('iss'), searchParams.getAll('error').includes('server_error')],
        [[server.deps.config.issuer], false],
      );
      codes += searchParams.has('code') ? 1 : 0;
    }),
    5_000,
  );
  enough(codes, 50, 'ended in a code');
  enough(pages, 50, 'led to a page');
});
