import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Hono } from 'hono';
import { languageDetector } from 'hono/language';
import { fuzz, fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { chooseLocale } from './messages.ts';

const tag = fc.constantFrom('de', 'en', 'fr', 'de-AT', 'en-GB', 'DE', '*', 'zh-Hant', 'constructor', 'den');
const quality = fc.integer({ min: 1, max: 1000 }).map((thousandths) => `;q=${(thousandths / 1000).toFixed(3)}`);
const header = fc
  .array(fc.tuple(tag, fc.oneof(fc.constant(''), quality)), { maxLength: 6 })
  .map((ranges) => ranges.map((range) => range.join('')).join(', '));

const spoken = (language: string): string => language.split('-')[0]?.toLowerCase() ?? '';

it('a language is one that we speak, whatever is wanted', () => {
  fuzz(
    fc.property(
      fc.array(nearly(tag), { maxLength: 3 }),
      fc.option(nearly(header), { nil: undefined }),
      (wanted, accept) => {
        const chosen = chooseLocale(wanted, accept);
        assert.ok(chosen === 'de' || chosen === 'en');
      },
    ),
  );
});

/** Another library, asked the same. */
const theirs = new Hono().get(
  '/',
  languageDetector({
    supportedLanguages: ['en', 'de'],
    fallbackLanguage: 'en',
    order: ['header'],
    caches: false,
    convertDetectedLanguage: spoken,
  }),
  (c) => c.text(c.get('language')),
);

it('of an honest header the most wanted language is chosen, as another library chooses it', async () => {
  await fuzzAsync(
    fc.asyncProperty(header, async (accept) => {
      const answer = await theirs.request('/', { headers: { 'accept-language': accept } });
      assert.equal(chooseLocale([], accept), await answer.text());
    }),
  );
});
