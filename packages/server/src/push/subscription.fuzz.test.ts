import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { parseKeptSubscription, parseSubscription } from './subscription.ts';

const SERVICES = ['updates.push.services.mozilla.com', '*.notify.windows.com', 'http://127.0.0.1:8080'];

const endpoints = fc.oneof(
  nearly(
    fc.constantFrom(
      'https://updates.push.services.mozilla.com/wpush/v2/x',
      'https://wns2-par02p.notify.windows.com/w/?token=x',
      'http://127.0.0.1:8080/x',
    ),
  ),
  fc.constantFrom(
    'http://updates.push.services.mozilla.com/x',
    'https://updates.push.services.mozilla.com:8443/x',
    'https://updates.push.services.mozilla.com@169.254.169.254/x',
    'https://updates.push.services.mozilla.com.evil.example/x',
    'https://evilnotify.windows.com/x',
    'https://notify.windows.com/x',
    'http://127.0.0.1/x',
    'http://127.0.0.1:8081/x',
    'http://localhost:8080/x',
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
  ),
);

const called =
  /^(?:https:\/\/updates\.push\.services\.mozilla\.com|https:\/\/[^/@:]+\.notify\.windows\.com|http:\/\/127\.0\.0\.1:8080)$/;

it('no address is called but those of the push services that are named', () => {
  const keys = nearlyRecord({
    p256dh: nearly(fc.constant(`B${'a'.repeat(86)}`)),
    auth: nearly(fc.constant('b'.repeat(22))),
  });
  fuzz(
    fc.property(nearlyRecord({ endpoint: endpoints, keys }), (value) => {
      const parsed = parseSubscription(value, SERVICES);
      if (!parsed) return;
      assert.match(new URL(parsed.endpoint).origin, called);
      assert.equal(new URL(parsed.endpoint).username, '');
      assert.deepEqual(parseKeptSubscription({ ...parsed }), parsed);
      assert.equal(parseSubscription(value, []), undefined);
    }),
    3_000,
  );
});
