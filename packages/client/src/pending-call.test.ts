import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bodyOf, parsePendingCall, pendingCallOf } from './pending-call.ts';

const stepUp = { acrValues: ['mfa'], maxAgeSeconds: 300, scope: ['transfer:funds'] };
const url = 'https://api.example/transfers?to=bob';

describe('a pending call', () => {
  it('T18: keeps every byte of the body over JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const body = Uint8Array.from(bytes);
        const call = await pendingCallOf(new Request(url, { method: 'POST', body }), stepUp);
        const again = parsePendingCall(JSON.parse(JSON.stringify(call)));
        assert.deepEqual(again, call);
        assert.deepEqual(again && bodyOf(again), body);
      }),
    );
  });

  it('has no body for a GET, and the step-up as it was', async () => {
    const call = await pendingCallOf(new Request(url), stepUp);
    assert.equal(call.body, undefined);
    assert.deepEqual(call.stepUp, stepUp);
    assert.deepEqual(parsePendingCall(JSON.parse(JSON.stringify(call))), call);
  });

  it('keeps no credentials', async () => {
    const headers = { authorization: 'Bearer secret', dpop: 'secret', 'x-note': 'rent' };
    const call = await pendingCallOf(new Request(url, { headers }), stepUp);
    assert.deepEqual(call.headers, [['x-note', 'rent']]);
  });

  it('has a name of its own each time', async () => {
    const [first, second] = [
      await pendingCallOf(new Request(url), stepUp),
      await pendingCallOf(new Request(url), stepUp),
    ];
    assert.notEqual(first.id, second.id);
  });

  it('is read with suspicion', async () => {
    const call = await pendingCallOf(new Request(url, { method: 'POST', body: 'x' }), stepUp);
    const wrong: readonly unknown[] = [
      undefined,
      null,
      'call',
      [],
      { ...call, id: 1 },
      { ...call, method: undefined },
      { ...call, url: 7 },
      { ...call, body: 7 },
      { ...call, body: 'a+b/' },
      { ...call, headers: [['only']] },
      { ...call, headers: 'x' },
      { ...call, credentials: 'all' },
      { ...call, stepUp: undefined },
      { ...call, stepUp: { acrValues: 'mfa' } },
      { ...call, stepUp: { maxAgeSeconds: -1 } },
      { ...call, stepUp: { scope: [1] } },
    ];
    for (const value of wrong) assert.equal(parsePendingCall(value), undefined, JSON.stringify(value));
  });
});
