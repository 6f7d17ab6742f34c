import type { ServerMetadata } from '../authorization/metadata.ts';
import { createDiscovery } from '../authorization/metadata.ts';
import type { Redeemed } from '../authorization/redemption.ts';
import { redeem } from '../authorization/redemption.ts';
import type { AuthorizationBase, StepUpAllowance } from '../authorization/request.ts';
import { readAuthorizationResponse } from '../authorization/response.ts';
import type { Transaction, TransactionSlot } from '../authorization/transaction.ts';
import { createTransactionSlot } from '../authorization/transaction.ts';
import type { StepUp } from '../challenge.ts';
import { StepUpError } from '../error.ts';
import { defaultLimits } from '../limits.ts';
import type { StepUpBudget } from '../step-up-budget.ts';
import { createStepUpBudget } from '../step-up-budget.ts';
import type { KeyValueStorage, TokenStore } from '../token-store.ts';
import { createTokenStore, currentInstant } from '../token-store.ts';
import type { BrowserEnvironment } from './environment.ts';
import { pageEnvironment } from './environment.ts';

export interface BrowserClientOptions {
  /** Exactly as in the server's metadata, trailing slash included. */
  readonly issuer: string;
  readonly clientId: string;
  /** A page of this origin; also the redirect URI of popups. */
  readonly redirectUri: string;
  /** The API the tokens are for. */
  readonly audience: string;
  /** The everyday scopes; `openid` is added. With `offline_access` the everyday token is refreshed. */
  readonly scope: readonly string[];
  /** What the API may make this application ask for. */
  readonly allowed: StepUpAllowance;
  /** Where everyday tokens are kept; memory unless given. Elevated tokens are always in memory. */
  readonly tokenStorage?: KeyValueStorage;
  readonly additionalParameters?: Readonly<Record<string, string>>;
  readonly stepUpsPerMinute?: number;
  readonly environment?: BrowserEnvironment;
  /** The current instant in whole seconds since the epoch. */
  readonly now?: () => number;
}

/** What every part of a browser client works with. */
export interface Context {
  readonly environment: BrowserEnvironment;
  readonly base: AuthorizationBase;
  readonly audience: string;
  readonly issuerOrigin: string;
  readonly metadata: () => Promise<ServerMetadata>;
  readonly tokens: TokenStore;
  /** Whether everyday tokens are kept beyond the page, so that another tab can replace them and a redirect loses none. */
  readonly sessionOutlivesPage: boolean;
  readonly slot: TransactionSlot;
  readonly budget: StepUpBudget;
  readonly now: () => number;
}

/** The context of a client, from its options. */
export function contextOf(options: BrowserClientOptions): Context {
  const { issuer, clientId, redirectUri, audience, allowed, now = currentInstant } = options;
  const environment = options.environment ?? pageEnvironment();
  // What is kept for the callback is kept per origin, and a popup posts its answer to the origin of this URL.
  if (new URL(redirectUri).origin !== environment.location.origin) {
    throw new TypeError('The redirectUri must be a page of this origin');
  }
  const prefix = `stile:${clientId}:${audience}:`;
  const { sessionStorage } = environment;
  const storage = options.tokenStorage === undefined ? {} : { storage: options.tokenStorage };
  const { additionalParameters, stepUpsPerMinute = defaultLimits.stepUpsPerMinute } = options;
  return {
    environment,
    audience,
    base: {
      clientId,
      redirectUri,
      audience,
      allowed,
      scope: [...new Set(['openid', ...options.scope])],
      ...(additionalParameters === undefined ? {} : { additionalParameters }),
    },
    issuerOrigin: new URL(issuer).origin,
    metadata: createDiscovery(issuer, environment.fetch),
    tokens: createTokenStore({ ...storage, prefix: `stile:${clientId}:everyday:`, now }),
    sessionOutlivesPage: options.tokenStorage !== undefined,
    slot: createTransactionSlot(sessionStorage, `${prefix}transaction`, now),
    // Kept beyond the page, for every redirect begins a new one.
    budget: createStepUpBudget(stepUpsPerMinute, sessionStorage, `${prefix}step-ups`, now),
    now,
  };
}

/** From the authorization response of a transaction to tokens that were judged. */
export async function redeemResponse(
  context: Context,
  transaction: Transaction,
  parameters: URLSearchParams,
): Promise<Redeemed> {
  const metadata = await context.metadata();
  const { issuer, issIsPromised } = metadata;
  const code = readAuthorizationResponse(parameters, { state: transaction.state, issuer, issIsPromised });
  const { clientId, redirectUri } = context.base;
  const { fetch } = context.environment;
  return redeem(metadata, transaction, code, { clientId, redirectUri, fetch, now: context.now });
}

/** The signed-in user, to whom a step-up is pinned. */
export function userOf({ tokens, audience }: Context): { readonly subject?: string } {
  const subject = tokens.everyday(audience)?.subject;
  return subject === undefined ? {} : { subject };
}

/** Counts a step-up; throws {@link StepUpError} `too_many_step_ups` when there were enough of them. */
export function spend({ budget }: Context, stepUp: StepUp): void {
  if (budget.spend()) return;
  throw new StepUpError('too_many_step_ups', 'Too many step-ups were asked for within a minute', { stepUp });
}

/** A URL with parameters: of the authorization endpoint, or of the end of the session. */
export function urlWith(endpoint: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
