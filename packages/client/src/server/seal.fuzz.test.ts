import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { spoilt } from '../../../../tools/fuzz/hostile-text.ts';
import { createSeal } from './seal.ts';

const seal = createSeal('a secret of at least thirty-two characters');

it('what was sealed opens in its place and nowhere else', async () => {
  await fuzzAsync(
    fc.asyncProperty(fc.string(), fc.string(), fc.string(), async (text, context, elsewhere) => {
      const sealed = await seal.close(text, context);
      assert.equal(await seal.open(sealed, context), text.toWellFormed());
      if (elsewhere.toWellFormed() !== context.toWellFormed())
        assert.equal(await seal.open(sealed, elsewhere), undefined);
    }),
    3_000,
  );
});

it('what was changed does not open', async () => {
  const TEXT = '{"code_verifier":"v"}';
  const whole = await Promise.all(Array.from({ length: 10 }, () => seal.close(TEXT, 'c')));
  /** The bytes of both parts: base64 has a few bits to spare, and a change of those alone is no change. */
  const bytes = (sealed: string): string =>
    sealed
      .split('.', 2)
      .map((part) => Buffer.from(part, 'base64url').toString('hex'))
      .join('.');
  const genuine = new Set(whole.map(bytes));
  await fuzzAsync(
    fc.asyncProperty(fc.oneof(spoilt(fc.constantFrom(...whole)), fc.string()), async (text) => {
      const opened = await seal.open(text, 'c');
      if (opened === undefined) return;
      assert.ok(genuine.has(bytes(text)), text);
      assert.equal(opened, TEXT);
    }),
    7_000,
  );
});
