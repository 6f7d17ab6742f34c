/**
 * Takes secrets out of words that others wrote: the messages of errors, which may quote what they choked on. Two nets, one behind the
 * other: the secrets that are known at that place, in every form they may be quoted in, and whatever looks like a secret of ours.
 */

const REDACTED = '[redacted]';

/** A shorter value would be found in innocent words. */
const LEAST_LENGTH = 6;

/** So many characters of a secret are as telling as all of it: errors like to cut short what they quote. */
const TELLING_PREFIX = 12;

/** What secrets of this server look like, whoever's they are. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN[\s\S]*?(?:-----END[^-]*-----|$)/g,
  /\b(?:basic|bearer|dpop)\s+[\w.~+/=-]+/gi,
  /\botpauth:\S+/gi,
  /\$argon2\S+|hmac-sha256\$\S+/g,
  /\beyJ[\w-]{6,}(?:\.[\w-]*)*/g,
  // Cookies, codes, refresh tokens, digests, keys, the secrets of authenticator apps.
  /[\w-]{32,}={0,2}/g,
  /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3,}\b/gi,
  /\b\d{6,8}\b/g,
];

/** Of a long secret only its beginning is looked for; so many characters of it give as much as is needed in every form. */
const LONGEST_LOOKED_AT = 4 * TELLING_PREFIX;

const inLowerCase = (escapedForUrl: string): string =>
  escapedForUrl.replaceAll(/%[\dA-F]{2}/g, (octet) => octet.toLowerCase());

/** The ways in which somebody may write down the same secret: as it is but for quotation marks, and in letters of another kind. */
const plainFormsOf = (secret: string): readonly string[] => [secret, JSON.stringify(secret).slice(1, -1)];

const encodedFormsOf = (secret: string): readonly string[] => {
  const bytes = Buffer.from(secret);
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const inForm = new URLSearchParams([['', secret]]).toString().slice(1);
  const escapes = [inUrl, inUrl.replaceAll('%20', '+'), inForm];
  return [
    ...escapes,
    ...escapes.map(inLowerCase),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ];
};

/** What is looked for. */
interface Sought {
  readonly beginning: string;
  /** With a beginning goes the rest of the word, and as many more words as the secret has: a pass phrase has several. */
  readonly moreWords: number;
}

const soughtOf = (whole: string): readonly Sought[] => {
  const secret = whole.slice(0, LONGEST_LOOKED_AT);
  const beginningsOf = (forms: readonly string[]): ReadonlySet<string> =>
    new Set(forms.map((form) => form.slice(0, TELLING_PREFIX)));
  const moreWords = whole.slice(TELLING_PREFIX).match(/[\s"'<>]/g)?.length ?? 0;
  const plain = [...beginningsOf(plainFormsOf(secret))].map((beginning) => ({ beginning, moreWords }));
  return [...plain, ...[...beginningsOf(encodedFormsOf(secret))].map((beginning) => ({ beginning, moreWords: 0 }))];
};

type Span = readonly [start: number, end: number];

/** Where in a text secrets stand. */
export type Finder = (text: string) => readonly Span[];

const longEnough = (secrets: readonly string[]): ReadonlySet<string> =>
  new Set(secrets.filter(({ length }) => length >= LEAST_LENGTH));

/** Looks for these secrets. What takes time is done when it looks for the first time, and then once for all texts. */
export const finderOf = (secrets: readonly string[]): Finder => {
  let sought: readonly Sought[] | undefined;
  return (text) => {
    sought ??= [...longEnough(secrets)].flatMap(soughtOf);
    const ends = [...text.matchAll(/[\s"'<>]/g)].map(({ index }) => index);
    return sought.flatMap((one) => spansOf(one, text, ends));
  };
};

/**
 * Each place where it stands, also those that overlap: what follows a beginning may be the beginning of another.
 *
 * @param ends where the words of the text end
 */
const spansOf = ({ beginning, moreWords }: Sought, text: string, ends: readonly number[]): readonly Span[] => {
  const spans: [start: number, end: number][] = [];
  let word = 0;
  for (let at = text.indexOf(beginning); at !== -1; at = text.indexOf(beginning, at + 1)) {
    const after = at + beginning.length;
    while (word < ends.length && (ends[word] ?? 0) < after) word += 1;
    const end = beginning.length < TELLING_PREFIX ? after : (ends[word + moreWords] ?? text.length);
    const last = spans.at(-1);
    if (last && at <= last[1]) last[1] = Math.max(last[1], end);
    else spans.push([at, end]);
  }
  return spans;
};

/** An honest request brings a few dozen values. To look for thousands takes so long that others would have to wait. */
const MOST_BROUGHT = 100;

/** Looks for what a request brought; nothing when that is too much to look for, and then no text that may quote it can be told. */
export const finderOfBrought = (values: readonly string[]): Finder | undefined =>
  longEnough(values).size > MOST_BROUGHT ? undefined : finderOf(values);

/** A text without what these find, and without what looks like a secret of ours. */
export const withoutSecrets = (text: string, finders: readonly Finder[]): string => {
  const spans = finders.flatMap((find) => find(text)).toSorted(([one], [other]) => one - other);
  let rest = '';
  let told = 0;
  for (const [start, end] of spans) {
    if (start >= told) rest += `${text.slice(told, start)}${REDACTED}`;
    told = Math.max(told, end);
  }
  return SHAPES.reduce((shaped, shape) => shaped.replaceAll(shape, REDACTED), rest + text.slice(told));
};
