import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exampleClient } from './client.example.ts';
import { redirectOrigin, trustRedirect } from './redirect-uri.ts';

const trusted = (registered: readonly string[], requested: string | undefined, isOpenid = true) =>
  trustRedirect({ ...exampleClient, redirectUris: registered }, requested, isOpenid);

const isTrusted = (registered: string, requested: string): boolean => trusted([registered], requested).ok;

const SITE = 'https://app.example/callback';

describe('an ordinary redirect URI is compared as a string, whole and exactly', () => {
  it('the registered one, and any of several', () => {
    assert.deepEqual(trusted([SITE], SITE), { ok: true, value: { uri: SITE, sent: true } });
    assert.ok(trusted(['https://other.example/', SITE], SITE).ok);
    assert.ok(isTrusted('com.example.app:/callback', 'com.example.app:/callback'));
    assert.ok(isTrusted('https://app.example/callback?tenant=1', 'https://app.example/callback?tenant=1'));
  });

  const refused: readonly string[] = [
    'https://app.example/callback/',
    'https://app.example/callback?',
    'https://app.example/callback?next=1',
    'https://app.example/callback#',
    'https://app.example/callback#fragment',
    'https://app.example/Callback',
    'https://APP.example/callback',
    'HTTPS://app.example/callback',
    'http://app.example/callback',
    'https://app.example:443/callback',
    'https://app.example:8443/callback',
    'https://app.example./callback',
    'https://app.example/callback/../callback',
    'https://app.example/./callback',
    'https://app.example//callback',
    'https://app.example/%63allback',
    'https://app.example/callback%2f',
    'https://app.example\\callback',
    'https://app.example/callback ',
    ' https://app.example/callback',
    'https://app.example/callback\n',
    'https://app.example/callback\0',
    'https://app.example@evil.example/callback',
    'https://evil.example/https://app.example/callback',
    'https://app.example.evil.example/callback',
    'https://user@app.example/callback',
    'https://аpp.example/callback',
    '//app.example/callback',
    '/callback',
    'javascript:alert(1)',
    '*',
    'undefined',
  ];
  for (const requested of refused) {
    it(`not ${JSON.stringify(requested)}`, () => assert.equal(isTrusted(SITE, requested), false));
  }

  it('a pattern is not a pattern', () => {
    assert.equal(isTrusted('https://*.example/callback', SITE), false);
    assert.equal(isTrusted('https://app.example/.*', SITE), false);
    assert.equal(isTrusted('https://app.example/*', SITE), false);
  });
});

describe('a loopback redirect URI may name any port (RFC 8252, section 7.3)', () => {
  const loopback: readonly (readonly [registered: string, requested: string])[] = [
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65535/cb'],
    ['http://127.0.0.1:8080/cb', 'http://127.0.0.1:51004/cb'],
    ['http://127.0.0.1:8080/cb', 'http://127.0.0.1/cb'],
    ['http://[::1]/cb', 'http://[::1]:51004/cb'],
    ['http://127.0.0.1', 'http://127.0.0.1:51004/'],
    ['http://127.0.0.1/', 'http://127.0.0.1:51004'],
    ['http://127.0.0.1/cb?a=1', 'http://127.0.0.1:51004/cb?a=1'],
  ];
  for (const [registered, requested] of loopback) {
    it(`${requested} for ${registered}`, () => assert.equal(isTrusted(registered, requested), true));
  }

  const refused: readonly string[] = [
    'http://127.0.0.1:80@evil.example/cb',
    'http://127.0.0.1@evil.example/cb',
    'http://127.0.0.1:80:80@evil.example/cb',
    'http://user:pass@127.0.0.1/cb',
    'http://127.0.0.1.evil.example/cb',
    'http://127.0.0.1.:80/cb',
    'http://127.0.0.1:80.evil.example/cb',
    'http://127.0.0.1:80\\@evil.example/cb',
    'http://127.0.0.1:80?@evil.example/cb',
    'http://127.0.0.1:80#@evil.example/cb',
    'http://127.0.0.1:/cb',
    'http://127.0.0.1:65536/cb',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:123456/cb',
    'http://127.0.0.1:-1/cb',
    'http://127.0.0.1:8e1/cb',
    'http://127.0.0.1:٨٠/cb',
    'http://127.0.0.1:80/cb/',
    'http://127.0.0.1:80/cb/../cb',
    'http://127.0.0.1:80//cb',
    'http://127.0.0.1:80/CB',
    'http://127.0.0.1:80/%63b',
    'http://127.0.0.1:80/cb#f',
    'http://127.0.0.1:80/cb\n',
    'http://127.0.0.1:80/',
    'http://127.0.0.1',
    'https://127.0.0.1:80/cb',
    'http://localhost:80/cb',
    'http://127.0.0.2:80/cb',
    'http://127.1:80/cb',
    'http://2130706433:80/cb',
    'http://0x7f.0.0.1:80/cb',
    'http://[::1]:80/cb',
    'http://[::ffff:127.0.0.1]:80/cb',
    'http://0.0.0.0:80/cb',
    'HTTP://127.0.0.1:80/cb',
    'http:/127.0.0.1:80/cb',
    'http:127.0.0.1:80/cb',
  ];
  for (const requested of refused) {
    it(`not ${JSON.stringify(requested)}`, () => assert.equal(isTrusted('http://127.0.0.1/cb', requested), false));
  }

  it('localhost, which is a name and may mean anything, has no such freedom', () => {
    assert.equal(isTrusted('http://localhost/cb', 'http://localhost:3000/cb'), false);
    assert.equal(isTrusted('http://localhost:3000/cb', 'http://localhost:3000/cb'), true);
  });
  it('nor has https, nor any other registered address for the sake of a loopback request', () => {
    assert.equal(isTrusted('https://127.0.0.1/cb', 'https://127.0.0.1:51004/cb'), false);
    assert.equal(isTrusted(SITE, 'http://127.0.0.1:51004/callback'), false);
  });
});

describe('no redirect URI in the request', () => {
  it('the only registered one is used, but not for an OpenID request', () => {
    assert.deepEqual(trusted([SITE], undefined, false), { ok: true, value: { uri: SITE, sent: false } });
    assert.deepEqual(trusted([SITE], undefined, true), { ok: false, error: 'redirect_uri_missing' });
  });
  it('none or several registered: refused', () => {
    for (const registered of [[], [SITE, 'https://other.example/']]) {
      assert.deepEqual(trusted(registered, undefined, false), { ok: false, error: 'redirect_uri_missing' });
    }
    assert.deepEqual(trusted([], SITE), { ok: false, error: 'redirect_uri_unregistered' });
  });
});

describe('whatever is trusted, a browser goes where the client registered', () => {
  const pieces =
    'http:// https:// 127.0.0.1 [::1] app.example evil.example : 80 / /cb @ \\ ? # . .. %2f ; // user \u0668 \u3002 \u24d4';
  const piece = fc.constantFrom(...pieces.split(' '), ' ', '\n', '\t');
  const registered = ['http://127.0.0.1/cb', 'http://[::1]:8080/cb?x', SITE, 'http://127.0.0.1'];

  it('by the parser that browsers use', () => {
    const guess = fc.oneof(
      fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
      // Strings one edit away from a registered one.
      fc
        .tuple(fc.constantFrom(...registered), fc.nat(30), fc.nat(3), fc.oneof(piece, fc.string({ maxLength: 2 })))
        .map(([uri, at, cut, text]) => uri.slice(0, at) + text + uri.slice(at + cut)),
    );
    let seen = 0;
    fc.assert(
      fc.property(guess, (requested) => {
        if (!trusted(registered, requested).ok) return;
        seen += 1;
        const url = new URL(requested);
        const same = registered
          .map((uri) => new URL(uri))
          .find((one) => {
            const port = one.protocol === 'http:' ? url.port : one.port;
            return (
              one.hostname === url.hostname &&
              port === url.port &&
              one.pathname + one.search === url.pathname + url.search
            );
          });
        assert.ok(same);
        assert.deepEqual([url.protocol, url.username, url.password, url.hash], [same.protocol, '', '', '']);
      }),
      { numRuns: 20_000 },
    );
    assert.ok(seen > 100, `only ${seen} were trusted`);
  });
});

describe('the origin of a redirect', () => {
  it('is scheme, host and port, for http and https alone', () => {
    const originOf = (uri: string): string | undefined => {
      const redirect = trusted([uri], uri);
      return redirect.ok ? redirectOrigin(redirect.value) : assert.fail('not trusted');
    };
    assert.equal(originOf('https://app.example/callback?x#y'), 'https://app.example');
    assert.equal(originOf('https://App.example:8443'), 'https://app.example:8443');
    assert.equal(originOf('http://127.0.0.1:80/cb'), 'http://127.0.0.1:80');
    assert.equal(originOf('com.example.app:/callback'), undefined);
    assert.equal(originOf('javascript:https://app.example'), undefined);
    assert.equal(originOf('https:///callback'), undefined);
  });
});
