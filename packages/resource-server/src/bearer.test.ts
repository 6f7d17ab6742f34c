import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { authorizationIn, bearerToken } from './bearer.ts';

const outcome = (header: string | null | undefined): string => {
  const result = bearerToken(header);
  return result.ok ? `token ${result.value}` : result.error;
};

describe('the credentials of a call', () => {
  const cases: readonly [header: string | null | undefined, expected: string][] = [
    [undefined, 'no_credentials'],
    [null, 'no_credentials'],
    ['', 'no_credentials'],
    ['  ', 'no_credentials'],
    ['Basic YTpi', 'no_credentials'],
    ['DPoP abc', 'no_credentials'],
    ['BearerX abc', 'no_credentials'],
    ['Digest username="a", realm="b"', 'no_credentials'],
    ['Bearer abc', 'token abc'],
    ['bEARER   abc', 'token abc'],
    ['Bearer a.b-c_d~e+f/g==', 'token a.b-c_d~e+f/g=='],
    ['Bearer', 'malformed_credentials'],
    ['Bearer ', 'malformed_credentials'],
    ['Bearer\tabc', 'malformed_credentials'],
    ['Bearer abc def', 'malformed_credentials'],
    ['Bearer =abc', 'malformed_credentials'],
    ['Bearer a=b', 'malformed_credentials'],
    ['Bearer "abc"', 'malformed_credentials'],
    ['Bearer é', 'malformed_credentials'],
    ['Bearer abc, Bearer def', 'malformed_credentials'],
    ['Bearer abc, Basic YTpi', 'malformed_credentials'],
    ['Basic YTpi, Bearer abc', 'malformed_credentials'],
    ['Basic YTpi,bearer', 'malformed_credentials'],
  ];
  for (const [header, expected] of cases) {
    it(`${header ?? String(header)}: ${expected}`, () => assert.equal(outcome(header), expected));
  }

  it('are bounded in length', () => {
    assert.equal(outcome(`Bearer ${'a'.repeat(16_377)}`).length, 'token '.length + 16_377);
    assert.equal(outcome(`Bearer ${'a'.repeat(16_378)}`), 'malformed_credentials');
    assert.equal(outcome(`Basic ${'a'.repeat(16_400)}`), 'malformed_credentials');
  });

  it('come from the header of a request, never from its address or body', () => {
    const url = 'https://api.fabrikam.example/?access_token=abc';
    const body = new URLSearchParams({ access_token: 'abc' });
    assert.deepEqual(bearerToken(new Request(url, { method: 'POST', body })), { ok: false, error: 'no_credentials' });
    const request = new Request(url, { headers: { authorization: 'Bearer def' } });
    assert.deepEqual(bearerToken(request), { ok: true, value: 'def' });
  });

  it('of Fetch and of Node are read alike when the header comes twice', () => {
    const headers = new Headers();
    headers.append('authorization', 'Bearer abc');
    headers.append('Authorization', 'Bearer def');
    const raw = ['Host', 'x', 'authorization', 'Bearer abc', 'AUTHORIZATION', 'Bearer def'];
    assert.equal(authorizationIn(raw), headers.get('authorization'));
    assert.equal(outcome(authorizationIn(raw)), 'malformed_credentials');
    assert.equal(
      outcome(authorizationIn(['X-Authorization', 'Bearer abc', 'Note', 'authorization'])),
      'no_credentials',
    );
  });

  it('never throw, and give only what RFC 6750 calls a token', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', 'Bearer ', 'bearer  '), (text, scheme) => {
        const result = bearerToken(scheme + text);
        if (result.ok) assert.match(result.value, /^[A-Za-z0-9\-._~+/]+=*$/);
      }),
      { numRuns: 2000 },
    );
  });
});
