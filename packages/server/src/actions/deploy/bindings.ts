/** What is bound, and in which order: pure changes of a list. */
import type { Action, Binding, BindingMode, Trigger } from '../../store/action-ports.ts';

/** Why a list of bindings stays as it is. */
export type BindingFault = 'too-many' | 'other-not-bound' | 'not-bound';

export type Rebound = readonly Binding[] | BindingFault;

interface Place {
  readonly trigger: Trigger;
  readonly mode: BindingMode;
  readonly versionId: string;
  /** The Action that it is to run before; undefined: where it is already, or at the end. */
  readonly before?: Action | undefined;
  readonly most: number;
}

/**
 * Binds an Action, or points its binding to another version. One that goes live takes the place of its shadow: there is nothing
 * left to compare it with.
 */
export const bound = (bindings: readonly Binding[], action: Action, place: Place): Rebound => {
  const { trigger, mode, versionId, before, most } = place;
  const index = before === undefined ? usualPlace(bindings, action, mode) : placeBefore(bindings, action, before);
  if (index === -1) return 'other-not-bound';
  const isReplaced = (one: Binding): boolean => one.actionId === action.id && (one.mode === mode || mode === 'live');
  const stays = (part: readonly Binding[]): readonly Binding[] => part.filter((one) => !isReplaced(one));
  const binding: Binding = { trigger, actionId: action.id, mode, versionId, enabled: true };
  const rebound = [...stays(bindings.slice(0, index)), binding, ...stays(bindings.slice(index))];
  // Whoever lowers the limit can still change what there is.
  return rebound.length > Math.max(most, bindings.length) ? 'too-many' : rebound;
};

const indexOf = (bindings: readonly Binding[], { id }: Action, mode?: BindingMode): number =>
  bindings.findIndex((one) => one.actionId === id && (mode === undefined || one.mode === mode));

const placeBefore = (bindings: readonly Binding[], action: Action, before: Action): number =>
  before.id === action.id ? -1 : indexOf(bindings, before);

/** Where it is; else beside its other mode, a shadow after what it is the shadow of; else at the end. */
const usualPlace = (bindings: readonly Binding[], action: Action, mode: BindingMode): number => {
  const same = indexOf(bindings, action, mode);
  if (same !== -1) return same;
  const sibling = indexOf(bindings, action);
  if (sibling === -1) return bindings.length;
  return mode === 'shadow' ? sibling + 1 : sibling;
};

/** Takes an Action out. */
export const unbound = (bindings: readonly Binding[], action: Action): Rebound => {
  const rest = bindings.filter((one) => one.actionId !== action.id);
  return rest.length === bindings.length ? 'not-bound' : rest;
};

/** Switches the bindings of an Action off or on. */
export const enabled = (bindings: readonly Binding[], action: Action, isEnabled: boolean): Rebound =>
  indexOf(bindings, action) === -1
    ? 'not-bound'
    : bindings.map((one) => (one.actionId === action.id ? { ...one, enabled: isEnabled } : one));

/** Points what is live, or the shadow if nothing is, to another version; its place, and whether it is enabled, stay. */
export const pointed = (bindings: readonly Binding[], action: Action, versionId: string): Rebound => {
  const live = indexOf(bindings, action, 'live');
  const index = live === -1 ? indexOf(bindings, action) : live;
  return index === -1 ? 'not-bound' : bindings.map((one, i) => (i === index ? { ...one, versionId } : one));
};

/** What is deployed runs in the place of what was: its shadow has served its purpose, if it had one. */
export const redeployed = (bindings: readonly Binding[], action: Action, versionId: string): Rebound => {
  const rebound = pointed(bindings, action, versionId);
  if (typeof rebound === 'string' || indexOf(bindings, action, 'live') === -1) return rebound;
  return rebound.filter((one) => one.actionId !== action.id || one.mode === 'live');
};
