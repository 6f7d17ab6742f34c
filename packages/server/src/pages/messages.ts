import { english } from './english.ts';
import { german } from './german.ts';

/** Everything that pages say. A language that lacks a message does not compile. */
export type Messages = typeof english;

/** The name of a problem that ends an interaction. */
export type ProblemName = keyof Messages['problems'];

/** The languages that pages speak. */
export type Locale = 'en' | 'de';

const catalogues: Readonly<Record<Locale, Messages>> = { en: english, de: german };

/** The messages of one language. */
export const translate = (locale: Locale): Messages => catalogues[locale];

const isLocale = (language: string): language is Locale => Object.hasOwn(catalogues, language);

/** `de-AT` is German to us: of a language tag only the primary subtag counts (RFC 5646, section 2.2.1). */
const localeOf = (tag: string): Locale | undefined => {
  const language = tag.trim().split(/[-_]/u, 1)[0]?.toLowerCase() ?? '';
  return isLocale(language) ? language : undefined;
};

/** A header longer than that is no honest list of languages. */
const LONGEST_HEADER = 1_000;

/** The languages of an `Accept-Language` header, most wanted first (RFC 9110, section 12.5.4). */
const wanted = (header: string): readonly string[] =>
  header
    .slice(0, LONGEST_HEADER)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
      const weight = parameters.find((parameter) => /^q=/iu.test(parameter))?.slice(2);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);

/**
 * The language a person is spoken to in: the first of `ui_locales` that we speak (OpenID Connect Core 1.0, section
 * 3.1.2.1), else the browser's most wanted one, else English.
 */
export const chooseLocale = (uiLocales: readonly string[], acceptLanguage: string | undefined): Locale => {
  for (const tag of [...uiLocales, ...wanted(acceptLanguage ?? '')]) {
    const locale = localeOf(tag);
    if (locale !== undefined) return locale;
  }
  return 'en';
};
