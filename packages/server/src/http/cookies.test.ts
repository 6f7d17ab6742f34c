import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookie, readCookie } from './cookies.ts';

const SECURE = { secure: true };
const PLAIN = { secure: false };
const value = 'aB3-_'.padEnd(43, 'x');
const other = 'y'.repeat(43);

const read = (header: string | undefined, config = SECURE): string | undefined =>
  readCookie(
    new Request('https://x.example/', { headers: header === undefined ? {} : { cookie: header } }),
    'session',
    config,
  );

test('a cookie is for this host alone, over https, unseen by scripts and by other sites’ subrequests', () => {
  assert.equal(
    cookie('session', value, 60, SECURE),
    `__Host-stile_session=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure`,
  );
  assert.equal(
    cookie('browser', null, 60, SECURE),
    '__Host-stile_browser=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure',
  );
  assert.equal(
    cookie('session', value, 60, PLAIN),
    `stile_session=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60`,
  );
});

test('it is read among others, however they are spaced', () => {
  assert.equal(read(`a=b; __Host-stile_session=${value}; c=d`), value);
  assert.equal(read(`a=b;__Host-stile_session=${value};`), value);
  assert.equal(read(`stile_session=${value}`, PLAIN), value);
});

for (const [name, header] of [
  ['none', undefined],
  ['another', `__Host-stile_browser=${value}`],
  ['one without its prefix, which any host of the site may plant', `stile_session=${value}`],
  ['one in another case', `__host-stile_session=${value}`],
  ['two', `__Host-stile_session=${value}; __Host-stile_session=${other}`],
  ['two that are the same', `__Host-stile_session=${value}; __Host-stile_session=${value}`],
  ['an empty one beside a good one', `__Host-stile_session=; __Host-stile_session=${value}`],
  ['an empty one', '__Host-stile_session='],
  ['a short one', '__Host-stile_session=abc'],
  ['a long one', `__Host-stile_session=${value}x`],
  ['one in quotes', `__Host-stile_session="${value}"`],
  ['one with foreign characters', `__Host-stile_session=${'%'.repeat(43)}`],
] as const) {
  test(`nothing is read from ${name}`, () => assert.equal(read(header), undefined));
}
