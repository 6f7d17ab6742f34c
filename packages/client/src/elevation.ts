import type { StepUpAllowance } from './authorization/request.ts';
import { withinAllowance } from './authorization/request.ts';
import type { StepUp } from './challenge.ts';
import { StepUpError } from './error.ts';
import type { PendingCall } from './pending-call.ts';
import { reaches } from './proof.ts';
import type { StepUpBudget } from './step-up-budget.ts';
import type { ElevatedToken, TokenStore } from './token-store.ts';

/**
 * The application's way to take its user through a step-up. Returns the token earned, or `undefined` when the user is
 * being sent away and the pending call will be resumed after the callback. There is no call when the application steps
 * up of its own accord.
 */
export type Elevate = (stepUp: StepUp, call: PendingCall | undefined) => Promise<ElevatedToken | undefined>;

export interface ElevationOptions {
  readonly tokens: TokenStore;
  readonly audience: string;
  readonly elevate: Elevate;
  readonly budget: StepUpBudget;
  readonly everydayScope: readonly string[];
  readonly allowed: StepUpAllowance;
}

/** Obtains elevated tokens, one step-up at a time. */
export interface Elevation {
  /** A token for one call: one that is held already, or the fruit of a new step-up. */
  obtain(stepUp: StepUp, call: () => PendingCall | undefined): Promise<ElevatedToken>;
}

/**
 * Serialises the step-ups of one API. Calls that need the same share one step-up, and its failure: a user who closes
 * the popup is not shown the next one for every call that was waiting. A single-use token serves one of them only;
 * the others step up in turn, as far as the budget goes.
 */
export function createElevation(options: ElevationOptions): Elevation {
  const { tokens, audience, budget, elevate } = options;
  const shared = new Map<string, Promise<ElevatedToken>>();
  let last: Promise<unknown> = Promise.resolve();

  async function elevateNow(stepUp: StepUp, call: PendingCall | undefined): Promise<ElevatedToken> {
    // A step-up that was ahead in the queue may have earned what this one needs.
    const held = tokens.takeElevated({ ...stepUp, audience });
    if (held !== undefined) return held;
    if (!budget.spend()) {
      throw new StepUpError('too_many_step_ups', 'The API has asked for too many step-ups within a minute', { stepUp });
    }
    const token = await elevate(stepUp, call);
    if (token === undefined) {
      throw new StepUpError('redirecting', 'The call continues after the user has returned', { stepUp });
    }
    if (token.audience !== audience || !mayMeet(token, stepUp)) {
      throw new StepUpError('elevation_insufficient', 'The new token is not what the API asked for', { stepUp });
    }
    if (!token.singleUse) tokens.saveElevated(token);
    return token;
  }

  async function obtainAllowed(stepUp: StepUp, call: () => PendingCall | undefined): Promise<ElevatedToken> {
    const held = tokens.takeElevated({ ...stepUp, audience });
    if (held !== undefined) return held;
    const key = JSON.stringify([
      stepUp.acrValues ?? null,
      stepUp.maxAgeSeconds ?? null,
      [...(stepUp.scope ?? [])].sort(),
    ]);
    const running = shared.get(key);
    if (running !== undefined) {
      const token = await running;
      return token.singleUse ? obtainAllowed(stepUp, call) : token;
    }
    const turn = last.then(() => elevateNow(stepUp, call()));
    last = turn.catch(() => undefined);
    const settled = turn.finally(() => shared.delete(key));
    shared.set(key, settled);
    return settled;
  }

  return {
    obtain: async (stepUp, call) =>
      obtainAllowed(withinAllowance(stepUp, options.everydayScope, options.allowed), call),
  };
}

// What is known about the token must fit. What is unknown (no ID token, no acr in it) is left to the API to judge.
function mayMeet(token: ElevatedToken, need: StepUp): boolean {
  if (!(need.scope ?? []).every((scope) => token.scope.includes(scope))) return false;
  return (token.acr === undefined && token.acrs === undefined) || reaches(token, need.acrValues);
}
