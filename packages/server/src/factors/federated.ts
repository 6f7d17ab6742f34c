/**
 * A sign-in at another OpenID provider, as a proof. What the provider says of it earns something only where the configuration says so
 * (T11), and it is as old as the provider says. There is no way to sign in through another provider yet; this is what such a
 * way will ask, after it has verified the ID token.
 */
import type { AuthenticationEvent, Instant } from '@stile/core';
import { isInstant, secondsAfter } from '@stile/core';
import { html } from 'hono/html';
import type { FederationSettings } from '../config/federation-schema.ts';
import type { Factor, FactorTraits } from './factor.ts';

/** The claims of a verified ID token that speak of the sign-in (OpenID Connect Core 1.0, section 2). */
export interface UpstreamClaims {
  readonly iss: string;
  readonly acr?: unknown;
  readonly amr?: unknown;
  readonly auth_time?: unknown;
}

/** Why a sign-in elsewhere is not taken at all. */
type FederatedRefusal = 'issuer_unknown' | 'auth_time_missing' | 'auth_time_in_the_future';

export type FederatedOutcome =
  | { readonly ok: true; readonly event: AuthenticationEvent }
  | { readonly ok: false; readonly reason: FederatedRefusal };

type Provider = FederationSettings[number];

/** Begins a session and proves nothing. */
const worthless: FactorTraits = {
  factor: 'federated',
  kinds: [],
  first: true,
  phishingResistant: false,
  hardwareBound: false,
  amr: [],
};

const traitsOf = ({ acr, amr }: UpstreamClaims, { earns }: Provider): FactorTraits => {
  const said: readonly unknown[] = Array.isArray(amr) ? amr : [];
  const rule = earns.find(
    (each) =>
      (each.acr === undefined || (typeof acr === 'string' && each.acr.includes(acr))) &&
      (each.amr === undefined || each.amr.every((name) => said.includes(name))),
  );
  return rule ? { ...worthless, kinds: rule.kinds, phishingResistant: rule.phishingResistant } : worthless;
};

/**
 * What a verified sign-in at another provider proves here.
 *
 * @param authenticator the id of the person's link to that provider
 */
export const mapFederated = (
  claims: UpstreamClaims,
  authenticator: string,
  federation: FederationSettings,
  now: Instant,
): FederatedOutcome => {
  const provider = federation.find(({ issuer }) => issuer === claims.iss);
  if (!provider) return { ok: false, reason: 'issuer_unknown' };
  const { auth_time: at } = claims;
  // Without it nobody knows how old the proof is, and a proof of unknown age must not pass for a new one.
  if (!isInstant(at)) return { ok: false, reason: 'auth_time_missing' };
  if (at > secondsAfter(now, provider.clockSkew)) return { ok: false, reason: 'auth_time_in_the_future' };
  return { ok: true, event: { ...traitsOf(claims, provider), authenticator, at: at > now ? now : at } };
};

/** Its material: `{ issuer, subject }`. It is never asked for on a page of ours, and never available until one can sign in by it. */
export const federatedFactor: Factor = {
  name: 'federated',
  strength: 5,
  proves: () => undefined,
  best: [],
  available: () => false,
  typed: [],
  limits: () => [],
  check: () => Promise.resolve({ valid: false, reason: 'unverifiable' }),
  view: {
    kind: 'password',
    way: (t) => t.risk.elsewhere,
    hint: () => undefined,
    question: () => ({ fields: html``, button: null }),
    refused: (_reason, t) => t.risk.elsewhereRefused,
  },
};
