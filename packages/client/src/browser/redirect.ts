import type { Redeemed } from '../authorization/redemption.ts';
import { loginAuthorizationParameters, stepUpAuthorizationParameters } from '../authorization/request.ts';
import { transactionOf } from '../authorization/transaction.ts';
import type { StepUp } from '../challenge.ts';
import { StepUpError, withDetails } from '../error.ts';
import type { PendingCall } from '../pending-call.ts';
import type { ElevatedToken } from '../token-store.ts';
import type { Context } from './context.ts';
import { redeemResponse, spend, urlWith, userOf } from './context.ts';
import { redeemStepUp } from './step-up-redemption.ts';

/** A call that waited for its user, and the token that was earned for it. */
export interface ResumableCall {
  readonly call: PendingCall;
  readonly token: ElevatedToken;
}

/** How a redirect ended. */
export interface RedirectOutcome {
  readonly kind: 'login' | 'step-up';
  /** What was given to `loginWithRedirect` or `stepUpWithRedirect`. */
  readonly appState?: unknown;
}

/** Sends the page to the authorization server for a login. */
export async function loginWithRedirect(context: Context, appState: unknown): Promise<void> {
  const requestedAt = context.now();
  const { authorizationEndpoint } = await context.metadata();
  const request = await loginAuthorizationParameters(context.base);
  context.slot.save(transactionOf(request, { kind: 'login', requestedAt, appState }));
  context.environment.location.assign(urlWith(authorizationEndpoint, request.parameters));
}

/** Sends the page to the authorization server for a step-up, and keeps the call that waits for it. */
export async function stepUpWithRedirect(
  context: Context,
  stepUp: StepUp,
  resume: PendingCall | undefined,
  appState: unknown,
): Promise<void> {
  // Before anything is awaited: the call that waits is of the person who is signed in now.
  const user = userOf(context);
  const request = await stepUpAuthorizationParameters(context.base, stepUp);
  const { authorizationEndpoint } = await context.metadata();
  spend(context, stepUp);
  const details = { kind: 'step-up', requestedAt: context.now(), appState, ...user } as const;
  context.slot.save(transactionOf(request, { ...details, ...(resume === undefined ? {} : { resume }) }));
  context.environment.location.assign(urlWith(authorizationEndpoint, request.parameters));
}

/**
 * Finishes what {@link loginWithRedirect} or {@link stepUpWithRedirect} began. The transaction leaves the storage before
 * anything else happens: a page that is loaded again, or duplicated, finds nothing to finish and nothing to resume.
 */
export async function handleRedirectCallback(
  context: Context,
): Promise<{ readonly outcome: RedirectOutcome; readonly resume: ResumableCall | undefined }> {
  const { environment, tokens, sessionOutlivesPage } = context;
  const url = new URL(environment.location.href);
  const transaction = context.slot.take(url.searchParams.get('state') ?? '');
  if (transaction === undefined) {
    throw new StepUpError('state_mismatch', 'The page was not loaded with the response to a request of this client');
  }
  const { kind, appState } = transaction;
  const outcome: RedirectOutcome = appState === undefined ? { kind } : { kind, appState };
  try {
    environment.history.replaceState(null, '', withoutResponse(url));
    if (kind === 'login') {
      saveLogin(context, await redeemResponse(context, transaction, url.searchParams));
      return { outcome, resume: undefined };
    }
    const token = await redeemStepUp(context, transaction, url.searchParams, sessionOutlivesPage);
    const { resume: call } = transaction;
    // A single-use token that is spoken for is not offered to another call.
    if (call === undefined || !token.singleUse) tokens.saveElevated(token);
    return { outcome, resume: call === undefined ? undefined : { call, token } };
  } catch (error) {
    throw error instanceof StepUpError ? withDetails(error, { appState }) : error;
  }
}

function saveLogin({ tokens, audience }: Context, { tokens: response, claims, scope, expiresAt }: Redeemed): void {
  // Whatever an earlier user of this page has earned does not pass to this one.
  tokens.clear();
  const { accessToken, refreshToken, idToken } = response;
  const renewal = refreshToken === undefined ? {} : { refreshToken };
  tokens.saveEveryday(audience, { accessToken, expiresAt, scope, idToken, subject: claims.subject, ...renewal });
}

function withoutResponse(url: URL): string {
  const clean = new URL(url);
  const names = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state'];
  for (const name of names) clean.searchParams.delete(name);
  return clean.href;
}
