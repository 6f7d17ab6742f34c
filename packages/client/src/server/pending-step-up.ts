import type { JsonObject } from '@stile/core';
import { checkAuthentication } from '../authorization/id-token.ts';
import { isSingleUse } from '../authorization/redemption.ts';
import type { AuthorizationBase } from '../authorization/request.ts';
import { stepUpAuthorizationParameters } from '../authorization/request.ts';
import type { Transaction } from '../authorization/transaction.ts';
import { parseTransaction, transactionOf, transactionTtlSeconds } from '../authorization/transaction.ts';
import type { StepUp } from '../challenge.ts';
import { StepUpError } from '../error.ts';
import type { PendingCall } from '../pending-call.ts';
import type { ElevatedToken } from '../token-store.ts';
import { currentInstant } from '../token-store.ts';
import { createSeal } from './seal.ts';

/** Where a server-side app keeps what waits for its user: its session store, or any store all its replicas share. */
export interface PendingStepUpStore {
  put(id: string, sealed: string, ttlSeconds: number): Promise<void>;
  /**
   * Reads and deletes in one step (`GETDEL`, `DELETE … RETURNING`). Of two callers with the same id, on whatever
   * replicas, one gets the record and the other `undefined`.
   */
  take(id: string): Promise<string | undefined>;
}

export interface PendingStepUpKeeping {
  readonly store: PendingStepUpStore;
  /** Seals the records, which hold the body of the call and the PKCE verifier; at least 32 random characters. */
  readonly secret: string;
  /** The app's session with this user. A record opens in the session that began it and in no other. */
  readonly sessionId: string;
  /** The current instant in whole seconds since the epoch. */
  readonly now?: () => number;
}

/** What was kept: for the exchange of the code, for judging the outcome, and for the call itself. */
export interface PendingStepUp {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly scope: readonly string[];
  readonly acrValues?: readonly string[];
  readonly maxAgeSeconds?: number;
  readonly requestedAt: number;
  readonly subject?: string;
  readonly call?: PendingCall;
  readonly appState?: unknown;
}

export interface BeginStepUp {
  readonly base: AuthorizationBase;
  readonly stepUp: StepUp;
  /** The call to repeat afterwards; the `call` that `elevate` of a step-up fetch receives, or `pendingCallOf(request)`. */
  readonly call?: PendingCall | undefined;
  /** The `sub` of the signed-in user: nobody else may answer. */
  readonly subject?: string;
  /** JSON the app wants back, such as the page to return to. */
  readonly appState?: unknown;
}

/** What the token endpoint answered, as the app's OAuth library reports it. */
export interface ExchangedTokens {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** `undefined` when the response named none, which means: as requested. */
  readonly scope?: readonly string[] | undefined;
  /** The claims of the ID token, which the app's OAuth library has validated. */
  readonly claims: JsonObject;
}

/**
 * Begins a step-up: keeps what waits, and returns the parameters of the authorization request, to be sent to the
 * authorization endpoint or pushed (RFC 9126).
 *
 * @throws {StepUpError} `challenge_refused`
 */
export async function beginStepUp(
  { base, stepUp, call, subject, appState }: BeginStepUp,
  keeping: PendingStepUpKeeping,
): Promise<Readonly<Record<string, string>>> {
  const seal = createSeal(keeping.secret);
  const request = await stepUpAuthorizationParameters(base, stepUp);
  const requestedAt = (keeping.now ?? currentInstant)();
  const transaction = transactionOf(request, {
    kind: 'step-up',
    requestedAt,
    ...(call === undefined ? {} : { resume: call }),
    ...(subject === undefined ? {} : { subject }),
    ...(appState === undefined ? {} : { appState }),
  });
  const sealed = await seal.close(JSON.stringify(transaction), contextOf(request.state, keeping));
  await keeping.store.put(request.state, sealed, transactionTtlSeconds);
  return request.parameters;
}

/**
 * Takes the pending step-up of a callback's `state`. It can be taken once: whoever has it may exchange the code and
 * send the call, and nobody else ever will.
 *
 * @throws {StepUpError} `no_pending_step_up`
 */
export async function takePendingStepUp(state: string, keeping: PendingStepUpKeeping): Promise<PendingStepUp> {
  const sealed = await keeping.store.take(state);
  const text = sealed && (await createSeal(keeping.secret).open(sealed, contextOf(state, keeping)));
  const transaction = text ? parseTransaction(text) : undefined;
  const instant = (keeping.now ?? currentInstant)();
  if (transaction === undefined || instant - transaction.requestedAt > transactionTtlSeconds) {
    throw new StepUpError('no_pending_step_up', 'This session has no pending step-up under this state');
  }
  return pendingOf(transaction);
}

/**
 * Judges what the step-up achieved against what was asked for, and makes it an elevated token for `resume`.
 *
 * @throws {StepUpError} `id_token_invalid`, `different_user`, `acr_not_met`, `authentication_too_old`
 */
export function finishStepUp(
  pending: PendingStepUp,
  tokens: ExchangedTokens,
  base: Pick<AuthorizationBase, 'audience' | 'allowed'>,
  now: () => number = currentInstant,
): ElevatedToken {
  if (tokens.claims.nonce !== pending.nonce) {
    throw new StepUpError('id_token_invalid', 'The ID token has a wrong nonce');
  }
  const proof = checkAuthentication(tokens.claims, { ...pending, now: now() });
  const scope = tokens.scope ?? pending.scope;
  return {
    accessToken: tokens.accessToken,
    expiresAt: now() + tokens.expiresInSeconds,
    audience: base.audience ?? '',
    scope,
    ...proof,
    singleUse: isSingleUse(scope, base.allowed),
  };
}

function contextOf(state: string, { sessionId }: PendingStepUpKeeping): string {
  return JSON.stringify([sessionId, state]);
}

function pendingOf(transaction: Transaction): PendingStepUp {
  const { resume, ...rest } = transaction;
  return resume === undefined ? rest : { ...rest, call: resume };
}
