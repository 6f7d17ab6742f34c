import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz, fuzzAsync } from '../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../tools/fuzz/hostile-text.ts';
import { IssuerUnavailable, metadataOf, metadataUrls } from './issuer.ts';
import { settingsFrom } from './settings.ts';

const issuer = 'https://login.example/';

it('of whatever an issuer publishes only addresses are taken that secrets may be sent to', async () => {
  const address = nearly(
    fc.constantFrom('https://login.example/jwks', 'http://login.example/jwks', 'http://localhost/jwks'),
  );
  const metadata = nearlyRecord({
    issuer: fc.constant(issuer),
    jwks_uri: address,
    token_consumption_endpoint: address,
  });
  let taken = 0;
  await fuzzAsync(
    fc.asyncProperty(
      metadata,
      nearly(fc.constant('{}')),
      fc.constantFrom(200, 200, 200, 404),
      async (document, text, status) => {
        const body = text === '{}' ? JSON.stringify(document) : text;
        const settings = settingsFrom({
          issuer,
          audience: 'a',
          fetch: () => Promise.resolve(new Response(body, { status })),
        });
        try {
          const { jwksUri, tokenConsumptionEndpoint } = await metadataOf(settings).ask();
          taken += 1;
          for (const url of [jwksUri, tokenConsumptionEndpoint]) {
            assert.ok(
              url === undefined ||
                url.protocol === 'https:' ||
                url.hostname === 'localhost' ||
                /^127\.|^\[::1\]$|\.localhost$/.test(url.hostname),
              url?.href,
            );
          }
        } catch (error) {
          assert.ok(error instanceof IssuerUnavailable, String(error));
        }
      },
    ),
  );
  enough(taken, 50, 'were taken');
});

it('metadata is looked for at the issuer alone', () => {
  fuzz(
    fc.property(fc.webUrl(), (url) => {
      const places = metadataUrls(new URL(url));
      assert.equal(places.length, 2);
      for (const place of places) assert.equal(place.origin, new URL(url).origin);
    }),
    3_000,
  );
});
