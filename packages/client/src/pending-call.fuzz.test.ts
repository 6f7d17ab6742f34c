import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../tools/fuzz/fuzz.ts';
import { anyJson, nearlyRecord } from '../../../tools/fuzz/hostile-text.ts';
import { bodyOf, parsePendingCall } from './pending-call.ts';

const stepUp = nearlyRecord({
  acrValues: fc.constant(['mfa']),
  maxAgeSeconds: fc.nat(),
  scope: fc.constant(['transfer:funds']),
});
const call = nearlyRecord({
  id: fc.constant('id'),
  method: fc.constant('POST'),
  url: fc.constant('https://api.example/transfers'),
  headers: fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 2 }),
  body: fc.oneof(fc.constant('e30'), fc.base64String()),
  credentials: fc.constantFrom('omit', 'same-origin', 'include', 'all'),
  stepUp,
});

it('a call that was kept is read with every part in its type, or not at all', () => {
  let read = 0;
  fuzz(
    fc.property(fc.oneof({ weight: 9, arbitrary: call }, { weight: 1, arbitrary: anyJson }), (value) => {
      const found = parsePendingCall(value);
      if (!found) return;
      read += 1;
      for (const text of [found.id, found.method, found.url, ...found.headers.flat()])
        assert.equal(typeof text, 'string');
      assert.ok(found.body === undefined || bodyOf(found) instanceof Uint8Array);
      assert.ok(['omit', 'same-origin', 'include'].includes(found.credentials));
      assert.deepEqual(parsePendingCall(JSON.parse(JSON.stringify(found))), JSON.parse(JSON.stringify(found)));
    }),
  );
  enough(read, 500, 'were read');
});
