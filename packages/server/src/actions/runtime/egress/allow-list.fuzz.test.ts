import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../../../tools/fuzz/hostile-text.ts';
import { parseAllowList } from './allow-list.ts';

const allows = (entries: readonly string[], address: string): boolean => parseAllowList(entries)(new URL(address));

describe('hosts that are allowed', () => {
  it('are those that were named, by https and at its port', () => {
    const entries = [
      'api.example.com',
      '*.partner.example',
      'http://metrics.internal:9090',
      'https://[2606:4700::1111]:8443',
    ];
    for (const address of [
      'https://api.example.com/any?thing',
      'https://API.EXAMPLE.COM./',
      'https://api.example.com:443/',
      'https://a.partner.example/',
      'https://a.b.partner.example/',
      'http://metrics.internal:9090/',
      'https://[2606:4700:0::1111]:8443/',
    ]) {
      assert.equal(allows(entries, address), true, address);
    }
    for (const address of [
      'http://api.example.com/',
      'https://api.example.com:8443/',
      'https://api.example.com.evil.example/',
      'https://evilapi.example.com/',
      'https://sub.api.example.com/',
      'https://partner.example/',
      'https://evilpartner.example/',
      'https://.partner.example/',
      'https://metrics.internal:9090/',
      'http://metrics.internal/',
      'https://xn--pi-6kc.example.com/',
      'ftp://api.example.com/',
    ]) {
      const url = URL.parse(address);
      assert.equal(url !== null && parseAllowList(entries)(url), false, address);
    }
  });

  it('are none when none is named, and every public one with a star', () => {
    assert.equal(allows([], 'https://api.example.com/'), false);
    assert.equal(allows(['*'], 'https://anything.example/'), true);
    assert.equal(allows(['*'], 'http://anything.example/'), false);
  });

  it('cannot be written in a way that means something else', () => {
    for (const entry of [
      '',
      ' ',
      'https://',
      'ftp://a.example',
      'a.example/path',
      'user@a.example',
      '*a.example',
      'a.*.example',
      '**',
      '*.',
      '*.10.0.0.1',
      '*.[::1]',
      'a.example:99999',
      'a.example:',
      'a b.example',
      'a.example?x',
      'a.example#x',
      'https://a.example https://b.example',
    ]) {
      assert.throws(() => parseAllowList([entry]), /Hosts for Actions/, entry);
    }
  });
});

it('whatever is asked for, one host is one host', () => {
  const list = parseAllowList(['api.example.com', '*.partner.example']);
  fuzz(
    fc.property(nearly(fc.constant('https://api.example.com/')), (address) => {
      const url = URL.parse(address);
      if (url === null || !list(url)) return;
      assert.equal(url.protocol, 'https:');
      assert.equal(url.port, '');
      assert.match(url.hostname, /^(?:api\.example\.com|.+\.partner\.example)\.?$/);
    }),
  );
});

it('whatever is written, it is refused or it is a host', () => {
  fuzz(
    fc.property(nearly(fc.constantFrom('api.example.com', '*.example.com', 'http://a.example:81', '*')), (entry) => {
      try {
        parseAllowList([entry]);
      } catch (error) {
        assert.match(String(error), /Hosts for Actions/);
      }
    }),
  );
});
