/**
 * The `WWW-Authenticate` header: how a resource server says what a call lacks, and how a client reads it.
 *
 * Grammar: RFC 9110, section 11. Parameters: RFC 6750 (`error`, `scope`), RFC 9470 (`acr_values`, `max_age`),
 * RFC 9449 (`algs`), RFC 9728 (`resource_metadata`).
 */

/** One challenge of a scheme that carries OAuth access tokens. */
export interface StepUpChallenge {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly error?: string;
  readonly errorDescription?: string;
  /** The scopes that the call needs (RFC 6750, section 3). */
  readonly scope?: readonly string[];
  /** Authentication context classes in order of preference, any one of which will do (RFC 9470, section 3). */
  readonly acrValues?: readonly string[];
  /** How many seconds ago the person may last have proven who they are (RFC 9470, section 3). */
  readonly maxAgeSeconds?: number;
  /** Where the metadata of the protected resource is (RFC 9728, section 5.1). */
  readonly resourceMetadata?: string;
  readonly realm?: string;
  /** Signature algorithms accepted in DPoP proofs (RFC 9449, section 7.1). */
  readonly algs?: readonly string[];
}

/** A refusal that a new authorization can cure: of a better or fresher authentication, or of more scopes. */
export type StepUp = StepUpChallenge & { readonly kind: 'authentication' | 'scope' };

/** Longer headers are not read: no honest challenge comes near, and reading costs the one who reads. */
const LONGEST_HEADER = 8192;
const LARGEST_MAX_AGE = 999_999_999;

const VALUE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const OUTSIDE_ERROR_TEXT = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;
const OUTSIDE_PRINTABLE = /[^\x20-\x7e]/g;

/** RFC 6750, section 3: `error` and `error_description` keep to %x20-21 / %x23-5B / %x5D-7E. */
const errorText = (text: string): string =>
  text.replaceAll('"', "'").replaceAll('\\', '/').replaceAll(OUTSIDE_ERROR_TEXT, '?');

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

const checkedToken = (value: string, parameter: string): string => {
  if (!VALUE_TOKEN.test(value)) throw new TypeError(`Not a value that ${parameter} can hold.`);
  return value;
};

const checkedList = (values: readonly string[] | undefined, parameter: string): string | undefined =>
  values === undefined || values.length === 0
    ? undefined
    : values.map((value) => checkedToken(value, parameter)).join(' ');

const checkedMaxAge = (seconds: number | undefined): string | undefined => {
  if (seconds === undefined) return undefined;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > LARGEST_MAX_AGE) {
    throw new TypeError('max_age is a whole number of seconds with at most nine digits.');
  }
  return String(seconds);
};

/**
 * Writes one challenge as a header value of printable ASCII: text that the header cannot carry is replaced,
 * and a line break can never appear.
 *
 * @throws TypeError when a scope, an `acr` value, an algorithm, an address or an age is not one: that is a mistake in
 * the configuration, and a challenge that silently lacks its demand would mislead the client.
 */
export const formatChallenge = (challenge: StepUpChallenge): string => {
  const scheme = challenge.scheme === 'DPoP' ? 'DPoP' : 'Bearer';
  const { error, errorDescription, resourceMetadata } = challenge;
  const parameters: readonly (readonly [string, string | undefined])[] = [
    ['realm', challenge.realm?.replaceAll(OUTSIDE_PRINTABLE, '?')],
    ['error', error ? errorText(error) : undefined],
    ['error_description', errorDescription ? errorText(errorDescription) : undefined],
    ['scope', checkedList(challenge.scope, 'scope')],
    ['acr_values', checkedList(challenge.acrValues, 'acr_values')],
    ['max_age', checkedMaxAge(challenge.maxAgeSeconds)],
    ['resource_metadata', resourceMetadata && checkedToken(resourceMetadata, 'resource_metadata')],
    ['algs', checkedList(challenge.algs, 'algs')],
  ];
  const written = parameters.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(value)}`]));
  return [scheme, written.join(', ')].join(' ').trimEnd();
};

const PARAMETER_START = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+[ \t]*=/;
const TOKEN_PARAMETER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)$/;
const QUOTED_PARAMETER =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)"$/;
const SCHEME = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?:[ \t]+([^ \t].*))?$/s;

/** The elements of a comma-separated header (RFC 9110, section 5.6.1); a comma inside a quoted string does not count. */
const elementsOf = (header: string): readonly string[] => {
  const elements: string[] = [];
  let start = 0;
  let inQuotes = false;
  for (let i = 0; i < header.length; i += 1) {
    const character = header[i];
    if (inQuotes && character === '\\') i += 1;
    else if (character === '"') inQuotes = !inQuotes;
    else if (character === ',' && !inQuotes) {
      elements.push(header.slice(start, i));
      start = i + 1;
    }
  }
  elements.push(header.slice(start));
  return elements.map((element) => element.trim()).filter((element) => element !== '');
};

/** A challenge as it is written: `undefined` parameters mean that something in it was malformed. */
interface WrittenChallenge {
  readonly scheme: string;
  parameters: Map<string, string> | undefined;
}

/** RFC 6750, section 3: a parameter appears once. Which of two to believe is not ours to guess. */
const addParameter = (challenge: WrittenChallenge, element: string): void => {
  const [, written = '', value] = TOKEN_PARAMETER.exec(element) ?? QUOTED_PARAMETER.exec(element) ?? [];
  const name = written.toLowerCase();
  if (value === undefined || challenge.parameters?.has(name)) challenge.parameters = undefined;
  else challenge.parameters?.set(name, value.replaceAll(/\\(.)/g, '$1'));
};

/**
 * The challenges of a header, whole or spoilt. After a comma, a name with an equals sign belongs to the challenge
 * before it, and anything else begins a new one. A token68 (`Negotiate YWJj==`) spoils its challenge: no scheme
 * that is read here has one.
 */
const writtenChallenges = (header: string): readonly WrittenChallenge[] => {
  const challenges: WrittenChallenge[] = [];
  for (const element of elementsOf(header)) {
    const current = challenges.at(-1);
    const [, scheme, rest] = SCHEME.exec(element) ?? [];
    if (PARAMETER_START.test(element)) {
      if (current) addParameter(current, element);
    } else if (scheme !== undefined) {
      const next: WrittenChallenge = { scheme: scheme.toLowerCase(), parameters: new Map() };
      challenges.push(next);
      if (rest !== undefined) addParameter(next, rest);
    } else if (current) {
      current.parameters = undefined;
    }
  }
  return challenges;
};

const tokensOf = (value: string | undefined): readonly string[] =>
  value?.split(' ').filter((token) => VALUE_TOKEN.test(token)) ?? [];

/** Takes from the parameters what has a meaning; a value that its parameter cannot hold is left out. */
const meaningOf = (scheme: 'Bearer' | 'DPoP', parameters: ReadonlyMap<string, string>): StepUpChallenge => {
  const error = parameters.get('error');
  const description = parameters.get('error_description');
  const scope = tokensOf(parameters.get('scope'));
  const acrValues = tokensOf(parameters.get('acr_values'));
  const maxAge = parameters.get('max_age');
  const resourceMetadata = parameters.get('resource_metadata');
  const realm = parameters.get('realm');
  const algs = tokensOf(parameters.get('algs'));
  return {
    scheme,
    ...(error && errorText(error) === error ? { error } : {}),
    ...(description ? { errorDescription: errorText(description) } : {}),
    ...(scope.length > 0 ? { scope } : {}),
    ...(acrValues.length > 0 ? { acrValues } : {}),
    ...(maxAge && /^\d{1,9}$/.test(maxAge) ? { maxAgeSeconds: Number(maxAge) } : {}),
    ...(resourceMetadata && VALUE_TOKEN.test(resourceMetadata) ? { resourceMetadata } : {}),
    ...(realm !== undefined ? { realm } : {}),
    ...(algs.length > 0 ? { algs } : {}),
  };
};

const readableSchemes: ReadonlyMap<string, 'Bearer' | 'DPoP'> = new Map([
  ['bearer', 'Bearer'],
  ['dpop', 'DPoP'],
]);

/**
 * Reads the Bearer and DPoP challenges of a header, in order; other schemes are passed over.
 * A malformed challenge, and one with a parameter twice, is left out. Never throws; the header is not trusted.
 */
export const parseChallenges = (header: string | null): readonly StepUpChallenge[] => {
  if (typeof header !== 'string' || header.length > LONGEST_HEADER) return [];
  return writtenChallenges(header).flatMap(({ scheme, parameters }) => {
    const readable = readableSchemes.get(scheme);
    return readable && parameters ? [meaningOf(readable, parameters)] : [];
  });
};

/**
 * The challenge that a new authorization can answer: the first that asks for authentication (RFC 9470, section 3),
 * else the first that asks for scopes (RFC 6750, section 3.1); `undefined` when there is none.
 */
export const stepUpChallengeOf = (header: string | null): StepUp | undefined => {
  const challenges = parseChallenges(header);
  const authentication = challenges.find(({ error }) => error === 'insufficient_user_authentication');
  if (authentication) return { ...authentication, kind: 'authentication' };
  const scope = challenges.find(({ error }) => error === 'insufficient_scope');
  return scope && { ...scope, kind: 'scope' };
};
