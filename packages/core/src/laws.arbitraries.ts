/**
 * Arbitrary situations for the tests of the laws: usual ones, where time, levels and authenticators fit together, and odd
 * ones, where nothing does. Each is drawn from a sequence of small numbers, so that a counterexample shrinks well.
 * Moments are few and close together, so that a bound is met exactly, and missed by one second, as often as not.
 */
import type { AuthenticationEvent, Kind, Proof } from './authentication-event.ts';
import type { Prompt } from './authorization-request/authorization-request.ts';
import { PROMPTS } from './authorization-request/authorization-request.ts';
import type { Instant } from './instant.ts';
import { instant } from './instant.ts';
import type { Person, Situation } from './next-step.ts';
import type { Api, ProofDemand, ScopePolicy } from './policy/api.ts';
import type { Level, ProofClass } from './policy/levels.ts';
import { defaultLevels, levelNamed } from './policy/levels.ts';
import type { Requirement, RequirementSource } from './policy/requirement.ts';
import { catalogue } from './step-up.notation.ts';

/** The next whole number from 0 up to, and not including, `below`. */
export type Draw = (below: number) => number;

/** Draws from a tape of numbers; when it has run out everything is the simplest there is. */
export const drawFrom = (tape: Iterable<number>): Draw => {
  const numbers = tape[Symbol.iterator]();
  return (below) => (numbers.next().value ?? 0) % below;
};

const one = <T>(draw: Draw, items: readonly [T, ...T[]]): T => items[draw(items.length)] ?? items[0];

const some = <T>(draw: Draw, items: readonly T[]): readonly T[] => items.filter(() => draw(2) === 1);

const listOf = <T>(draw: Draw, longest: number, make: (draw: Draw) => T): readonly T[] =>
  Array.from({ length: draw(longest + 1) }, () => make(draw));

/** A value three times out of four, or out of `chances`; nothing otherwise. */
const perhaps = <T>(draw: Draw, make: (draw: Draw) => T, chances = 2): T | undefined =>
  draw(chances) === 0 ? undefined : make(draw);

/** The request is made at this second; facts lie around it, and nothing demands proofs from after it. */
export const REQUESTED_AT = instant(8);

const arbitraryMoment = (draw: Draw): Instant => instant(draw(13));

const CLASSES: readonly [ProofClass, ...ProofClass[]] = [
  'any',
  'not-knowledge',
  'phishing-resistant',
  'phishing-resistant-hardware',
];
const KINDS: readonly Kind[] = ['knowledge', 'possession', 'inherence'];
const METHODS = ['pwd', 'otp', 'hwk', 'mfa', 'constructor', '__proto__', '7'];

const arbitraryLevel = (draw: Draw): Level => ({
  acr: one(draw, ['mfa', 'phr', '1fa', 'L1', 'L2', 'constructor']),
  aliases: some(draw, ['urn:other', 'mfa']),
  kinds: one(draw, [1, 2, 3]),
  shownBy: one(draw, CLASSES),
  renewedBy: one(draw, CLASSES),
});

const namesOf = ({ acr, aliases }: Level): readonly string[] => [acr, ...aliases];

/** The levels of the house, one time in three those of somebody with ideas of their own; there may be none. */
export const arbitraryLevels = (draw: Draw): readonly Level[] => {
  const kind = draw(6);
  const levels = kind < 4 ? [] : listOf(draw, 4, arbitraryLevel);
  return (kind === 4 ? levels : [...levels, ...defaultLevels]).filter(
    (level, i, all) => !all.slice(0, i).some((other) => namesOf(other).some((name) => namesOf(level).includes(name))),
  );
};

/** Levels that no configuration should hold, where one name means several things. */
export const confusedLevels = (draw: Draw): readonly Level[] => [...listOf(draw, 4, arbitraryLevel), ...defaultLevels];

const arbitraryProof = (draw: Draw): Proof => ({
  authenticator: `odd-${draw(4)}`,
  factor: one(draw, ['odd', 'password']),
  kinds: some(draw, KINDS),
  first: draw(2) === 1,
  phishingResistant: draw(2) === 1,
  hardwareBound: draw(2) === 1,
  amr: some(draw, METHODS),
});

/** Mostly an authenticator of the catalogue. */
export const anyProof = (draw: Draw): Proof =>
  draw(5) === 4 ? arbitraryProof(draw) : (catalogue[draw(catalogue.length)] ?? arbitraryProof(draw));

export const anyEvent = (draw: Draw): AuthenticationEvent => ({ ...anyProof(draw), at: arbitraryMoment(draw) });

export const anyEvents = (draw: Draw): readonly AuthenticationEvent[] => listOf(draw, 5, anyEvent);

const SOURCES: readonly [RequirementSource, ...RequirementSource[]] = [
  { from: 'client' },
  { from: 'user' },
  { from: 'role', role: 'teller' },
  { from: 'risk', signal: 'new-device' },
  { from: 'action', action: 'night' },
  { from: 'scope', audience: 'https://api.example/', scope: 'transfer' },
];

const FACTORS: readonly string[] = ['webauthn', 'totp', 'phone', 'email', 'push', 'recovery-code', 'password', 'odd'];

const someNames = (draw: Draw, levels: readonly Level[]): readonly string[] => {
  const known = levels.flatMap(namesOf);
  const drawn = Array.from({ length: 1 + draw(2) }, () => known[draw(known.length)] ?? 'unheard-of');
  const sort = draw(24);
  // Now and then a demand that holds, or is, nothing anybody knows.
  return sort === 23 ? [] : sort > 20 ? ['unheard-of', ...drawn.slice(1)] : drawn;
};

const resolved = (levels: readonly Level[], names: readonly string[]): readonly string[] => [
  ...new Set(names.flatMap((name) => levelNamed(levels, name)?.acr ?? [])),
];

const bounds = (draw: Draw, latestSince: number): Pick<Requirement, 'since' | 'binds'> => {
  const since = perhaps(draw, () => instant(draw(latestSince + 1)));
  return { binds: one(draw, ['proof', 'proof', 'every']), ...(since !== undefined && { since }) };
};

/** A demand that nobody can drop. */
export const anyNeed = (draw: Draw, levels: readonly Level[], latestSince: number = REQUESTED_AT): Requirement => {
  const names = perhaps(draw, () => someNames(draw, levels), 4);
  const need = {
    source: one(draw, SOURCES),
    ...bounds(draw, latestSince),
    ...(names && { acr: resolved(levels, names) }),
  };
  // Now and then a certain factor is wanted, or none of any, which nobody can prove.
  return draw(6) === 5 ? { ...need, factors: some(draw, FACTORS) } : need;
};

/** What the client asks for in its own words, by one of the two parameters that can. */
const anyWish = (draw: Draw, levels: readonly Level[], parameter: 'acr_values' | 'claims'): Requirement => {
  const asked = someNames(draw, levels);
  const source = { from: 'request', parameter } as const;
  return { source, ...bounds(draw, REQUESTED_AT), asked, acr: resolved(levels, asked), voluntary: true };
};

/** Demands of several sources; at most one of each parameter of the request, which here is a need. */
export const anyNeeds = (draw: Draw, levels: readonly Level[]): readonly Requirement[] => {
  const asked = (['acr_values', 'claims'] as const).flatMap((parameter) => {
    if (draw(4) > 0) return [];
    const { voluntary: _, ...need } = anyWish(draw, levels, parameter);
    return [need];
  });
  const anew: Requirement = { source: { from: 'client' }, binds: 'every', since: REQUESTED_AT };
  return [...listOf(draw, 3, () => anyNeed(draw, levels)), ...asked, ...(draw(4) === 3 ? [anew] : [])];
};

export const anyWishes = (draw: Draw, levels: readonly Level[]): readonly Requirement[] =>
  draw(2) === 0 ? [] : [anyWish(draw, levels, one(draw, ['acr_values', 'claims']))];

const FIRST = catalogue.filter(({ first, kinds }) => first && kinds.length > 0);

/** Somebody who mostly has signed in; an enrolled authenticator is often the one that was proven before. */
const anyPerson = (draw: Draw): Person => {
  const first = FIRST[draw(FIRST.length)];
  const login = first && draw(5) > 0 ? [{ ...first, at: arbitraryMoment(draw) }] : [];
  return {
    userId: one(draw, ['alice', 'bob']),
    events: [...login, ...listOf(draw, 3, anyEvent)],
    enrolled: [...listOf(draw, 4, anyProof), ...(first && draw(3) > 0 ? [first] : [])],
  };
};

const anyPrompt = (draw: Draw): readonly Prompt[] =>
  draw(3) > 0 ? [] : draw(3) === 0 ? ['none'] : some(draw, PROMPTS.slice(1));

/** Everything that the next step depends on, with needs alone; wishes are added where a law speaks of them. */
export const anySituation = (draw: Draw, levels: readonly Level[] = arbitraryLevels(draw)): Situation => {
  const person = perhaps(draw, anyPerson, 8);
  const user = (): 'alice' | 'bob' => one(draw, ['alice', 'bob']);
  const [expectedUser, pinnedUser] = [draw(8) === 7 ? user() : undefined, draw(8) === 7 ? user() : undefined];
  const [accountSelectedAt, consentedAt] = [perhaps(draw, arbitraryMoment), perhaps(draw, arbitraryMoment)];
  return {
    prompt: anyPrompt(draw),
    requestedAt: REQUESTED_AT,
    requirements: anyNeeds(draw, levels),
    levels,
    consentMissing: draw(4) === 3 ? ['transfer'] : [],
    installed: draw(8) === 7 ? listOf(draw, 3, anyProof) : [...catalogue, ...(person?.enrolled ?? [])],
    enrollable: draw(3) === 2 ? listOf(draw, 2, anyProof) : [],
    ...(person && { person }),
    ...(expectedUser && { expectedUser }),
    ...(pinnedUser && { pinnedUser }),
    ...(accountSelectedAt !== undefined && { accountSelectedAt }),
    ...(consentedAt !== undefined && { consentedAt }),
  };
};

const anyDemand = (draw: Draw, levels: readonly Level[]): ProofDemand => {
  const [acr, maxAgeSeconds] = [perhaps(draw, () => someNames(draw, levels)), perhaps(draw, () => draw(10))];
  return { ...(acr && { acr }), ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) };
};

const SCOPES = ['read', 'transfer', 'constructor', '__proto__'] as const;

/** An API that defines some of these scopes. */
export const anyApi = (draw: Draw, levels: readonly Level[]): Api => {
  const scopePolicy = (): ScopePolicy => ({
    description: {},
    requires: anyDemand(draw, levels),
    singleUse: draw(4) === 3,
  });
  return {
    audience: 'https://api.example/',
    name: 'Example',
    signingAlg: 'RS256',
    tokenLifetimeSeconds: 300,
    scopes: Object.fromEntries(SCOPES.filter(() => draw(4) > 0).map((scope) => [scope, scopePolicy()])),
    resourceServerClients: [],
  };
};

/** Scopes that are asked for: of the API, of OpenID Connect, or of nobody. */
export const anyScopes = (draw: Draw): readonly string[] =>
  some(draw, [...SCOPES, 'openid', 'offline_access', ...(draw(4) === 3 ? ['toString', 'unheard-of'] : [])]);
