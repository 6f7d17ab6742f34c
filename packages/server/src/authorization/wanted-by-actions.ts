/** What a run through the Actions wants, in the terms of a decision. */
import { customErrorCode } from '@stile/core';
import { effectsOf } from '../actions/effects-of.ts';
import { requirementsOfRun, saidOfRun, spareableOfRun } from '../actions/run.ts';
import type { ActionRun } from '../actions/run-state.ts';
import type { WantedByActions } from '../decision/facts.ts';

type Refusal = NonNullable<WantedByActions['refusal']>;

/** What an author wrote goes to the application, as `error_description`: printable ASCII, as RFC 6749 has it, and not too long. */
const printable = (text: string): string => text.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/gu, ' ').slice(0, 300);

const refusalOf = ({ state }: ActionRun): Refusal | undefined => {
  if (state.is === 'denied') {
    return {
      // A code that says what only the server may say is not passed on: clients would do by it what the server never asked of them.
      error: customErrorCode(state.code ?? '') ?? 'access_denied',
      reason: 'denied_by_action',
      description: printable(state.reason) || 'An Action of this server denied it',
    };
  }
  if (state.is !== 'failed') return undefined;
  const reason = `action_${state.failure}`;
  switch (state.failure) {
    case 'interaction_required':
      // The sentence about multifactor authentication is the one that Auth0's SDKs look for.
      return state.needs === 'redirect'
        ? { error: 'interaction_required', reason, description: 'The person would have to be sent to another site' }
        : { error: 'login_required', reason, description: 'Multifactor authentication required' };
    case 'no_usable_factor':
      return {
        error: 'unmet_authentication_requirements',
        reason,
        description: 'The authentication requirements cannot be met',
      };
    default:
      // What went wrong is for whoever wrote the Action, and is kept with its execution.
      return { error: 'server_error', reason, description: 'An Action of this server failed' };
  }
};

export const wantedBy = (run: ActionRun): WantedByActions => {
  const refusal = refusalOf(run);
  const { addedScopes, removedScopes } = effectsOf(run);
  const isDone = run.state.is === 'done';
  const spareable = spareableOfRun(run);
  const said = saidOfRun(run);
  return {
    requirements: requirementsOfRun(run),
    ...(spareable.length > 0 && { spareable }),
    ...(said.length > 0 && { said }),
    addScopes: isDone ? addedScopes : [],
    removeScopes: isDone ? removedScopes : [],
    ...(refusal && { refusal }),
  };
};
