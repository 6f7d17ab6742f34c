import type { ActionStore } from '../action-ports.ts';
import type { Engine } from './engine.ts';
import * as records from './operations/action-records.ts';
import * as actions from './operations/actions.ts';

/**
 * @param inSteps repeats what forgets some at a time
 */
export const actionStore = (
  { read, write }: Engine,
  inSteps: (step: (atMost: number) => ReturnType<typeof records.forgetExecutions>) => Promise<number>,
): ActionStore => ({
  all: () => read(actions.allActions),
  findByName: (name) => read(() => actions.findActionByName(name)),
  versionsOf: (actionId) => read(() => actions.versionsOf(actionId)),
  findVersion: (id) => read(() => actions.findVersion(id)),
  state: (trigger) => read(() => actions.stateOf(trigger)),
  bindings: (trigger) => read(() => actions.bindingsOf(trigger)),
  bound: (trigger) => read(() => actions.boundTo(trigger)),
  deploy: (deployment, change) => write(() => actions.deploy(deployment, change)),
  changeBindings: (trigger, change) => write(() => actions.changeBindings(trigger, change)),
  setOff: (trigger, offSince, audit) => write(() => actions.setOff(trigger, offSince, audit)),
  recordExecutions: (executions) => write(() => records.recordExecutions(executions)),
  findExecution: (id) => read(() => records.findExecution(id)),
  executions: (limit, of) => read(() => records.latestExecutions(limit, of)),
  forgetExecutions: (until) => inSteps((atMost) => records.forgetExecutions(until, atMost)),
  cached: (trigger, now) => read(() => records.cached(trigger, now)),
  changeCache: (trigger, changes, limits, now) => write(() => records.changeCache(trigger, changes, limits, now)),
});
