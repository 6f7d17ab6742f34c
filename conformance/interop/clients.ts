/**
 * The clients of others that Stile is tried with. Each has a file of tests here, in which the name of a test begins with
 * the step it belongs to: `sign in: …`, `step up: …`, `refresh: …`, `sign out: …`, `failure: …`. What is tested beyond these
 * has a name without. `npm run interop` makes a table of it.
 */

/** What is tried with every client, in the order of the table. */
export const steps = ['sign in', 'step up', 'refresh', 'sign out', 'failure'] as const;
export type Step = (typeof steps)[number];

export interface Client {
  /** What its makers call it. */
  readonly name: string;
  /** The file of its tests, in this folder. */
  readonly file: string;
  /** Where its version stands: in `package-lock.json`, or with the Debian package that is installed. */
  readonly from: { readonly npm: string } | { readonly debian: string };
  /** Steps that are not its part, each with the reason. Every other step has a test. */
  readonly notItsPart: Readonly<Partial<Record<Step, string>>>;
  /** What was found otherwise, and is worth knowing before an application moves. */
  readonly notes: readonly string[];
}

export const clients: readonly Client[] = [
  {
    name: 'openid-client',
    file: 'openid-client.test.ts',
    from: { npm: 'openid-client' },
    notItsPart: {},
    notes: [],
  },
  {
    name: 'oauth4webapi',
    file: 'oauth4webapi.test.ts',
    from: { npm: 'oauth4webapi' },
    notItsPart: { 'sign out': 'it revokes tokens, and leaves the address of a logout to the application' },
    notes: [],
  },
  {
    name: '@auth0/auth0-spa-js',
    file: 'auth0-spa-js.test.ts',
    from: { npm: '@auth0/auth0-spa-js' },
    notItsPart: {},
    notes: [
      "It remembers tokens by scope and gives the same one out again, also one that is good for one use: ask for such scopes with `cacheMode: 'off'`, or use `@stile/client`, which gives each call its own.",
      'It does not look at `acr` after its window has closed. It need not here: the scope is not in the token unless its demand was met.',
      "`mfa_required` with an `mfa_token` (Auth0's MFA API), and refresh tokens for several APIs (`useMrrt`), are not spoken yet. `interactiveErrorHandler: 'popup'` works over the hidden frame, so with `useRefreshTokens` set `useRefreshTokensFallback` as well; without it a scope that was not granted at login is `missing_refresh_token`.",
    ],
  },
  {
    name: 'oidc-client-ts',
    file: 'oidc-client-ts.test.ts',
    from: { npm: 'oidc-client-ts' },
    notItsPart: {},
    notes: [
      "It takes `acr`, `amr` and `auth_time` out of the profile as long as `filterProtocolClaims` is not set: set it to what is to be left out, such as `['nonce', 'at_hash']`.",
      'With `loadUserInfo`, a token that is good for one use cannot be asked for: such a token opens the API it was made for and not userinfo, and the sign-in ends in `Unauthorized (401)`. It is off unless it is set.',
      'It sends no `nonce` and does not look at `iss` of an answer. It always sends PKCE, on which the server insists for such clients.',
    ],
  },
  {
    name: 'express-openid-connect',
    file: 'express-openid-connect.test.ts',
    from: { npm: 'express-openid-connect' },
    notItsPart: {},
    notes: [
      "Without `authorizationParams` it asks for `response_type=id_token`, which is not spoken: it is refused with `unsupported_response_type`. Set `response_type: 'code'` and a `clientSecret`.",
      "`claimIncludes('amr', 'mfa')` calls `login()` without parameters when it fails, so it must stand behind a handler that asks for `acr_values`; alone it would redirect for ever, at Auth0 as here.",
    ],
  },
  {
    name: '@auth0/auth0-auth-js',
    file: 'auth0-auth-js.test.ts',
    from: { npm: '@auth0/auth0-auth-js' },
    notItsPart: {},
    notes: [
      'It makes `https://` of the domain it is given, so the issuer must be that.',
      'It sends PKCE and neither `state` nor `nonce`, and takes no answer that has a `state`: what binds an answer to a browser is the verifier that the application keeps for that browser.',
      'Its logout has no ID token, so the server asks the person before it signs them out. `/v2/logout`, or `end_session` with `id_token_hint`, asks nobody.',
      'Its clients for `/mfa`, passkeys, passwordless login, token exchange and anonymous sessions speak to endpoints of Auth0 that are not there yet.',
    ],
  },
  {
    name: 'passport-openidconnect',
    file: 'passport-openidconnect.test.ts',
    from: { npm: 'passport-openidconnect' },
    notItsPart: { refresh: 'it hands the refresh token to the application, and renews nothing' },
    notes: [
      'Set `nonce: true`. It knows no PKCE, and of the two a confidential client must send one; without, the server answers `invalid_request`.',
      'It does not discover anything, verifies no signature of the ID token (which comes over the connection to the token endpoint), and does not look at `iss` of an answer.',
      'It asks for levels where the strategy is made (`acrValues`, `maxAge`), so a step-up is a second strategy, with a `sessionKey` and an address of its own. What came of it is `context.class`, `context.methods` and `context.timestamp`.',
      'It authenticates by `client_secret_post`.',
    ],
  },
  {
    name: '@auth/core',
    file: 'auth-core.test.ts',
    from: { npm: '@auth/core' },
    notItsPart: {},
    notes: [
      "It comes with `checks: ['pkce']`. Add `'state'` and `'nonce'`.",
      'A step-up is a sign-in with more parameters (`acr_values`, `max_age`). It does not look at what came of it: keep `profile.acr` in the `jwt` callback, and compare it there.',
      'It exchanges codes by `client_secret_basic`, and its guide renews tokens with the secret in the form: allow the client both.',
      'Its sign-out ends the session of the application alone. For the session at the server as well, let the `redirect` callback pass the address of `end_session`, and sign out with that as `callbackUrl`.',
      'What the server answered, such as `access_denied`, stands in its log for debugging; the log of errors says `OAuthCallbackError`.',
    ],
  },
  {
    name: 'express-oauth2-jwt-bearer',
    file: 'express-oauth2-jwt-bearer.test.ts',
    from: { npm: 'express-oauth2-jwt-bearer' },
    notItsPart: {
      refresh: 'an API is given tokens and renews none',
      'sign out': 'it verifies the JWT and asks nobody, so for it a token ends by its lifetime',
    },
    notes: [
      'A claim that is missing is answered with `invalid_token`, not with the challenge of RFC 9470: an application does not learn from it that a step-up would help. `@stile/resource-server` says so.',
    ],
  },
  {
    name: 'mod_auth_openidc',
    file: 'apache-mod-auth-openidc.test.ts',
    from: { debian: 'libapache2-mod-auth-openidc' },
    notItsPart: {},
    notes: [
      'A step-up is `Require claim acr:mfa` with `OIDCUnAutzAction auth` and `OIDCPathAuthRequestParams acr_values=mfa&max_age=300` at the location. `Require claim` compares values alone: a proof that was fresh when it was asked for counts as long as the session of Apache does, so bound that by `OIDCSessionMaxDuration`.',
      'This version takes an error with `iss` (RFC 9207) for an invitation to sign in: it does not show the error, signs in once more without the level, and goes to `OIDCDefaultURL`. Set that, to a page that demands no level.',
    ],
  },
  {
    name: 'mod_oauth2',
    file: 'apache-mod-oauth2.test.ts',
    from: { debian: 'libapache2-mod-oauth2' },
    notItsPart: {},
    notes: [
      'It does not look at `aud`, nor at `typ`. Name issuer and audience: `Require oauth2_claim iss:…` and `aud:…`; an ID token is refused by that.',
      "Debian's build has no patterns for claims, so a scope is found by `Require expr`, as the test shows. Its refusals have no challenge; `Header` adds that of RFC 9470.",
      'It does not compare `auth_time` with a clock. Demand the scope: a token with a scope that demands a fresh proof ends when the proof lapses.',
      'What it verified once it takes from a cache that all locations share; `expiry=0` keeps nothing. A location inside another tries the verification of the outer one too.',
    ],
  },
];
