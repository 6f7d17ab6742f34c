import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { broughtBy } from './brought.ts';

const headerValue = (valid: string): fc.Arbitrary<string> =>
  nearly(fc.constant(valid)).filter((text) => /^[\t -~\x80-\xff]*$/.test(text));

it('what a request brought along is gathered, however it is written: a failure must not make another', () => {
  const basic = `Basic ${Buffer.from('web:a secret').toString('base64')}`;
  fuzz(
    fc.property(
      fc.oneof(headerValue(basic), headerValue('Bearer a.b.c')),
      headerValue('stile_session=abc; other=def'),
      nearly(fc.constant('code=xyz&state=s&client_id=web')),
      (authorization, cookie, query) => {
        const found = broughtBy(new Request(`https://login.example/?${query}`, { headers: { authorization, cookie } }));
        assert.ok(found.every((value) => typeof value === 'string'));
        assert.ok(found.includes(authorization.replace(/^[\t ]+|[\t ]+$/g, '')));
      },
    ),
  );
});
