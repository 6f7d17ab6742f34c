/** What a hostile caller sends in the place of one parameter. */

/** One way to spoil a parameter: the part of a query or a form that stands for it, already encoded. */
export interface Attack {
  readonly what: string;
  readonly encoded: (name: string, good: string, marker: string) => string;
  /** So long that an HTTP server may refuse to read a query of it. */
  readonly isHuge?: boolean;
}

let count = 0;

/** A text that occurs nowhere else. */
export const newMarker = (): string => {
  count += 1;
  return `zq${count.toString(36)}qz`;
};

/** Texts as they are, for a query, a form or JSON. */
export const hostileTexts: Readonly<Record<string, (good: string, marker: string) => string>> = {
  'a tag': (_good, marker) => `<img src=x onerror=${marker}>`,
  'the end of an attribute': (_good, marker) => `'"><script>${marker}</script>`,
  'a line break': (good, marker) => `${good}\r\nX-Injected: ${marker}`,
  NUL: (good, marker) => `${good}\0${marker}`,
  TAB: (_good, marker) => `\t${marker}`,
  DEL: (_good, marker) => `${marker}\x7f`,
  'U+2028': (_good, marker) => `\u2028${marker}`,
  'U+FEFF': (good) => `\ufeff${good}`,
  'a right-to-left override': (_good, marker) => `\u202e${marker}`,
  'the last code point': (_good, marker) => `\u{10ffff}${marker}`,
  'spaces around it': (good) => ` ${good} `,
  'another case': (good) => good.toUpperCase(),
  ['__proto__']: () => '__proto__',
  constructor: () => 'constructor',
  'the name of a method': () => 'hasOwnProperty',
  '1 KB': (_good, marker) => marker.padEnd(1024, 'a'),
  '8 KB and one': (_good, marker) => marker.padEnd(8193, 'a'),
  'a number below zero': () => '-1',
  'a number beyond all bounds': () => '1e999',
  'no number': () => 'NaN',
  'a template': (_good, marker) => `{{7*7}}\${7*7}<%=7*7%>${marker}`,
  SQL: (_good, marker) => `' OR '1'='1' -- ${marker}`,
  'a path': (_good, marker) => `../../../etc/passwd%00${marker}`,
  'a script': (_good, marker) => `javascript:alert(${marker})`,
  'another host': (_good, marker) => `https://evil.example/${marker}`,
  'a host without a scheme': (_good, marker) => `//evil.example/${marker}`,
  'another host before an at sign': (_good, marker) => `https://login.fabrikam.example@evil.example/${marker}`,
  'JSON that goes deep': () => '{"a":'.repeat(500),
  'a million noughts': () => `1${'0'.repeat(1000)}`,
};

/** Bytes that are no text, or no percent-encoding. */
const RAW: Readonly<Record<string, string>> = {
  'a lone surrogate in UTF-8': '%ED%A0%80',
  'an overlong NUL': '%C0%80',
  'an overlong slash': '..%C0%AF..',
  'half a character': '%F0%9F%98',
  'bytes of latin-1': 'caf%E9',
  'no hexadecimal digits': '%zz%u0041%',
  'encoded twice': '%2561%252e',
};

const written = (name: string, value: string): string => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;

/** Every way to spoil one parameter of a query or a form. */
export const attacks: readonly Attack[] = [
  { what: 'missing', encoded: () => '' },
  { what: 'empty', encoded: (name) => `${name}=` },
  { what: 'without a value', encoded: (name) => name },
  { what: 'doubled', encoded: (name, good) => `${written(name, good)}&${written(name, good)}` },
  {
    what: 'doubled with another value',
    encoded: (name, good, marker) => `${written(name, good)}&${written(name, marker)}`,
  },
  { what: 'a list', encoded: (name, _good, marker) => `${name}%5B%5D=${marker}&${name}[]=${marker}` },
  { what: 'an object', encoded: (name, _good, marker) => `${name}[a]=${marker}&${name}.b=${marker}` },
  { what: 'in another case', encoded: (name, _good, marker) => `${name.toUpperCase()}=${marker}` },
  { what: '64 KB', encoded: (name, _good, marker) => `${name}=${marker.padEnd(65_536, 'a')}`, isHuge: true },
  { what: '1 MB', encoded: (name, _good, marker) => `${name}=${marker.padEnd(1_048_576, 'a')}`, isHuge: true },
  { what: 'many times', encoded: (name) => Array.from({ length: 500 }, () => `${name}=a`).join('&') },
  ...Object.entries(hostileTexts).map(
    ([what, text]): Attack => ({ what, encoded: (name, good, marker) => written(name, text(good, marker)) }),
  ),
  ...Object.entries(RAW).map(([what, raw]): Attack => ({ what, encoded: (name) => `${name}=${raw}` })),
];

type Member = (name: string, good: string, marker: string) => string;

const member =
  (json: (good: string, marker: string, name: string) => string): Member =>
  (name, good, marker) =>
    `${JSON.stringify(name)}:${json(good, marker, name)}`;

/** Members of a JSON object that stand for one parameter. */
export const jsonAttacks: Readonly<Record<string, Member>> = {
  'a number': member(() => '7'),
  'a number beyond all bounds': member(() => '1e999'),
  'a list': member((good, marker) => JSON.stringify([good, marker])),
  'an object': member((good, marker) => JSON.stringify({ toString: marker, value: good })),
  null: member(() => 'null'),
  true: member(() => 'true'),
  'a lone surrogate': member(() => '"\\ud800"'),
  'a NUL': member(() => '"\\u0000"'),
  twice: (name, good, marker) =>
    [good, marker].map((value) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(','),
  'the prototype': (name, _good, marker) => `"__proto__":${JSON.stringify({ [name]: marker })}`,
  'a list that goes deep': member(() => '['.repeat(30_000)),
  'no JSON': member((_good, marker) => marker),
  ...Object.fromEntries(
    Object.entries(hostileTexts).map(([what, text]) => [
      `${what}, in JSON`,
      member((good, marker) => JSON.stringify(text(good, marker))),
    ]),
  ),
};

export const tag = (marker: string): string => `<img src=x onerror=${marker}>`;

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Headers that are no credentials, or those of somebody else. */
export const hostileAuthorization = (marker: string): readonly string[] => [
  '',
  'Basic',
  'Basic ',
  'Basic =',
  'Basic ====',
  `Basic ${marker}`,
  `Basic  ${base64('web:x')}`,
  `Basic ${base64('web')}`,
  `Basic ${base64(':')}`,
  `Basic ${base64(`:${marker}`)}`,
  `Basic ${base64(`${tag(marker)}:x`)}`,
  `Basic ${base64('web:%zz')}`,
  `Basic ${base64('web:%00')}`,
  `Basic ${base64('__proto__:x')}`,
  `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`,
  `Basic ${base64('web:x')}, Basic ${base64('web:y')}`,
  `Basic ${'A'.repeat(12_000)}`,
  'Bearer',
  'Bearer ',
  `Bearer ${marker}`,
  `Bearer  ${marker} ${marker}`,
  `Bearer ${marker}, Bearer ${marker}`,
  `Bearer,${marker}`,
  `Bearer "${marker}"`,
  `bearer ${'.'.repeat(10_000)}`,
  `Bearer ${'a.'.repeat(6_000)}a`,
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Bearer eyJhbGciOiJub25lIn0.e30.AA',
  `Bearer ${Buffer.from('{"alg":"RS256","kid":"__proto__"}').toString('base64url')}.e30.AA`,
  `Bearer ${Buffer.from('{"alg":"RS256","kid":["a"]}').toString('base64url')}.e30.AA`,
  `Bearer ${Buffer.from('[]').toString('base64url')}.bnVsbA.AA`,
  `Digest username="${marker}"`,
  `Negotiate ${marker}`,
  `DPoP ${marker}`,
  `${'x'.repeat(12_000)} y`,
  'B\xe4rer x',
];
