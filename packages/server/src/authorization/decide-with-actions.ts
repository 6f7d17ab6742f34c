/** Decides about a request, and asks the bound Actions when it is their turn. */
import type { ActionRun } from '../actions/run-state.ts';
import type { Deps } from '../deps.ts';
import { currentSession } from '../session/current-session.ts';
import type { Interaction } from '../store/records.ts';
import { askActions } from './ask-actions.ts';
import type { Asking } from './further.ts';
import { isSameRun, keptMeanwhile, keptRun } from './kept-run.ts';
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

/**
 * Decides; where Actions are bound it asks them, and decides again with what they want. When another request goes on with the same run
 * through them, it waits for what that one keeps, and decides by it.
 *
 * @returns nothing when the request was answered meanwhile; `busy` when too many wait for the same already
 */
export const decideWithActions = async (
  asked: Asked,
  asking: Asking,
  deps: Deps,
): Promise<DecidedWithActions | 'busy' | undefined> => {
  const decided = await decideAsKept(asked, asking, deps);
  if (decided !== 'raced') return decided;
  const { interaction, isContinued = false } = asked;
  const latest = interaction && (await keptMeanwhile(interaction, deps));
  if (!latest || latest === 'busy') return latest;
  // They have come back from where that run had sent them, and from nowhere else.
  const again = { ...asked, interaction: latest, isContinued: isContinued && isSameRun(interaction, latest) };
  return decideWithActions(again, asking, deps);
};

const decideAsKept = async (
  { validated, interaction, isContinued = false }: Asked,
  asking: Asking,
  deps: Deps,
): Promise<DecidedWithActions | 'raced'> => {
  const current = await currentSession(asking.request, deps);
  const decided = await decide({ validated, interaction, current }, asking, deps);
  const asked = await askActions(decided, asking, isContinued, deps);
  if (asked === 'raced') return 'raced';
  if (!asked) return { ...decided, run: undefined };
  const { run, changed } = asked;
  const resumed = interaction && { ...interaction, ...changed };
  return { ...(await decide({ validated, interaction: resumed, current, actions: wantedBy(run) }, asking, deps)), run };
};

/** Decides for a page, with what the Actions wanted when they were asked last. Nothing runs. */
export const decideForPage = async (
  { validated, interaction }: Asked,
  asking: Asking,
  deps: Deps,
): Promise<Decided> => {
  const current = await currentSession(asking.request, deps);
  const run = keptRun(interaction, current, deps);
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
