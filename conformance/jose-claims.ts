/** Hostile tokens: rightly signed, with claims that must not be believed (RFC 7519, section 4.1). */
import type { Genuine, Vector } from './jose-token.ts';
import { Raw, signed } from './jose-token.ts';

type Value = (g: Genuine) => unknown;

const claim = (member: string, cases: readonly (readonly [what: string, value: unknown])[]): readonly Vector[] =>
  cases.map(([what, value]) => ({
    name: `${member}: ${what}`,
    make: (g) => signed(g, {}, { [member]: typeof value === 'function' ? (value as Value)(g) : value }),
  }));

const numberIn = (member: string, { claims }: Genuine): number => Number(claims[member]);

/** Of a type or size that no moment has. Milliseconds and fractions are among them. */
const NO_MOMENTS: readonly (readonly [what: string, value: unknown])[] = [
  ['null', null],
  ['true', true],
  ['a list', [4_000_000_000]],
  ['an object', { valueOf: 4_000_000_000 }],
  ['a number in a string', '4000000000'],
  ['a date in a string', '2999-01-01T00:00:00Z'],
  ['NaN in a string', 'NaN'],
  ['an empty string', ''],
  ['a fraction', 4_000_000_000.5],
  ['1e400', new Raw('1e400')],
  ['1e300', new Raw('1e300')],
  ['-1e400', new Raw('-1e400')],
  ['milliseconds', (g: Genuine) => numberIn('exp', g) * 1000],
];

/** `exp` that is none. */
export const expiryVectors: readonly Vector[] = [
  ...claim('exp', [...NO_MOMENTS, ['missing', undefined]]),
  {
    name: 'exp: only in an object called __proto__',
    make: (g) => signed(g, {}, { exp: undefined, ['__proto__']: new Raw(`{"exp":${numberIn('exp', g)}}`) }),
  },
];

/** `exp` that is over. */
export const expiredVectors: readonly Vector[] = claim('exp', [
  ['in the past', (g: Genuine) => numberIn('iat', g) - 3600],
  ['zero', 0],
  ['negative', -1],
  ['negative zero', new Raw('-0')],
]);

/** Tokens of the future, by clocks that nobody has. */
export const futureVectors: readonly Vector[] = [
  ...claim('iat', [
    ['a day ahead', (g: Genuine) => numberIn('iat', g) + 86_400],
    ['in a string', (g: Genuine) => String(numberIn('iat', g))],
    ['milliseconds', (g: Genuine) => numberIn('iat', g) * 1000],
    ['1e400', new Raw('1e400')],
  ]),
  ...claim('nbf', [
    ['a day ahead', (g: Genuine) => numberIn('iat', g) + 86_400],
    ['in a string', (g: Genuine) => String(numberIn('iat', g))],
    ['milliseconds', (g: Genuine) => numberIn('iat', g) * 1000],
    ['1e400', new Raw('1e400')],
    ['a list', []],
    ['null', null],
  ]),
];

const named = (g: Genuine, member: string): string => [g.claims[member]].flat().map(String)[0] ?? '';

/** For somebody else, or for nobody. */
export const audienceVectors: readonly Vector[] = claim('aud', [
  ['missing', undefined],
  ['null', null],
  ['an empty string', ''],
  ['an empty list', []],
  ['somebody else', 'https://other.example/'],
  ['a list of others', ['https://other.example/', 'https://third.example/']],
  ['a list in a list', (g: Genuine) => [[named(g, 'aud')]]],
  ['an object', (g: Genuine) => ({ 0: named(g, 'aud'), length: 1 })],
  ['a beginning of the right one', (g: Genuine) => named(g, 'aud').slice(0, -2)],
  ['more than the right one', (g: Genuine) => `${named(g, 'aud')}x`],
  ['the right one among others in one string', (g: Genuine) => `${named(g, 'aud')} https://other.example/`],
  ['a number', 7],
  ['a list with something besides words', (g: Genuine) => [named(g, 'aud'), 7]],
]);

/** By somebody else. */
export const issuerVectors: readonly Vector[] = claim('iss', [
  ['missing', undefined],
  ['null', null],
  ['an empty string', ''],
  ['somebody else', 'https://other.example/'],
  ['a list with the right one', (g: Genuine) => [named(g, 'iss')]],
  ['the right one in capitals', (g: Genuine) => named(g, 'iss').toUpperCase()],
  ['more than the right one', (g: Genuine) => `${named(g, 'iss')}x`],
  ['an object', {}],
]);

/** About nobody. */
export const subjectVectors: readonly Vector[] = claim('sub', [
  ['missing', undefined],
  ['null', null],
  ['a number', 7],
  ['a list with the right one', (g: Genuine) => [named(g, 'sub')]],
  ['an object', { toString: 'user_ada' }],
  ['true', true],
]);
