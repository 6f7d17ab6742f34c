import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import type { Argon2 } from './password-hasher.ts';
import { createPasswordHasher } from './password-hasher.ts';

const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';
const OUTPUT = `${'B'.repeat(42)}A`;

const phc = fc
  .tuple(
    fc.constantFrom('argon2id', 'argon2id', 'argon2i'),
    fc.constantFrom('v=19', 'v=19', 'v=16'),
    fc.constantFrom(19_456, 19_456, 262_144, 8, 0, 7, 262_145, 4_294_967_295),
    fc.constantFrom(1, 2, 16, 0, 17, 4_294_967_295),
    fc.constantFrom(1, 1, 16, 0, 255),
    fc.constantFrom(SALT, SALT, ''),
    fc.constantFrom(OUTPUT, OUTPUT, 'BBBB', ''),
  )
  .map(([variant, version, m, t, p, salt, output]) => `$${variant}$${version}$m=${m},t=${t},p=${p}$${salt}$${output}`);

it('of whatever stands in the store nothing is computed that would not be safe to compute', async () => {
  const computed: string[] = [];
  const argon2: Argon2 = {
    hash: () => Promise.reject(new Error('Nothing is to be hashed.')),
    verify: (stored) => {
      computed.push(String(stored));
      return Promise.resolve(true);
    },
  };
  const hasher = createPasswordHasher({ concurrency: 1, queueLimit: 1, argon2 });
  let valid = 0;
  await fuzzAsync(
    fc.asyncProperty(fc.option(nearly(phc), { nil: undefined }), async (stored) => {
      computed.length = 0;
      const verdict = await hasher.verify(stored, 'a password');
      const [one = '', ...more] = computed;
      assert.equal(more.length, 0);
      const [, m, t, p] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(one) ?? [];
      assert.ok(Number(m) >= 8 * Number(p) && Number(m) <= 262_144 && Number(t) <= 16 && Number(p) <= 16, one);
      // The dummy matches here, and must count for nothing all the same.
      assert.equal(verdict.valid, one === stored);
      valid += verdict.valid ? 1 : 0;
    }),
  );
  enough(valid, 50, 'were computed as they are');
});
