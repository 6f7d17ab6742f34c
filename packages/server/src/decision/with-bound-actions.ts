/** Lets whoever supposes ask the Actions that are live now. */
import type { Result } from '@stile/core';
import { ok, refused } from '@stile/core';
import { openCache } from '../actions/cache.ts';
import type { DeployedActions } from '../actions/deploy/deployed-actions.ts';
import type { Deps } from '../deps.ts';
import type { SupposedActions } from './supposed-actions.ts';
import { supposedActions } from './supposed-actions.ts';

export interface BoundActionsPlace extends Pick<Deps, 'store' | 'config' | 'log' | 'now'> {
  readonly actions: DeployedActions;
  /** A clock that only goes forward, in milliseconds. */
  readonly steadyMs?: () => number;
}

/** The time of all Actions of one supposition together, in milliseconds; the one that is running then may take as long again. */
const MOST_MS = 5000;

/**
 * They run in a sandbox of their own without a network, which is there for as long as the work takes: supposing can keep no login waiting.
 * What they keep between runs is read, and what they would keep is dropped.
 *
 * @returns refused when what is live cannot be read: then nobody would be let in either
 */
export const withBoundActions = async <T>(
  place: BoundActionsPlace,
  work: (actions: SupposedActions | undefined) => Promise<T>,
): Promise<Result<T, 'unreadable'>> => {
  const { log } = place;
  let isUnreadable = false;
  const reading: Reading = async (read) => {
    try {
      return await read();
    } catch (error) {
      isUnreadable = true;
      throw error;
    }
  };
  try {
    return ok(await withRead(place, reading, work));
  } catch (error) {
    if (!isUnreadable) throw error;
    log.error({ err: error }, 'the bound Actions could not be read, and nothing is supposed');
    return refused('unreadable');
  }
};

type Reading = <T>(read: () => Promise<T>) => Promise<T>;

const withRead = async <T>(
  place: BoundActionsPlace,
  reading: Reading,
  work: (actions: SupposedActions | undefined) => Promise<T>,
): Promise<T> => {
  const { actions, config, store, steadyMs = () => performance.now() } = place;
  const live = (await reading(() => actions.bound())).filter(({ mode }) => mode === 'live');
  if (live.length === 0) return work(undefined);
  const cache = await reading(() => openCache(place));
  const { createActionRuntime } = await import('../actions/runtime/runtime.ts');
  const { insideScript } = await import('../actions/inside/script.ts');
  const limits = { ...config.actions.limits, wallMs: Math.min(config.actions.limits.wallMs, MOST_MS) };
  const runtime = createActionRuntime({ limits, egress: 'ask', workers: 1, queue: 1, insideSource: insideScript });
  const begun = steadyMs();
  try {
    return await work(
      supposedActions({
        pinned: live.map(({ pinned }) => pinned),
        deployed: (version) => reading(() => actions.version(version)),
        runtime,
        cache,
        hasTime: () => steadyMs() - begun < MOST_MS,
        config,
        store,
      }),
    );
  } finally {
    await runtime.close();
  }
};
