import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import { StepUpError } from './error.ts';
import { resourceAt } from './resource.ts';

it('a token goes to addresses beneath its resource, however they are written, and to no other', () => {
  const resource = resourceAt('https://api.example/accounts');
  const url = nearly(
    fc.constantFrom(
      'https://api.example/accounts/1',
      'transfers?a=b',
      '../accounts/2',
      '//api.example/accounts/',
      'https://api.example.evil.example/accounts/',
      'https://api.example@evil.example/accounts/',
      'https:/\\evil.example/accounts/',
      '/accounts/%2e%2e/secrets',
      '/accountsX',
    ),
  );
  let located = 0;
  fuzz(
    fc.property(url, (asked) => {
      try {
        const { origin, pathname, username, password } = resource.locate(asked);
        located += 1;
        assert.deepEqual([origin, username, password], ['https://api.example', '', '']);
        assert.ok(pathname === '/accounts' || pathname.startsWith('/accounts/'), pathname);
        assert.doesNotMatch(pathname, /\/(\.|%2e)(\.|%2e)?(\/|$)/i);
      } catch (error) {
        assert.ok(
          error instanceof StepUpError ? error.code === 'outside_resource' : error instanceof TypeError,
          String(error),
        );
      }
    }),
  );
  enough(located, 500, 'were located');
});
