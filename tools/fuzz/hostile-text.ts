/** What parsers are given: what is valid, what nearly is, and what is nothing of the kind. */
import fc from 'fast-check';

/** Characters and words that mean something to somebody: to a header, a URL, a database, a browser, JavaScript. */
const FRAGMENTS = [
  ...Array.from('\0\t\n\r\x0b\x1f \x7f"\'\\,;:=/?#&%+-_.~@[]{}()<>|^`*!$aAzZ09'),
  '\u0080',
  '\u00a0',
  '\u00ad',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ufffd',
  '\ud800',
  '\udc00',
  'é',
  'ß',
  'ı',
  'İ',
  'ſ',
  'K',
  '１',
  '٣',
  'ﬀ',
  '𝟙',
  '😀',
  '%00',
  '%zz',
  '%ED%A0%80',
  '\r\n\r\n',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  '-0',
  '1e999',
  '99999999999999999999',
  '../',
  '//',
];

const fragment = fc.constantFrom(...FRAGMENTS);

/** Text without any form. */
export const garbage: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.nat(0xffff).map((code) => String.fromCharCode(code)),
  fc.tuple(fragment, fc.nat(300)).map(([piece, times]) => piece.repeat(times)),
);

type Change = (text: string, at: number, piece: string) => string;

const CHANGES: readonly Change[] = [
  (text, at, piece) => text.slice(0, at) + piece + text.slice(at),
  (text, at, piece) => text.slice(0, at) + piece + text.slice(at + 1),
  (text, at) => text.slice(0, at) + text.slice(at + 1),
  (text, at) => text.slice(0, at),
  (text, at) => text.slice(at),
  (text, at) => text.slice(0, at) + text.slice(at, at + 8).repeat(2) + text.slice(at + 8),
  (text, at) => text.slice(0, at) + text.slice(at, at + 4).toUpperCase() + text.slice(at + 4),
  (text, at) => text.slice(at) + text.slice(0, at),
  (text, _at, piece) => piece + text + piece,
  (text) => `${text},${text}`,
];

/** A text in which one to three things were changed: it may have become another valid one. */
export const spoilt = (valid: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(valid, fc.array(fc.tuple(fc.constantFrom(...CHANGES), fc.nat(), fragment), { minLength: 1, maxLength: 3 }))
    .map(([text, changes]) =>
      changes.reduce((changed, [change, at, piece]) => change(changed, at % (changed.length + 1), piece), text),
    );

/** Valid texts, spoilt ones, and garbage. */
export const nearly = (valid: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 2, arbitrary: valid }, { weight: 4, arbitrary: spoilt(valid) }, { weight: 1, arbitrary: garbage });

/** Any value that JSON can hold, with the names and numbers that are awkward. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e21,
    -0,
    Number.MAX_SAFE_INTEGER,
    1_700_000_000_000,
    '',
    [],
    {},
  ),
  garbage,
  fc.array(garbage, { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    { __proto__: null },
    JSON.parse('{"__proto__":{"a":1}}'),
    { constructor: 1 },
    [[[]]],
    [null],
  ),
);

/** An object as it should be, or nearly: members missing, of another type, and others that nobody asked for. */
export const nearlyRecord = (
  model: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<Record<string, unknown>> => {
  const change = fc.tuple(fc.constantFrom(...Object.keys(model), 'unknown', '__proto__'), fc.option(anyJson));
  const changes = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(change, { minLength: 1, maxLength: 2 }) },
  );
  return fc.tuple(fc.record(model), changes).map(([record, changed]) => {
    const members = new Map<string, unknown>(Object.entries(record));
    for (const [name, value] of changed) {
      if (value === null) members.delete(name);
      else members.set(name, value);
    }
    return Object.fromEntries(members);
  });
};
