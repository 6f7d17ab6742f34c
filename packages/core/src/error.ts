/** Error codes that may go over the wire: RFC 6749, OpenID Connect Core 1.0 (3.1.2.6), RFC 8707, RFC 9470 (OIDC UAR 1.0), RFC 9101. */
const CODES = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'invalid_target',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
  'unmet_authentication_requirements',
  'invalid_token',
  'insufficient_scope',
] as const;

export type OAuthErrorCode = (typeof CODES)[number];

/**
 * An error code that is the operator's own and no word of any protocol: nobody can take it for something that the server found. Only
 * {@link customErrorCode} makes one.
 */
export type CustomErrorCode = string & { readonly [origin]: 'the operator' };
declare const origin: unique symbol;

/**
 * Words of protocols that are not spoken here, by which clients do something of their own: OpenID Connect Core 1.0 (3.1.2.6), CIBA, RFC 7009,
 * RFC 7591, RFC 8628, RFC 9396, RFC 9449, RFC 9470, OAuth 2.0 Multiple Response Types, Auth0.
 */
const ELSEWHERE = [
  'invalid_request_uri',
  'invalid_request_object',
  'unsupported_token_type',
  'unsupported_response_mode',
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'invalid_software_statement',
  'unapproved_software_statement',
  'invalid_authorization_details',
  'unknown_user_id',
  'expired_login_hint_token',
  'missing_user_code',
  'invalid_user_code',
  'invalid_binding_message',
  'transaction_failed',
  'authorization_pending',
  'slow_down',
  'expired_token',
  'use_dpop_nonce',
  'invalid_dpop_proof',
  'insufficient_user_authentication',
  'mfa_required',
  'missing_refresh_token',
];

const TAKEN: ReadonlySet<string> = new Set([...CODES, ...ELSEWHERE]);

/** RFC 6749, section 4.1.2.1: of the characters that it allows, all but the blank. */
const CUSTOM = /^[\x21\x23-\x5B\x5D-\x7E]{1,255}$/;

const isCustom = (code: string): code is CustomErrorCode => CUSTOM.test(code) && !TAKEN.has(code.toLowerCase());

/** @returns nothing when it cannot go over the wire, or says what only the server may say */
export const customErrorCode = (code: string): CustomErrorCode | undefined => (isCustom(code) ? code : undefined);

/** A refusal: what the other side is told, and why in truth. */
export interface OAuthError {
  /** The wire code. */
  readonly code: OAuthErrorCode | CustomErrorCode;
  /** A sentence for developers; goes over the wire, so it holds nothing that came in and nothing secret. */
  readonly description: string;
  /** The private reason, a stable word for logs, audit and tests. */
  readonly reason: string;
}

/** A word, and after a colon perhaps the name of the parameter it is about. */
const REASON = /^[a-z_]+(?::\w+)?$/;

/** RFC 6749, section 5.2: %x20-21 / %x23-5B / %x5D-7E. */
const DESCRIPTION = /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/;

/**
 * Makes a refusal.
 *
 * @param reason a word of small letters, perhaps with the name of a parameter: `doubled:scope`
 * @param description a sentence, of only the characters that RFC 6749, section 5.2 allows
 * @throws RangeError when either is something else, or nothing: that could only be a mistake in Stile
 */
export const oauthError = (code: OAuthErrorCode | CustomErrorCode, reason: string, description: string): OAuthError => {
  if (!REASON.test(reason)) throw new RangeError(`Not a reason: ${reason}`);
  if (!DESCRIPTION.test(description)) throw new RangeError(`Not fit for the wire: ${reason}`);
  return { code, description, reason };
};
