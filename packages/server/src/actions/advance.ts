/**
 * The run of one authorization request, or one token request, through all bound Actions: bookkeeping around calls of the sandbox. A
 * run only ever adds demands, narrows or denies; whatever goes wrong ends it in failure (law 6).
 */
import { execute } from './execute.ts';
import { requirementOf } from './run.ts';
import type { ActionRun, Demand, Wait } from './run-state.ts';
import type { ActionWorld } from './world.ts';

/** The event by which a demand for certain factors was met first; each proof answers one challenge. */
const factorThatMet = ({ factors = [], since }: Demand, { input }: ActionWorld): string | undefined =>
  input.events.find(({ factor, at }) => factors.includes(factor) && (since === undefined || at >= since))?.factor;

/** The next thing to wait for; a challenge whose factors have all answered earlier ones is answered too. */
const nextWait = (waits: readonly Wait[], passed: readonly string[]): readonly Wait[] => {
  const [first, ...others] = waits;
  if (first?.wait !== 'proof' || first.demand.by !== 'challenge') return waits;
  const factors = (first.demand.factors ?? []).filter((factor) => !passed.includes(factor));
  return factors.length > 0
    ? [{ wait: 'proof', demand: { ...first.demand, factors } }, ...others]
    : nextWait(others, passed);
};

const waitFor = (run: ActionRun, waits: readonly Wait[]): ActionRun => {
  const [first, ...others] = nextWait(waits, run.passed);
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
  if (!world.isMet(requirementOf(first.demand))) return run.interactive ? run : cannotWait(run, first);
  const factor = factorThatMet(first.demand, world);
  const isChallenge = first.demand.by === 'challenge' && factor !== undefined;
  const passed = isChallenge ? [...run.passed, factor] : run.passed;
  return waitFor({ ...run, passed, demands: [...run.demands, first.demand] }, others);
};

/**
 * Takes a run as far as it comes: to its end, or to where the person has to do something first. The state that comes of it is to be
 * kept before anything is asked of the person.
 */
export const advance = async (run: ActionRun, world: ActionWorld): Promise<ActionRun> => {
  let current = run;
  // They have come back once, from the redirect that the run was waiting for: an Action that sends them again waits again, and nobody
  // comes back from where they have not been sent yet.
  let hasComeBack = world.isContinued && run.state.is === 'waiting' && run.state.waits[0].wait === 'redirect';
  for (;;) {
    const { state } = current;
    if (state.is === 'running') {
      const { run: after, waits } = await execute(current, world);
      current = waits === undefined ? after : waitFor(after, waits);
    } else if (state.is === 'waiting') {
      const before = current;
      current = reconsider(current, state.waits, hasComeBack, world);
      if (current === before) return current;
      if (state.waits[0].wait === 'redirect') hasComeBack = false;
    } else {
      return current;
    }
  }
};
