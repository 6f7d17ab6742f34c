import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import type { CookieName } from './cookies.ts';
import { cookie, readCookie } from './cookies.ts';

const NAMES: readonly CookieName[] = ['session', 'browser', 'known', 'later', 'device'];
const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const secure = fc.boolean().map((yes) => ({ secure: yes }));

/** The pair of a `Set-Cookie`, as a browser sends it back. */
const sentBack = (line: string): string => line.split(';', 1)[0] ?? '';

const requestWith = (header: string): Request => new Request('https://login.example/', { headers: { cookie: header } });

it('a cookie that was set is read again, beside any others', () => {
  fuzz(
    fc.property(
      fc.constantFrom(...NAMES),
      secret,
      secure,
      fc.constantFrom('; ', ';', ' ;\t'),
      (name, value, config, between) => {
        const others = [
          'a=b',
          'stile=1',
          'x',
          '=',
          sentBack(cookie(name === 'known' ? 'browser' : 'known', value, 1, config)),
        ];
        const header = [...others, sentBack(cookie(name, value, 60, config)), 'stile_sessions=x'].join(between);
        assert.equal(readCookie(requestWith(header), name, config), value);
      },
    ),
  );
});

it('of any header at most one value of our own shape is read, and only if it stands there once', () => {
  const header = nearly(
    fc
      .array(fc.tuple(fc.constantFrom('stile_session', '__Host-stile_session', 'x'), secret), { maxLength: 3 })
      .map((all) => all.map((pair) => pair.join('=')).join('; ')),
  ).filter((text) => /^[\t -~\x80-\xff]*$/.test(text));
  fuzz(
    fc.property(header, secure, (sent, config) => {
      const found = readCookie(requestWith(sent), 'session', config);
      if (found === undefined) return;
      assert.match(found, /^[\w-]{43}$/);
      const prefix = config.secure ? '__Host-stile_session=' : 'stile_session=';
      const pairs = sent.split(';').filter((pair) => pair.trim().startsWith(prefix));
      assert.deepEqual(
        pairs.map((pair) => pair.trim()),
        [`${prefix}${found}`],
      );
    }),
  );
});
