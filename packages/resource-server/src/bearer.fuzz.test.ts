import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import { authorizationIn, bearerToken } from './bearer.ts';

const token = fc.stringMatching(/^[A-Za-z0-9\-._~+/]{1,20}={0,2}$/);
const scheme = fc.constantFrom('Bearer', 'bearer', 'BEARER', 'Basic', 'DPoP');
const header = nearly(fc.tuple(scheme, fc.constantFrom(' ', '  '), token).map((parts) => parts.join('')));

it('a token is what one well-formed Bearer header says, and nothing is made of anything else', () => {
  let found = 0;
  fuzz(
    fc.property(header, (sent) => {
      const read = bearerToken(sent);
      if (read.ok) {
        found += 1;
        assert.equal(sent.replace(/^[\t ]*bearer +/i, '').trimEnd(), read.value);
        assert.match(read.value, /^[A-Za-z0-9\-._~+/]+=*$/);
        // A second one, before it or behind it, and none is believed.
        for (const two of [`${sent}, Bearer x`, `Bearer x,${sent}`]) {
          assert.deepEqual(bearerToken(two), { ok: false, error: 'malformed_credentials' });
        }
      } else {
        assert.ok(read.error === 'no_credentials' || read.error === 'malformed_credentials');
        assert.doesNotMatch(sent, /^[\t ]*bearer +[A-Za-z0-9\-._~+/]+=*[\t ]*$/i);
      }
    }),
  );
  enough(found, 500, 'were tokens');
});

it('headers as Node has them are read as Fetch reads them', () => {
  const isFit = (text: string): boolean => /^[\t -~\x80-\xff]*$/.test(text);
  const name = fc.constantFrom('Authorization', 'authorization', 'AUTHORIZATION', 'X-Authorization', 'Cookie');
  fuzz(
    fc.property(fc.array(fc.tuple(name, header.filter(isFit)), { maxLength: 4 }), (pairs) => {
      const headers = new Headers();
      for (const [one, value] of pairs) headers.append(one, value);
      const request = new Request('https://api.example/', { headers });
      assert.deepEqual(bearerToken(authorizationIn(pairs.flat())), bearerToken(request));
    }),
  );
});
