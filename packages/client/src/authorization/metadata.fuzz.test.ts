import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { StepUpError } from '../error.ts';
import { createDiscovery } from './metadata.ts';

const issuer = 'https://login.example/';

it('of whatever a server publishes only its own addresses are taken, and only confidential ones', async () => {
  const address = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('https://login.example/x', 'http://localhost:1/x') },
    {
      weight: 1,
      arbitrary: nearly(fc.constantFrom('https://login.example/x', 'http://login.example/x', 'javascript:alert(1)')),
    },
  );
  const document = nearlyRecord({
    issuer: fc.constant(issuer),
    authorization_endpoint: address,
    token_endpoint: address,
    end_session_endpoint: address,
    revocation_endpoint: address,
    authorization_response_iss_parameter_supported: fc.constant(true),
    acr_values_supported: fc.constant(['mfa']),
  });
  let taken = 0;
  await fuzzAsync(
    fc.asyncProperty(
      nearly(document.map((value) => JSON.stringify(value))),
      fc.constantFrom(200, 200, 200, 500),
      async (body, status) => {
        try {
          const metadata = await createDiscovery(issuer, () => Promise.resolve(new Response(body, { status })))();
          taken += 1;
          const { authorizationEndpoint, tokenEndpoint, endSessionEndpoint, revocationEndpoint } = metadata;
          for (const endpoint of [authorizationEndpoint, tokenEndpoint, endSessionEndpoint, revocationEndpoint]) {
            if (endpoint === undefined) continue;
            const { protocol, hostname } = new URL(endpoint);
            assert.ok(
              protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)),
              endpoint,
            );
          }
          assert.equal(typeof metadata.issIsPromised, 'boolean');
          assert.ok((metadata.acrValuesSupported ?? []).every((value) => typeof value === 'string'));
        } catch (error) {
          assert.ok(error instanceof StepUpError && error.code === 'server_unusable', String(error));
        }
      },
    ),
  );
  enough(taken, 300, 'were taken');
});
