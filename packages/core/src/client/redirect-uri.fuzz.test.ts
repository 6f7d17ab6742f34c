import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { exampleClient } from './client.example.ts';
import { redirectOrigin, trustRedirect } from './redirect-uri.ts';

const REGISTERED = [
  'https://app.example/callback',
  'https://app.example:8443/callback?tenant=a',
  'https://APP.example',
  'http://127.0.0.1/callback',
  'http://[::1]:1/callback?x=y',
  'http://localhost/callback',
  'com.example.app:/callback',
] as const;

const client = { ...exampleClient, redirectUris: REGISTERED };

const requested = nearly(
  fc.oneof(
    fc.constantFrom(...REGISTERED),
    fc.nat(70_000).map((port) => `http://127.0.0.1:${port}/callback`),
    fc.nat(70_000).map((port) => `http://[::1]:${port}/callback?x=y`),
    fc.constantFrom('http://127.0.0.1:80@evil.example/callback', 'http://127.0.0.1.evil.example/callback'),
  ),
);

it('a redirect URI is trusted only if a browser would go to a registered place', () => {
  let loopback = 0;
  fuzz(
    fc.property(requested, fc.boolean(), (uri, isOpenid) => {
      const trusted = trustRedirect(client, uri, isOpenid);
      if (!trusted.ok) return;
      assert.deepEqual([trusted.value.uri, trusted.value.sent], [uri, true]);
      if (REGISTERED.some((registered) => registered === uri)) return;
      loopback += 1;
      const there = new URL(uri);
      assert.deepEqual([there.protocol, there.username, there.password, there.hash], ['http:', '', '', '']);
      const places = ['127.0.0.1/callback', '[::1]/callback?x=y'];
      assert.ok(places.includes(there.hostname + there.pathname + there.search), uri);
    }),
  );
  enough(loopback, 100, 'were of the loopback');
});

it('the origin of a trusted redirect is the one that a browser would name', () => {
  fuzz(
    fc.property(
      requested.filter((uri) => /^[\x21-\x7e]*$/.test(uri)),
      (uri) => {
        const trusted = trustRedirect({ ...client, redirectUris: [uri] }, uri, true);
        assert.ok(trusted.ok);
        const origin = redirectOrigin(trusted.value);
        if (origin === undefined || !URL.canParse(uri) || !URL.canParse(origin)) return;
        assert.equal(new URL(origin).origin, new URL(uri).origin);
      },
    ),
  );
});
