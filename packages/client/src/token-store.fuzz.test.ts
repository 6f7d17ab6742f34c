import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly, nearlyRecord } from '../../../tools/fuzz/hostile-text.ts';
import { createTokenStore, memoryStorage } from './token-store.ts';

it('of whatever stands in the storage of a page, tokens are read in their types or not at all', () => {
  const tokens = nearlyRecord({
    accessToken: fc.constant('a.b.c'),
    expiresAt: fc.nat(),
    scope: fc.constant(['openid']),
    refreshToken: fc.constant('r'),
    idToken: fc.constant('i'),
    subject: fc.constant('robin'),
  });
  let read = 0;
  fuzz(
    fc.property(nearly(tokens.map((value) => JSON.stringify(value))), (text) => {
      const storage = memoryStorage();
      storage.setItem('p:api', text);
      const store = createTokenStore({ storage, prefix: 'p:' });
      const found = store.everyday('api');
      if (!found) return;
      read += 1;
      assert.ok(Number.isSafeInteger(found.expiresAt) && found.expiresAt >= 0);
      const { accessToken, refreshToken = '', idToken = '', subject = '', scope } = found;
      for (const one of [accessToken, refreshToken, idToken, subject, ...scope]) assert.equal(typeof one, 'string');
      store.saveEveryday('api', found);
      assert.deepEqual(store.everyday('api'), found);
    }),
  );
  enough(read, 500, 'were read');
});
