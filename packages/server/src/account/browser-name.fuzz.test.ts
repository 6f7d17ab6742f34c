import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { browserName, coarseAddress } from './browser-name.ts';

const known: readonly (readonly [userAgent: string, name: string, system: string])[] = [
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    'Chrome',
    'Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0',
    'Edge',
    'Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
    'Safari',
    'macOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1',
    'Chrome',
    'iPhone',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0', 'Firefox', 'Linux'],
  [
    'Mozilla/5.0 (Linux; Android 14; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36',
    'Chrome',
    'Android',
  ],
];

it('browsers are called what people call them', () => {
  for (const [userAgent, name, system] of known) assert.deepEqual(browserName(userAgent), { name, system });
  for (const userAgent of ['', 'curl/8.5.0', 'Chrome', '<script>Chrome/1</script>']) {
    assert.equal(browserName(userAgent), undefined);
  }
});

it('whatever a browser calls itself, only words of ours come of it', () => {
  const ours = /^(?:Edge|Opera|Vivaldi|Samsung Internet|Firefox|Chrome|Safari) on [A-Za-z]+$/;
  fuzz(
    fc.property(fc.oneof(nearly(fc.constantFrom(...known.map(([userAgent]) => userAgent))), garbage), (text) => {
      const found = browserName(text);
      if (found) assert.match(`${found.name} on ${found.system}`, ours);
    }),
  );
});

it('of an address only its network is told, and of what is none nothing', () => {
  assert.equal(coarseAddress('192.0.2.10'), '192.0.2.…');
  assert.equal(coarseAddress('::ffff:192.0.2.10'), '192.0.2.…');
  assert.equal(coarseAddress('2001:db8:1234:5678::1'), '2001:db8:…');
  assert.equal(coarseAddress('unknown'), undefined);
  fuzz(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), garbage), (address) => {
      const coarse = coarseAddress(address);
      if (coarse !== undefined) assert.match(coarse, /^(?:\d+\.\d+\.\d+\.|[0-9a-f]+:[0-9a-f]+:)…$/i);
    }),
  );
});
