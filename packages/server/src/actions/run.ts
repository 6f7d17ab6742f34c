/** How a run through all bound Actions begins, and what it demands as it is. */
import type { Instant, Requirement } from '@stile/core';
import type { ActionRun, Demand, PinnedAction } from './run-state.ts';

/** What a run is about, whatever its Actions do. */
export interface RunFrame {
  /** The moment of the request. Proofs since then belong to its transaction; at a refresh there are none. */
  readonly requestedAt: Instant;
  /** Whether the person can be asked and sent somewhere: not with `prompt=none`, and not where there is no browser. */
  readonly interactive: boolean;
}

/** A run that has not done anything yet. It is held to the versions that are bound now. */
export const beginRun = (actions: readonly PinnedAction[], frame: RunFrame): ActionRun => ({
  format: 1,
  state: { is: actions.length === 0 ? 'done' : 'running' },
  actions,
  position: 0,
  handler: 'onExecutePostLogin',
  ...frame,
  demands: [],
  effects: [],
  challenges: 0,
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
export const requirementsOfRun = (run: ActionRun): readonly Requirement[] =>
  dueDemands(run)
    .filter(({ sparedByRememberedBrowser }) => sparedByRememberedBrowser !== true)
    .map(requirementOf);

/** Those among them that a remembered browser may be spared. */
export const spareableOfRun = (run: ActionRun): readonly Requirement[] =>
  dueDemands(run)
    .filter(({ sparedByRememberedBrowser }) => sparedByRememberedBrowser === true)
    .map(requirementOf);

/** What authors say of the demands that are due, for the page that asks. */
export const saidOfRun = (run: ActionRun): readonly { readonly action: string; readonly reason: string }[] =>
  dueDemands(run).flatMap(({ action, reason }) => (reason === undefined ? [] : [{ action, reason }]));

const dueDemands = ({ state, demands }: ActionRun): readonly Demand[] => {
  const [current] = state.is === 'waiting' ? state.waits : [];
  const due = state.is === 'done' ? demands : demands.filter(({ by }) => by !== 'multifactor.enable');
  return [...due, ...(current?.wait === 'proof' ? [current.demand] : [])];
};
