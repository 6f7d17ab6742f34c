import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../../../tools/fuzz/hostile-text.ts';
import type { Json, JsonObject } from '../../call.ts';
import { NotAllowed, parseAddress, parseFetchRequest } from './fetch-request.ts';

const good: JsonObject = { url: 'https://api.example.com/', method: 'POST', headers: [['a', 'b']], redirect: 'follow' };

const refused = (more: JsonObject): void => {
  assert.throws(() => parseFetchRequest({ ...good, ...more }), NotAllowed, JSON.stringify(more));
};

describe('what is fetched', () => {
  it('is without what the connection or a browser decides, and without a fragment', () => {
    const headers: Json = [
      ['Host', 'internal'],
      ['Content-Length', '5'],
      ['Transfer-Encoding', 'chunked'],
      ['Connection', 'keep-alive'],
      ['Proxy-Authorization', 'x'],
      ['Cookie', 'a=b'],
      ['Sec-Fetch-Site', 'none'],
      ['Authorization', 'Bearer x'],
    ];
    const request = parseFetchRequest({ ...good, headers, url: 'https://api.example.com/a#secret' });
    assert.deepEqual(request.headers, [['authorization', 'Bearer x']]);
    assert.equal(request.url.href, 'https://api.example.com/a');
  });

  it('is at an address without a name or a password, by https or http', () => {
    for (const url of [
      'https://u@a.example/',
      'https://u:p@a.example/',
      'file:///etc/passwd',
      'data:,x',
      'gopher://a',
      'x',
      '',
    ]) {
      refused({ url });
    }
    assert.throws(() => parseAddress('//u@b.example/', new URL('https://a.example')), NotAllowed);
  });

  it('has a method and headers that cannot become something else on the wire', () => {
    for (const method of ['CONNECT', 'TRACE', 'get', 'GET /x HTTP/1.1', '', 5]) refused({ method });
    for (const value of ['a\r\nb', 'a\nb', '\0', 'ü€', 'x'.repeat(20_000)]) refused({ headers: [['a', value]] });
    for (const name of ['', 'a b', 'a:', 'a\r\n', 'ü']) refused({ headers: [[name, 'b']] });
    refused({ headers: [['a']] });
    refused({ headers: ['ab'] });
    refused({ headers: Array.from({ length: 101 }, (_, number) => [`h${number}`, '1']) });
  });
});

it('whatever is asked for, it is refused or well-formed', () => {
  const anything = fc.jsonValue();
  const asked = fc.record(
    {
      url: nearly(fc.constant('https://api.example.com/a?b=c')),
      method: fc.oneof(fc.constant('GET'), fc.constant('POST'), anything),
      headers: fc.oneof(fc.array(fc.tuple(nearly(fc.constant('x-name')), nearly(fc.constant('value')))), anything),
      text: fc.oneof(fc.string(), anything),
      base64: anything,
      redirect: anything,
    },
    { requiredKeys: [] },
  );
  fuzz(
    fc.property(asked, (value) => {
      const given: JsonObject = JSON.parse(JSON.stringify(value));
      try {
        const { url, method, headers, redirect } = parseFetchRequest(given);
        assert.match(url.protocol, /^https?:$/);
        assert.equal(`${url.username}${url.password}${url.hash}`, '');
        assert.match(method, /^[A-Z]+$/);
        for (const [name, text] of headers)
          assert.doesNotMatch(`${name}: ${text}`, /[\r\n\0]|^(?:host|content-length|transfer-encoding):/);
        assert.match(redirect, /^(?:follow|error|manual)$/);
      } catch (error) {
        if (!(error instanceof NotAllowed)) throw error;
      }
    }),
  );
});
