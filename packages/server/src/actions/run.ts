/**
 * The run of one authorization request, or one token request, through all bound Actions: pure bookkeeping around calls of the
 * sandbox. A run only ever adds demands, narrows or denies; whatever goes wrong ends it in failure (law 6).
 */
import type { Instant, Requirement } from '@stile/core';
import type { ActionRun, Demand, PinnedAction } from './run-state.ts';

/** A run that has not done anything yet. It is held to the versions that are bound now. */
export const beginRun = (
  actions: readonly PinnedAction[],
  about: { readonly requestedAt: Instant; readonly interactive: boolean },
): ActionRun => ({
  format: 1,
  state: { is: actions.length === 0 ? 'done' : 'running' },
  actions,
  position: 0,
  ...about,
  demands: [],
  effects: [],
  challenges: 0,
  passed: [],
  suspended: null,
  reports: [],
});

/** A demand as a requirement among the others. */
export const requirementOf = ({ action, acr, factors, since }: Demand): Requirement => ({
  source: { from: 'action', action },
  binds: 'proof',
  ...(acr !== undefined && { acr }),
  ...(factors !== undefined && { factors }),
  ...(since !== undefined && { since }),
});

/**
 * All that the Actions of a run demand so far: those that were met stay, so that they are asserted with the others at the end. What
 * `multifactor.enable` demands is asked for when the last Action has run.
 */
export const requirementsOfRun = ({ state, demands }: ActionRun): readonly Requirement[] => {
  const [current] = state.is === 'waiting' ? state.waits : [];
  const due = state.is === 'done' ? demands : demands.filter(({ by }) => by !== 'multifactor.enable');
  return [...due, ...(current?.wait === 'proof' ? [current.demand] : [])].map(requirementOf);
};
