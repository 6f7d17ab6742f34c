/**
 * The facts of a decision: all that it rests on besides the policy. They are plain JSON without secrets, they are stored with the
 * decision, and the decision is made of nothing else; so it can be made again, by the same policy or by another.
 */
import type { AuthenticationEvent, CustomErrorCode, DemandingRequest, Instant, Proof, Requirement } from '@stile/core';
import type { Circumstances } from '../risk/signals.ts';
import type { RememberedDevice } from '../store/records.ts';

/** What the bound Actions want. They can demand, deny, narrow, and ask for scopes that are then demanded for like any other. */
export interface WantedByActions {
  readonly requirements: readonly Requirement[];
  /** Those that a remembered browser is spared, if it showed what they ask for when it was remembered. */
  readonly spareable?: readonly Requirement[];
  /** Why, in the words of their authors, for the page that asks. */
  readonly said?: readonly { readonly action: string; readonly reason: string }[];
  readonly addScopes: readonly string[];
  readonly removeScopes: readonly string[];
  readonly refusal?: {
    readonly error: /** Of an author's choosing. */
      | CustomErrorCode
      | 'access_denied'
      | 'interaction_required'
      | 'login_required'
      | 'server_error'
      | 'unmet_authentication_requirements';
    readonly reason: string;
    /** What the client is told. */
    readonly description: string;
  };
}

export interface SignedIn {
  readonly userId: string;
  readonly sessionId: string;
  readonly events: readonly AuthenticationEvent[];
  /** What they can prove, the preferred and the strongest first. */
  readonly enrolled: readonly Proof[];
  /** The scopes among those wanted that they have not consented to; not asked for a client of the operator's own. */
  readonly consentMissing: readonly string[];
  /** Whether a mail may guard their enrolment, and by what factor they recover, which they may not enrol then. */
  readonly mailMayGuard: boolean;
  readonly recoversBy?: string;
  readonly isRecovering: boolean;
  /** Whether they have just proven, by what they have, enough to add an authenticator. */
  readonly hasProvenToAdd?: true;
  readonly circumstances?: Circumstances;
  readonly remembered?: Pick<RememberedDevice, 'id' | 'acrs' | 'createdAt'>;
}

export interface DecisionFacts {
  readonly at: Instant;
  readonly requestedAt: Instant;
  /** The moment that ages are counted back from. */
  readonly agesFrom: Instant;
  readonly clientId: string;
  readonly audience?: string;
  /** As they were asked for. */
  readonly requestedScopes: readonly string[];
  readonly request: DemandingRequest;
  readonly person?: SignedIn;
  readonly expectedUser?: string;
  readonly pinnedUser?: string;
  readonly accountSelectedAt?: Instant;
  readonly consentedAt?: Instant;
  readonly actions?: WantedByActions;
}

const REQUIRED = ['at', 'requestedAt', 'agesFrom', 'clientId', 'requestedScopes', 'request'] as const;

/** Whether this is what a decision was made of: what `DecisionFacts` looked like when it was written. */
export const isDecisionFacts = (value: unknown): value is DecisionFacts =>
  typeof value === 'object' && value !== null && REQUIRED.every((name) => Object.hasOwn(value, name));
