import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { durationInSeconds } from '@stile/core';
import { limitsSchema } from '../config/limits-schema.ts';

const page = readFileSync(new URL('../../../../docs/reference/limits.md', import.meta.url), 'utf8');

test('the page on limits and the program have the same table', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (\w+) \|/gm)].map(([, kind, burst, every = '']) => [
    kind,
    { burst: Number(burst), every: durationInSeconds(every) },
  ]);
  const single = ['startsFromNetworkPerMinute', 'startsPerMinute'].map((name) => [
    name,
    Number(new RegExp(`\`${name}\` \\((\\d+)\\)`).exec(page)?.[1]),
  ]);
  assert.deepEqual(Object.fromEntries([...rows, ...single]), { ...limitsSchema.parse(undefined) });
});

test('NIST SP 800-63B-4, section 3.2.2: no configuration allows more than a hundred failures in a row', () => {
  assert.throws(() => limitsSchema.parse({ failuresInARow: { burst: 101 } }), /100/);
  assert.equal(limitsSchema.parse({ failuresInARow: { burst: 20 } }).failuresInARow.burst, 20);
});
