import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { resolveConfig } from '../config/config.ts';
import { testConfig } from '../testing/test-config.ts';
import { corsHeaders, preflight } from './cors.ts';

const config = resolveConfig(testConfig);
const REGISTERED = 'https://bank.fabrikam.example';

it('an answer is opened to the registered origin, byte for byte, and to no other', () => {
  const origin = nearly(fc.constantFrom(REGISTERED, 'null', 'https://evil.example')).filter((text) =>
    /^[\t -~\x80-\xff]*$/.test(text),
  );
  fuzz(
    fc.property(origin, (sent) => {
      const request = new Request('https://login.example/', { headers: { origin: sent } });
      const received = request.headers.get('origin');
      const allowed = corsHeaders(request, config, 'applications')['access-control-allow-origin'];
      assert.equal(allowed, received === REGISTERED ? REGISTERED : undefined);
      for (const who of ['applications', 'anyone'] as const) {
        const { headers } = preflight(request, config, who, 'POST');
        assert.equal(headers.has('access-control-allow-credentials'), false);
        assert.ok([null, '*', REGISTERED].includes(headers.get('access-control-allow-origin')));
      }
    }),
  );
});
