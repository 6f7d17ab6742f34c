import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage } from '../../../../tools/fuzz/hostile-text.ts';
import type { Json } from './call.ts';
import { isJson } from './json.ts';
import { maskerOf } from './masked.ts';

const secret = garbage.filter((text) => text.length >= 4 && !'[secret KEY]'.includes(text));

/** Every text in a value, names included. */
const textsIn = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]: [string, Json]) => [name, ...textsIn(member)])
    : [];
};

it('no text is left in which a secret stands, as it is, percent-encoded or in base64', () => {
  fuzz(
    fc.property(secret, garbage, garbage, (key, before, after) => {
      const forms = [key, encodeURIComponent(key.toWellFormed()), Buffer.from(key).toString('base64url')];
      const masker = maskerOf({ KEY: key });
      for (const form of forms) {
        const value = { [before + form]: [form, { deep: `${before}${form}${after}` }, 7, null] };
        // A mask that stands between two texts may make a secret of them anew; only what stood there is spoken of.
        const texts = textsIn(masker.json(value));
        assert.ok(texts.some((text) => text.includes('[secret KEY]')));
        assert.ok(!texts.includes(form));
      }
    }),
  );
});

it('what holds no secret stays as it is', () => {
  fuzz(
    fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(text);
      if (!isJson(value)) return;
      assert.deepEqual(maskerOf({ KEY: 'a secret that is nowhere', SHORT: 'a' }).json(value), value);
    }),
  );
});
