/** Wrong proxy settings are told once each, with what to do; right ones, and strangers' inventions, do not fill the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchProxies } from './proxy-watch.ts';

const ISSUER = 'https://login.fabrikam.example/';

/** Which disagreements are told of these requests, in order. */
const told = (
  trustedProxies: number,
  requests: readonly (Readonly<Record<string, string>> & { readonly url?: string })[],
  issuer = ISSUER,
): readonly unknown[] => {
  const lines: unknown[] = [];
  const log = { warn: (facts: object) => void lines.push('disagreement' in facts && facts.disagreement) };
  const watch = watchProxies({ issuer, trustedProxies, secure: issuer.startsWith('https:') }, log);
  for (const { url = '/authorize', ...headers } of requests) {
    watch({ url, headers: { host: new URL(issuer).host, ...headers } });
  }
  return lines;
};

const cases: readonly (readonly [
  name: string,
  trustedProxies: number,
  headers: Readonly<Record<string, string>>,
  expected: readonly string[],
])[] = [
  ['one proxy, as configured', 1, { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' }, []],
  ['no proxy, as configured', 0, {}, []],
  ['a proxy that nobody configured', 0, { 'x-forwarded-for': '203.0.113.9' }, ['not-trusted']],
  ['a proxy that was configured and is not there', 1, {}, ['too-few']],
  ['two proxies were configured and there is one', 2, { 'x-forwarded-for': '203.0.113.9' }, ['too-few']],
  ['one proxy was configured and there are two', 1, { 'x-forwarded-for': '203.0.113.9, 10.0.0.7' }, ['too-many']],
  ['the same in the sixth version', 1, { 'x-forwarded-for': '2001:db8::1, fd00::7' }, ['too-many']],
  [
    'a stranger who writes an address before the one of the proxy',
    1,
    { 'x-forwarded-for': '10.0.0.1, 203.0.113.9' },
    [],
  ],
  ['a person in an inner network', 1, { 'x-forwarded-for': '192.168.1.9' }, []],
  ['plain http on the outside', 1, { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http' }, ['plain-http']],
  ['another host', 0, { host: '10.0.0.5:9000' }, ['other-host']],
  ['the host in capitals', 0, { host: 'LOGIN.fabrikam.example' }, []],
];

for (const [name, trustedProxies, headers, expected] of cases) {
  test(`${name}: ${expected.length === 0 ? 'nothing to tell' : expected.join(', ')}`, () => {
    assert.deepEqual(told(trustedProxies, [headers]), expected);
  });
}

test('each disagreement is told once, however many requests show it', () => {
  const request = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http', host: 'evil.example' };
  const again = { ...request, host: 'more-evil.example' };
  assert.deepEqual(told(0, [request, again, request, again]), ['not-trusted', 'plain-http', 'other-host']);
});

test('those who ask whether the server lives come without a proxy and by another name', () => {
  assert.deepEqual(
    told(1, [
      { url: '/healthz', host: '10.0.0.5' },
      { url: '/readyz?x', host: '10.0.0.5' },
    ]),
    [],
  );
  assert.deepEqual(told(1, [{ url: '/healthzx', host: '10.0.0.5' }]), ['too-few', 'other-host']);
});

test('a server that speaks plain http on this machine is not told that it does', () => {
  assert.deepEqual(
    told(1, [{ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' }], 'http://localhost:9000/'),
    [],
  );
});

test('nothing of what a stranger sent is in the log', () => {
  const lines: string[] = [];
  const log = { warn: (facts: object, words: string) => void lines.push(JSON.stringify(facts) + words) };
  const watch = watchProxies({ issuer: ISSUER, trustedProxies: 0, secure: true }, log);
  watch({
    url: '/x',
    headers: { host: 'stranger.example', 'x-forwarded-for': '<script>', 'x-forwarded-proto': 'http' },
  });
  assert.equal(lines.length, 3);
  assert.doesNotMatch(lines.join(), /stranger|script/);
});
