/** Error codes that may go over the wire: RFC 6749, OpenID Connect Core 1.0 (3.1.2.6), RFC 8707, RFC 9470 (OIDC UAR 1.0), RFC 9101. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'access_denied'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'login_required'
  | 'interaction_required'
  | 'consent_required'
  | 'account_selection_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported'
  | 'unmet_authentication_requirements'
  | 'invalid_token'
  | 'insufficient_scope';

/** A refusal: what the other side is told, and why in truth. */
export interface OAuthError {
  /** The wire code. */
  readonly code: OAuthErrorCode;
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
export const oauthError = (code: OAuthErrorCode, reason: string, description: string): OAuthError => {
  if (!REASON.test(reason)) throw new RangeError(`Not a reason: ${reason}`);
  if (!DESCRIPTION.test(description)) throw new RangeError(`Not fit for the wire: ${reason}`);
  return { code, description, reason };
};
