/**
 * The run of one authorization request, or one token request, through all bound Actions: bookkeeping around calls of the sandbox. A
 * run only ever adds demands, narrows or denies; whatever goes wrong ends it in failure (law 6).
 */
import { answeredChallenge, openChallenge } from './challenges.ts';
import { execute } from './execute.ts';
import { requirementOf } from './run.ts';
import type { ActionRun, Demand, Wait } from './run-state.ts';
import type { ActionWorld } from './world.ts';

/** A run that has this to wait for next, or nothing. */
const waitFor = (run: ActionRun, [first, ...others]: readonly Wait[]): ActionRun => {
  if (first) return { ...run, state: { is: 'waiting', waits: [first, ...others] } };
  // A suspended Action goes on where it stands; otherwise it is the turn of the next.
  if (run.suspended) return { ...run, state: { is: 'running' } };
  const position = run.position + 1;
  const isOver = position >= run.actions.length;
  return { ...run, position, handler: 'onExecutePostLogin', state: { is: isOver ? 'done' : 'running' } };
};

const cannotWait = (run: ActionRun, { wait }: Wait): ActionRun => ({
  ...run,
  state: {
    is: 'failed',
    action: run.actions[run.position]?.name ?? '',
    failure: 'interaction_required',
    message: wait === 'proof' ? 'The person would have to be asked for a proof' : 'The person would have to be sent on',
    needs: wait,
  },
  suspended: null,
});

/** What is left of a demand; nothing when it is met. */
const openDemand = (demand: Demand, run: ActionRun, world: ActionWorld): Demand | undefined => {
  if (demand.by === 'challenge') return openChallenge(demand, run, world);
  return world.isMet(requirementOf(demand)) ? undefined : demand;
};

/** A run that waits, after a look at what has been proven since. */
const reconsider = (
  run: ActionRun,
  [first, ...others]: readonly [Wait, ...Wait[]],
  hasComeBack: boolean,
  world: ActionWorld,
): ActionRun => {
  if (first.wait === 'redirect') {
    if (!run.interactive) return cannotWait(run, first);
    return hasComeBack ? { ...run, handler: 'onContinuePostLogin', state: { is: 'running' } } : run;
  }
  const left = openDemand(first.demand, run, world);
  if (left === undefined)
    return waitFor({ ...run, demands: [...run.demands, answeredChallenge(first.demand)] }, others);
  if (!run.interactive) return cannotWait(run, first);
  return left === first.demand ? run : waitFor(run, [{ wait: 'proof', demand: left }, ...others]);
};

/**
 * Looks at what has been proven since, and at whether they have come back. Nothing runs: the state is `running` when it is the turn of an
 * Action.
 */
export const lookAgain = (run: ActionRun, world: ActionWorld): ActionRun => {
  let current = run;
  // They have come back once, from the redirect that the run was waiting for: an Action that sends them again waits again, and nobody
  // comes back from where they have not been sent yet.
  let hasComeBack = world.isContinued && run.state.is === 'waiting' && run.state.waits[0].wait === 'redirect';
  while (current.state.is === 'waiting') {
    const before = current;
    current = reconsider(current, current.state.waits, hasComeBack, world);
    if (current === before) return current;
    hasComeBack = false;
  }
  return current;
};

/**
 * Takes a run as far as it comes: to its end, or to where the person has to do something first. The state that comes of it is to be
 * kept before anything is asked of the person.
 */
export const advance = async (run: ActionRun, world: ActionWorld): Promise<ActionRun> => {
  let current = lookAgain(run, world);
  while (current.state.is === 'running') {
    const { run: after, waits } = await execute(current, world);
    current = waits === undefined ? after : lookAgain(waitFor(after, waits), { ...world, isContinued: false });
  }
  return current;
};
