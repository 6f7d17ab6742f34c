/** Calling a device: what its push service and the device itself are told, and who else is never called. */
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { parseJws } from '../keys/jws.ts';
import { createSqliteStore } from '../store/store.ts';
import { startPushService } from '../testing/push-service.ts';
import { callDevice } from './call-device.ts';
import { vapidKeys } from './vapid.ts';

const newKeys = async () => {
  const store = createSqliteStore({ path: ':memory:' });
  const keys = await vapidKeys(store.keys);
  await store.close();
  return keys;
};

const contact = 'mailto:ops@fabrikam.example';

describe('calling a device', () => {
  it('the device reads that there is a question, and nothing else', async (t) => {
    const service = await startPushService(t);
    const call = { subscription: service.subscription, ttlSeconds: 90, keys: await newKeys(), contact };
    assert.equal(await callDevice(call), 'sent');
    const { headers, body } = await service.next();
    assert.equal(service.decrypt(body), '{"kind":"question"}');
    const { ttl, urgency, topic } = headers;
    assert.deepEqual([ttl, urgency, topic, headers['content-encoding']], ['90', 'high', 'question', 'aes128gcm']);
    assert.ok(!body.includes('question'));
  });

  it('the push service reads who calls: a key, a contact, for it alone and not for long (RFC 8292)', async (t) => {
    const service = await startPushService(t);
    const keys = await newKeys();
    await callDevice({ subscription: service.subscription, ttlSeconds: 90, keys, contact });
    const { headers } = await service.next();
    const [, token = '', k = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    const jws = parseJws(token);
    assert.ok(jws);
    assert.deepEqual([jws.claims.aud, jws.claims.sub, k], [service.origin, contact, keys.publicKey]);
    assert.ok(Number(jws.claims.exp) < Date.now() / 1000 + 86_400);
    const point = Buffer.from(keys.publicKey, 'base64url');
    const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
    const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    assert.ok(verify('sha256', Buffer.from(jws.input), { key, dsaEncoding: 'ieee-p1363' }, jws.signature));
  });

  it('a subscription that is gone is told from a service that fails', async (t) => {
    const service = await startPushService(t);
    const call = { subscription: service.subscription, ttlSeconds: 90, keys: await newKeys(), contact };
    const outcomes: string[] = [];
    for (const status of [404, 410, 429, 500, 200]) {
      service.answers(status);
      outcomes.push(await callDevice(call));
    }
    assert.deepEqual(outcomes, ['gone', 'gone', 'failed', 'failed', 'sent']);
  });

  it('a service that sends us elsewhere is not followed', async (t) => {
    let asked = 0;
    const inner = createServer((_request, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
    t.after(() => inner.close());
    const { port } = inner.address() as AddressInfo;
    const service = await startPushService(t);
    service.answers(307, { location: `http://127.0.0.1:${port}/admin` });
    const call = { subscription: service.subscription, ttlSeconds: 90, keys: await newKeys(), contact };
    assert.equal(await callDevice(call), 'failed');
    assert.equal(asked, 0);
  });

  it('nobody there, or keys that are none: it failed, and threw nothing', async (t) => {
    const { subscription } = await startPushService(t);
    const keys = await newKeys();
    const nobody = { ...subscription, endpoint: 'http://127.0.0.1:9/x' };
    const noPoint = { ...subscription, p256dh: `B${'A'.repeat(86)}` };
    for (const one of [nobody, noPoint]) {
      assert.equal(await callDevice({ subscription: one, ttlSeconds: 90, keys, contact }), 'failed');
    }
  });
});

it('every process on one store has the same keys', async (t) => {
  const store = createSqliteStore({ path: ':memory:' });
  t.after(() => store.close());
  const [one, other] = await Promise.all([vapidKeys(store.keys), vapidKeys(store.keys)]);
  assert.deepEqual(one, other);
  assert.deepEqual(await vapidKeys(store.keys), one);
});
