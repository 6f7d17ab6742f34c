/** Decides about a request, and asks the bound Actions when it is their turn. */
import type { ActionRun } from '../actions/run-state.ts';
import type { Deps } from '../deps.ts';
import { currentSession } from '../session/current-session.ts';
import type { Interaction } from '../store/records.ts';
import { asKept, askActions, keptRun } from './ask-actions.ts';
import type { Asking } from './further.ts';
import type { Decided } from './situation.ts';
import { decide } from './situation.ts';
import type { ValidatedRequest } from './validated-request.ts';
import { wantedBy } from './wanted-by-actions.ts';

/** A decision with the run through the Actions that took part in it; nothing where none is bound, or it was not their turn. */
export interface DecidedWithActions extends Decided {
  readonly run: ActionRun | undefined;
}

/** What is asked. */
export interface Asked {
  readonly validated: ValidatedRequest;
  readonly interaction: Interaction | undefined;
  /** Whether its person has come back from where an Action sent them. */
  readonly isContinued?: boolean;
}

/** Decides; where Actions are bound it asks them, and decides again with what they want. */
export const decideWithActions = async (
  { validated, interaction, isContinued = false }: Asked,
  asking: Asking,
  deps: Deps,
): Promise<DecidedWithActions> => {
  const current = await currentSession(asking.request, deps);
  const decided = await decide({ validated, interaction, current }, asking, deps);
  const asked = await askActions(decided, asking, isContinued, deps);
  if (!asked) return { ...decided, run: undefined };
  const { run, isNew } = asked;
  const actions = wantedBy(run);
  // What was agreed to before these scopes were added was agreed to without them.
  const agreed = isNew && actions.addScopes.length > 0 ? { consentedAt: null } : {};
  if (interaction && current && isNew) {
    await deps.store.interactions.update(interaction.id, { actions: asKept(run, current), ...agreed });
  }
  const resumed = interaction && { ...interaction, ...agreed };
  return { ...(await decide({ validated, interaction: resumed, current, actions }, asking, deps)), run };
};

/** Decides for a page, with what the Actions wanted when they were asked last. Nothing runs. */
export const decideForPage = async (
  { validated, interaction }: Asked,
  asking: Asking,
  deps: Deps,
): Promise<Decided> => {
  const current = await currentSession(asking.request, deps);
  const run = keptRun(interaction, current);
  const counts = run !== undefined && (await deps.actions.bound()).length > 0;
  return decide({ validated, interaction, current, ...(counts && { actions: wantedBy(run) }) }, asking, deps);
};

/** Where an Action sends the person of a request, if that is what its run waits for. */
export const sentAwayTo = ({ run }: DecidedWithActions): string | undefined => {
  const [wait] = run?.state.is === 'waiting' ? run.state.waits : [];
  return wait?.wait === 'redirect' ? wait.url : undefined;
};

/** What a record says of the Actions that took part. */
export const reportsOf = (run: ActionRun | undefined): Readonly<Record<string, unknown>> =>
  run === undefined ? {} : { actions: run.reports };
