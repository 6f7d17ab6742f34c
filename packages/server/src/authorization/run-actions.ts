/** Takes runs through the bound Actions as far as they go: those that are live, and those that only run along. */
import type { Proof, Requirement } from '@stile/core';
import { contextThatMeets } from '@stile/core';
import { advance, lookAgain } from '../actions/advance.ts';
import type { OpenCache } from '../actions/cache.ts';
import { openCache } from '../actions/cache.ts';
import type { ActiveAction } from '../actions/deploy/deployed-actions.ts';
import type { EventInput } from '../actions/event-input.ts';
import { keepExecutions } from '../actions/executions.ts';
import type { ActionRun } from '../actions/run-state.ts';
import type { ActionWorld, Execution } from '../actions/world.ts';
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import { factors } from '../factors/factors.ts';
import { wantedBy } from './wanted-by-actions.ts';

/** What a run is about. */
export interface RunAbout {
  readonly input: EventInput;
  /** What the person may enrol, once they have shown what it takes. */
  readonly enrollable: readonly Proof[];
  readonly beforeEnrolment?: ActionWorld['beforeEnrolment'];
  readonly sessionId: string | null;
  readonly requestId: string;
  /** They have come back from where an Action sent them. */
  readonly isContinued: boolean;
}

/** The sandbox fetches by itself, where it may. */
const noFetch = (): Promise<never> => Promise.reject(new Error('An Action fetches through its sandbox.'));

/** A run that has gone as far as it goes now. */
export interface Advanced {
  readonly run: ActionRun;
  /** What its Actions keep between runs; to be closed by whoever acts on it, and dropped with a run that nobody acts on. */
  readonly cache: OpenCache;
}

/**
 * Takes a run as far as it goes now.
 *
 * @param take asked before the first Action runs
 * @returns nothing, and nothing ran, when that said no
 */
export const runActions = async (
  mode: 'live' | 'shadow',
  run: ActionRun,
  about: RunAbout,
  deps: Deps,
  take: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<Advanced | undefined> => {
  const { input, requestId } = about;
  const executions: Execution[] = [];
  const cache = await openCache(deps);
  try {
    const world: ActionWorld = {
      runtime: await deps.actions.runtime(mode),
      deployed: (version) => deps.actions.version(version),
      input,
      isMet: (requirement: Requirement) =>
        contextThatMeets(input.events, [requirement], deps.config.levels) !== undefined,
      availableFactors: factors.filter((factor) => factor.available(deps.config)).map(({ name }) => name),
      enrollableFactors: [...new Set(about.enrollable.map(({ factor }) => factor))],
      beforeEnrolment: about.beforeEnrolment,
      isContinued: about.isContinued,
      levels: deps.config.levels,
      cache,
      fetch: noFetch,
      nowMs: () => deps.now() * 1000,
      newSeed: () => Buffer.from(deps.randomBytes(32)).toString('hex'),
      observe: (execution) => executions.push(execution),
    };
    const looked = lookAgain(run, world);
    if (looked.state.is !== 'running') return { run: looked, cache };
    return (await take()) ? { run: await advance(looked, world), cache } : undefined;
  } finally {
    await keepExecutions(executions, { mode, userId: input.person.id, clientId: input.client.id, requestId }, deps);
  }
};

/**
 * Actions that only run along: each alone, as if it were the only one. Nobody waits for them, nothing of what they want is done, and
 * whatever goes wrong with them goes wrong for nobody; their verdict is on record under the same request.
 */
export const runShadows = (
  active: readonly ActiveAction[],
  begin: (actions: readonly ActiveAction[]) => ActionRun,
  about: RunAbout,
  deps: Deps,
): void => {
  for (const shadow of active.filter(({ mode }) => mode === 'shadow')) {
    runShadow(begin([shadow]), about, deps).catch((error: unknown) => {
      deps.log.warn({ err: error, action: shadow.pinned.name }, 'an Action that only runs along could not be run');
    });
  }
};

const runShadow = async (begun: ActionRun, about: RunAbout, deps: Deps): Promise<void> => {
  // What a shadow would keep between runs is not kept.
  const advanced = await runActions('shadow', begun, about, deps);
  if (!advanced) return;
  const { run } = advanced;
  await deps.store.audit.append([
    auditRecord(deps, 'actions.shadow', {
      userId: about.input.person.id,
      sessionId: about.sessionId,
      clientId: about.input.client.id,
      requestId: about.requestId,
      details: { reports: run.reports, state: run.state.is, ...wantedBy(run) },
    }),
  ]);
};
