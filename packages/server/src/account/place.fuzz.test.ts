import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { isPlace } from './place.ts';

it('a place is on this server and among the account pages, whatever it looks like', () => {
  const places = fc.constantFrom('/account', '/account/add', '/account/remove?id=auth_x-1', '/account/add?kind=totp');
  fuzz(
    fc.property(fc.oneof(nearly(places), garbage), (text) => {
      if (!isPlace(text)) return;
      const url = new URL(text, 'https://login.example/');
      assert.equal(url.origin, 'https://login.example');
      assert.match(url.pathname, /^\/account(?:\/[a-z-]+)?$/);
      assert.equal(`${url.pathname}${url.search}`, text);
    }),
  );
});

it('what leads elsewhere is no place', () => {
  const elsewhere = ['//evil.example', '/account/../login', '/accounting', '/account//x', '/account?next=//evil', ''];
  for (const text of [...elsewhere, 'https://evil.example/account', '/account\n', '/account/add?id=a&id=b']) {
    assert.equal(isPlace(text), false, text);
  }
  for (const text of ['/account', '/account/add', '/account/not-me', '/account/remove?id=auth_x-1']) {
    assert.equal(isPlace(text), true, text);
  }
});
