import type { RunEffects } from './effects.ts';
import { afterDenial, mergeEffects } from './effects.ts';
import type { ActionRun } from './run-state.ts';

/** What is to be performed: of a run that is done everything, of one that was denied what outlives that, of any other nothing. */
export const effectsOf = ({ state, effects }: ActionRun): RunEffects => {
  if (state.is === 'done') return mergeEffects(effects);
  return mergeEffects(state.is === 'denied' ? afterDenial(effects) : []);
};
