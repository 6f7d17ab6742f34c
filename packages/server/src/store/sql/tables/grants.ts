import type { Code, Grant, RefreshToken } from '../../records.ts';
import { anyObject, claimsOfActions, listOfEvents, listOfRequirements, listOfStrings, namesOfClaims } from './facts.ts';
import { json, nullable, seconds, table, text, truth } from './table.ts';

export const grants = table<Grant>()({
  id: text('id'),
  clientId: text('client_id'),
  userId: nullable(text('user_id')),
  sessionId: nullable(text('session_id')),
  audience: nullable(text('audience')),
  scopes: json('scopes', listOfStrings),
  requestedClaims: json('requested_claims', namesOfClaims),
  events: json('events', listOfEvents),
  requirements: json('requirements', listOfRequirements),
  nonce: nullable(text('nonce')),
  customClaims: json('custom_claims', claimsOfActions),
  agesFrom: seconds('ages_from'),
  requestedAt: nullable(seconds('requested_at')),
  createdAt: seconds('created_at'),
  revokedAt: nullable(seconds('revoked_at')),
  revokedReason: nullable(text('revoked_reason')),
});

export const codes = table<Code>()({
  codeHash: text('code_hash'),
  grantId: text('grant_id'),
  clientId: text('client_id'),
  redirectUri: text('redirect_uri'),
  redirectUriSent: truth('redirect_uri_sent'),
  codeChallenge: nullable(text('code_challenge')),
  createdAt: seconds('created_at'),
  expiresAt: seconds('expires_at'),
});

export const refreshTokens = table<RefreshToken>()({
  tokenHash: text('token_hash'),
  grantId: text('grant_id'),
  clientId: text('client_id'),
  createdAt: seconds('created_at'),
  idleExpiresAt: seconds('idle_expires_at'),
  expiresAt: seconds('expires_at'),
  rotatedAt: nullable(seconds('rotated_at')),
  successorHash: nullable(text('successor_hash')),
  metadata: json('metadata', anyObject),
});
