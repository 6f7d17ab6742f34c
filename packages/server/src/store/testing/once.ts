import assert from 'node:assert/strict';
import type { Once } from '../ports.ts';
import { at, atOnce, audit, count } from './fixtures.ts';
import type { Promises } from './setting.ts';

const once = (over: Partial<Once> = {}): Once => ({ kind: 'single-use-token', key: 'jti', expiresAt: at(60), ...over });

export const oncePromises: Promises = {
  'T14: a thing succeeds once, and only then is it audited': async (store) => {
    const consumed = await atOnce(50, (index) => store.once.consume(once(), [audit(`consumed-${index}`)]));
    assert.equal(count(consumed, true), 1);
    assert.deepEqual(
      (await store.audit.recent(100)).map(({ id }) => id),
      [`consumed-${consumed.indexOf(true)}`],
    );
  },

  'things of different kinds do not know one another': async (store) => {
    assert.equal(await store.once.consume(once(), []), true);
    assert.equal(await store.once.consume(once({ kind: 'client-assertion' }), []), true);
    assert.equal(await store.once.consume(once({ key: 'other' }), []), true);
    assert.equal(await store.once.consume(once({ expiresAt: null }), []), false);
  },
};
