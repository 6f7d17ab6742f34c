export {
  type AuthorizationBase,
  type AuthorizationRequest,
  loginAuthorizationParameters,
  type StepUpAllowance,
  stepUpAuthorizationParameters,
} from './authorization/request.ts';
export { type BrowserClient, createBrowserClient } from './browser/client.ts';
export type { BrowserClientOptions } from './browser/context.ts';
export type { BrowserEnvironment, PopupWindow, WindowMessage } from './browser/environment.ts';
export type { LockManagerLike } from './browser/everyday-session.ts';
export type { RedirectOutcome, ResumableCall } from './browser/redirect.ts';
export type { PopupOptions } from './browser/step-up-popup.ts';
export type { StepUpInit } from './call.ts';
export { readStepUp, type StepUp } from './challenge.ts';
export type { Elevate } from './elevation.ts';
export { StepUpError, type StepUpErrorCode, type StepUpErrorDetails } from './error.ts';
export { defaultLimits, type StepUpLimits } from './limits.ts';
export { type PendingCall, parsePendingCall, pendingCallOf } from './pending-call.ts';
export type { Proof } from './proof.ts';
export {
  type BeginStepUp,
  beginStepUp,
  type ExchangedTokens,
  finishStepUp,
  type PendingStepUp,
  type PendingStepUpKeeping,
  type PendingStepUpStore,
  takePendingStepUp,
} from './server/pending-step-up.ts';
export { createStepUpFetch, type StepUpFetch, type StepUpFetchOptions } from './step-up-fetch.ts';
export {
  createTokenStore,
  type ElevatedToken,
  type ElevationNeed,
  type EverydayTokens,
  type KeyValueStorage,
  type TokenStore,
  type TokenStoreOptions,
} from './token-store.ts';
