import assert from 'node:assert/strict';
import { it } from 'node:test';
import { browserName, networkAround } from './place.ts';

it('a network is named without the part that tells one household from the next', () => {
  assert.equal(networkAround('192.0.2.17'), '192.0.2.*');
  assert.equal(networkAround('::ffff:192.0.2.17'), '192.0.2.*');
  assert.equal(networkAround('2001:db8:1:2:3:4:5:6'), '2001:db8:1:*');
  assert.equal(networkAround('::1'), '0:0:0:*');
  assert.equal(networkAround('fe80::1%eth0'), 'fe80:0:0:*');
  assert.equal(networkAround('unknown'), '');
});

it('a browser is called by words of ours, whatever it calls itself', () => {
  const names: readonly (readonly [string, string])[] = [
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36',
      'Chrome, Windows',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36 Edg/139.0',
      'Edge, Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari, iOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Mobile Safari/537.36',
      'Chrome, Android',
    ],
    ['curl/8.0 <b>your bank</b>', ''],
    ['', ''],
  ];
  for (const [userAgent, name] of names) assert.equal(browserName(userAgent), name);
});
