import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { watchProxies } from './proxy-watch.ts';

it('headers of proxies are looked at, whatever they say, and each disagreement is told once', () => {
  const addresses = nearly(
    fc
      .array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('fe80::1%eth0', '::ffff:10.0.0.1')), { maxLength: 4 })
      .map((all) => all.join(', ')),
  );
  const request = fc.record(
    {
      'x-forwarded-for': addresses,
      'x-forwarded-proto': nearly(fc.constantFrom('http', 'https')),
      host: nearly(fc.constant('login.example')),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  fuzz(
    fc.property(
      fc.array(request, { maxLength: 6 }),
      fc.nat(3),
      nearly(fc.constant('/authorize')),
      (requests, trustedProxies, url) => {
        const told: string[] = [];
        const watch = watchProxies(
          { issuer: 'https://login.example/', trustedProxies, secure: true },
          {
            warn: (_facts, words) => void told.push(words),
          },
        );
        for (const headers of requests) watch({ url, headers });
        assert.equal(new Set(told).size, told.length);
      },
    ),
  );
});
