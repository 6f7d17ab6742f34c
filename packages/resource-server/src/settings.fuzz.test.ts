import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import { settingsFrom } from './settings.ts';

const mostly = (...valid: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...valid) },
    { weight: 1, arbitrary: nearly(fc.constantFrom(...valid)) },
  );

const SOUND = ['https://login.example/', 'http://localhost:9000/'] as const;
const UNSOUND = ['http://login.example/', 'https://login.example/?a=b', 'http://127.0.0.1.evil.example/'] as const;
const address = mostly(...SOUND, ...SOUND, ...UNSOUND);

it('options are sound, or refused when the server is made', () => {
  const options = fc.record(
    {
      issuer: address,
      audience: nearly(fc.constant('https://api.example/')),
      algorithms: fc.array(mostly('RS256', 'ES256', 'EdDSA', 'none', 'HS256'), { maxLength: 2 }),
      jwksUri: address,
      resourceMetadataUrl: address,
      clockToleranceSeconds: fc.oneof(fc.integer({ min: -1, max: 70 }), fc.double()),
    },
    { requiredKeys: ['issuer', 'audience'], noNullPrototype: true },
  );
  let sound = 0;
  fuzz(
    fc.property(options, (given) => {
      try {
        const { issuerUrl, algorithms, clockToleranceSeconds, jwksUri } = settingsFrom(given);
        sound += 1;
        for (const url of [issuerUrl, ...(jwksUri ? [jwksUri] : [])]) {
          const isHere = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
          assert.ok(url.protocol === 'https:' || (url.protocol === 'http:' && isHere), url.href);
        }
        assert.ok(algorithms.length > 0 && algorithms.every((name) => /^([RPE]S|Ed)/.test(name)));
        assert.ok(clockToleranceSeconds >= 0 && clockToleranceSeconds <= 60);
      } catch (error) {
        assert.ok(error instanceof TypeError, String(error));
      }
    }),
  );
  enough(sound, 100, 'were sound');
});
