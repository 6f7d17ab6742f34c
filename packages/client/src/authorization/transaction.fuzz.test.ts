import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { parseTransaction } from './transaction.ts';

const transaction = nearlyRecord({
  kind: fc.constantFrom('login', 'step-up'),
  state: fc.constant('s'),
  nonce: fc.constant('n'),
  codeVerifier: fc.constant('v'),
  scope: fc.constant(['openid']),
  acrValues: fc.constantFrom(['mfa'], undefined),
  maxAgeSeconds: fc.constantFrom(0, 300, undefined),
  requestedAt: fc.nat(),
  subject: fc.constantFrom('robin', undefined),
  appState: anyJson,
});

it('what was kept of a request is read as it was kept; a limit that is no limit is not passed over', () => {
  let read = 0;
  fuzz(
    fc.property(nearly(transaction.map((value) => JSON.stringify(value))), (text) => {
      const found = parseTransaction(text);
      if (!found) return;
      read += 1;
      const sent: unknown = JSON.parse(text);
      assert.ok(typeof sent === 'object' && sent !== null);
      for (const name of ['acrValues', 'maxAgeSeconds', 'subject'] as const) {
        assert.deepEqual(found[name], Object.entries(sent).find(([given]) => given === name)?.[1]);
      }
      assert.deepEqual(parseTransaction(JSON.stringify(found)), JSON.parse(JSON.stringify(found)));
    }),
  );
  enough(read, 500, 'were read');
});
