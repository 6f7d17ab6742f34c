/** The standard claims about a person, by the scope that releases them (OpenID Connect Core 1.0, sections 5.1 and 5.4). */
const CLAIMS_BY_SCOPE: readonly (readonly [scope: string, claims: readonly string[]])[] = [
  [
    'profile',
    (
      'name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate ' +
      'zoneinfo locale updated_at'
    ).split(' '),
  ],
  ['email', ['email', 'email_verified']],
  ['address', ['address']],
  ['phone', ['phone_number', 'phone_number_verified']],
];

/** The claims about a person that may be released: by their scope, or one by one, by name. */
export const STANDARD_CLAIMS: readonly string[] = CLAIMS_BY_SCOPE.flatMap(([, claims]) => claims);

/** The claims about a person that a client asked for by name (OpenID Connect Core 1.0, section 5.5). */
export interface RequestedClaims {
  readonly idToken: readonly string[];
  readonly userinfo: readonly string[];
}

/**
 * The scopes that would release what is asked for by name. Consent is asked for these, in words that people know: whoever
 * allows an application to see their email address has allowed it to, by whichever way it asks.
 */
export const scopesReleasing = ({ idToken, userinfo }: RequestedClaims): readonly string[] => {
  const names = new Set([...idToken, ...userinfo]);
  return CLAIMS_BY_SCOPE.filter(([, claims]) => claims.some((name) => names.has(name))).map(([scope]) => scope);
};

/**
 * The claims about a person that scopes release, and those that were asked for by name and allowed.
 *
 * @param requested names of standard claims; others release nothing
 */
export const releasedClaims = (
  scopes: readonly string[],
  claims: Readonly<Record<string, unknown>>,
  requested: readonly string[],
): Readonly<Record<string, unknown>> => {
  const released = CLAIMS_BY_SCOPE.flatMap(([scope, names]) =>
    names.filter((name) => scopes.includes(scope) || requested.includes(name)),
  );
  return Object.fromEntries(released.filter((name) => Object.hasOwn(claims, name)).map((name) => [name, claims[name]]));
};
