import { StepUpError } from '../error.ts';
import type { ElevatedToken } from '../token-store.ts';
import type { IdTokenClaims } from './id-token.ts';
import { readIdToken } from './id-token.ts';
import type { ServerMetadata } from './metadata.ts';
import type { StepUpAllowance } from './request.ts';
import type { TokenResponse } from './token-endpoint.ts';
import { requestTokens } from './token-endpoint.ts';
import type { Transaction } from './transaction.ts';

export interface RedemptionOptions {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
}

/** Tokens whose ID token has been judged against the request. */
export interface Redeemed {
  readonly tokens: TokenResponse & { readonly idToken: string };
  readonly claims: IdTokenClaims;
  readonly scope: readonly string[];
  readonly expiresAt: number;
}

/**
 * Redeems an authorization code, once, and judges the ID token against what the transaction asked for.
 *
 * @throws {StepUpError} those of {@link requestTokens} and {@link readIdToken}
 */
export async function redeem(
  metadata: ServerMetadata,
  transaction: Transaction,
  code: string,
  options: RedemptionOptions,
): Promise<Redeemed> {
  const form = {
    grant_type: 'authorization_code',
    client_id: options.clientId,
    code,
    redirect_uri: options.redirectUri,
    code_verifier: transaction.codeVerifier,
  };
  const tokens = await requestTokens(metadata.tokenEndpoint, form, options.fetch);
  const { idToken } = tokens;
  if (idToken === undefined) throw new StepUpError('id_token_invalid', 'The token response has no ID token');
  const { acrValues, maxAgeSeconds, requestedAt, nonce, subject } = transaction;
  const now = options.now();
  const claims = readIdToken(idToken, {
    issuer: metadata.issuer,
    clientId: options.clientId,
    nonce,
    requestedAt,
    now,
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(subject === undefined ? {} : { subject }),
  });
  const scope = tokens.scope ?? transaction.scope;
  return { tokens: { ...tokens, idToken }, claims, scope, expiresAt: now + tokens.expiresInSeconds };
}

/** The elevated token of a redemption. A refresh token that came along is not kept: elevations end. */
export function elevatedTokenOf(redeemed: Redeemed, audience: string, allowed: StepUpAllowance): ElevatedToken {
  const { tokens, claims, scope, expiresAt } = redeemed;
  return {
    accessToken: tokens.accessToken,
    expiresAt,
    audience,
    scope,
    ...claims.proof,
    singleUse: isSingleUse(scope, allowed),
  };
}

/** Whether a token with this scope serves one call only. */
export function isSingleUse(scope: readonly string[], allowed: StepUpAllowance): boolean {
  return allowed.singleUseScope?.some((value) => scope.includes(value)) ?? false;
}
