/**
 * A small language in which facts and demands can be read aloud. Only the tests of the rules speak it:
 *
 *     password@0, totp@120                          what was proven, at which second
 *     mfa since 100, every since 100                what is required, from several sources at once
 *     phr or mfa · wished acr_values phr or mfa     any one of these levels; the client's own words, and only as a wish
 *     mfa using totp or email since 100             and one of these factors, as fresh as that
 *     passkey / password + totp                     the choices: this one, or both of those
 */
import type { AuthenticationEvent, Proof } from './authentication-event.ts';
import { instant } from './instant.ts';
import type { Level } from './policy/levels.ts';
import { defaultLevels, levelNamed, PAPE_MULTI_FACTOR } from './policy/levels.ts';
import type { Requirement, RequirementSource } from './policy/requirement.ts';
import type { Choice } from './step-up.ts';

const weak = { first: false, phishingResistant: false, hardwareBound: false } as const;

/** Authenticators of every sort, strongest first: those of one person, unless a test says otherwise. */
export const catalogue: readonly Proof[] = [
  {
    authenticator: 'hardware-passkey',
    factor: 'webauthn',
    kinds: ['possession', 'inherence'],
    first: true,
    phishingResistant: true,
    hardwareBound: true,
    amr: ['hwk', 'user'],
  },
  {
    authenticator: 'passkey',
    factor: 'webauthn',
    kinds: ['possession', 'inherence'],
    first: true,
    phishingResistant: true,
    hardwareBound: false,
    amr: ['swk', 'user'],
  },
  {
    authenticator: 'key',
    factor: 'webauthn',
    kinds: ['possession'],
    first: false,
    phishingResistant: true,
    hardwareBound: true,
    amr: ['hwk'],
  },
  { ...weak, authenticator: 'totp', factor: 'totp', kinds: ['possession'], amr: ['otp'] },
  { ...weak, authenticator: 'sms', factor: 'phone', kinds: ['possession'], amr: ['sms'] },
  { ...weak, authenticator: 'voice', factor: 'phone', kinds: ['possession'], amr: ['tel'] },
  { ...weak, authenticator: 'email', factor: 'email', kinds: ['possession'], amr: ['otp'] },
  { ...weak, authenticator: 'face', factor: 'face', kinds: ['inherence'], amr: ['face'] },
  { ...weak, authenticator: 'password', factor: 'password', kinds: ['knowledge'], first: true, amr: ['pwd'] },
  { ...weak, authenticator: 'pin', factor: 'pin', kinds: ['knowledge'], amr: ['pin'] },
  // A login elsewhere, which no mapping gives a meaning here; it claims more than it may.
  { ...weak, authenticator: 'federated', factor: 'federated', kinds: [], first: true, amr: ['mfa', 'pwd'] },
  { ...weak, authenticator: 'phone-app', factor: 'push', kinds: ['possession'], amr: ['swk'] },
  { ...weak, authenticator: 'sheet', factor: 'recovery-code', kinds: ['possession'], amr: ['otp'] },
];

/** A proof by its name in the catalogue. */
export const proof = (name: string): Proof => {
  const found = catalogue.find(({ authenticator }) => authenticator === name);
  if (!found) throw new Error(`No such authenticator: ${name}`);
  return found;
};

const parts = (text: string, separator: string): readonly string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** `passkey, totp` */
export const proofs = (text: string): readonly Proof[] => parts(text, ',').map(proof);

/** `password@0, totp@120` */
export const events = (text: string): readonly AuthenticationEvent[] =>
  parts(text, ',').map((fact) => {
    const [name = '', second] = fact.split('@');
    return { ...proof(name), at: instant(Number(second)) };
  });

const DEMAND = /^(wished )?(?:(acr_values|claims) )?(every ?)?((?!since ).*?)?(?: ?since (\d+))?$/;

/** `mfa since 100, every since 100`; `nothing` demands nothing, `nobody` is a level that does not exist. */
export const requirements = (text: string, levels: readonly Level[] = defaultLevels): readonly Requirement[] =>
  parts(text, ',')
    .filter((demand) => demand !== 'nothing')
    .map((demand) => requirement(demand, levels));

/** One demand. */
export const requirement = (demand: string, levels: readonly Level[] = defaultLevels): Requirement => {
  const [, wished, parameter, every, wanted = '', since] = DEMAND.exec(demand) ?? [];
  const [list = '', factors] = wanted.split(/(?:^| )using /);
  const names = list ? parts(list, ' or ').map((name) => (name === 'PAPE' ? PAPE_MULTI_FACTOR : name)) : undefined;
  return {
    source: sourceOf(parameter),
    binds: every === undefined ? 'proof' : 'every',
    ...(names && { acr: [...new Set(names.flatMap((name) => levelNamed(levels, name)?.acr ?? []))] }),
    ...(names && parameter !== undefined && { asked: names }),
    ...(factors !== undefined && { factors: parts(factors, ' or ') }),
    ...(since !== undefined && { since: instant(Number(since)) }),
    ...(wished !== undefined && { voluntary: true }),
  };
};

const sourceOf = (parameter: string | undefined): RequirementSource =>
  parameter === 'acr_values' || parameter === 'claims' ? { from: 'request', parameter } : { from: 'client' };

/** Writes choices down: `passkey / password + totp`. */
export const choicesText = (choices: readonly Choice[]): string =>
  choices.map((choice) => choice.map(({ authenticator }) => authenticator).join(' + ')).join(' / ');

/** The cells of a table of text, row by row; a note in brackets is for the reader only. */
export const rows = (table: string): readonly (readonly string[])[] =>
  table
    .split('\n')
    .filter((line) => line.includes('|'))
    .map((line) => line.split('|').map((cell) => cell.replace(/\(.*\)/, '').trim()));
