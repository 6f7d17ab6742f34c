import type { TrustedRedirect } from '../client/redirect-uri.ts';
import type { RequestedClaims } from '../token/released-claims.ts';

export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const;
export type Prompt = (typeof PROMPTS)[number];

export const RESPONSE_MODES = ['query', 'fragment', 'form_post', 'web_message'] as const;
export type ResponseMode = (typeof RESPONSE_MODES)[number];

/** How the answer travels back: the trusted address, by which means, and the client's `state`. */
export interface ResponseChannel {
  readonly redirect: TrustedRedirect;
  readonly mode: ResponseMode;
  readonly state?: string;
}

/** A request for a single claim (OpenID Connect Core 1.0, section 5.5.1). */
export interface ClaimRequest {
  readonly essential: boolean;
  readonly values: readonly string[];
}

/** An authorization request whose every part has been parsed and checked. */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly channel: ResponseChannel;
  /** As asked for, in order, without doubles; what the client may have of them is decided later. */
  readonly scopes: readonly string[];
  /** The API asked for by `audience` or `resource` (RFC 8707). */
  readonly audience?: string;
  /** S256 only (RFC 7636). */
  readonly codeChallenge?: string;
  readonly nonce?: string;
  readonly prompt: readonly Prompt[];
  readonly maxAgeSeconds?: number;
  readonly acrValues: readonly string[];
  /** The members of `claims` that bear on authentication. */
  readonly acrClaim?: ClaimRequest;
  readonly subClaim?: string;
  /** The claims about the person that were asked for by name. */
  readonly requestedClaims?: RequestedClaims;
  readonly loginHint?: string;
  readonly idTokenHint?: string;
  readonly uiLocales: readonly string[];
}
