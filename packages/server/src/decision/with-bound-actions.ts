/** Lets whoever supposes ask the Actions that are live now. */
import { openCache } from '../actions/cache.ts';
import type { DeployedActions } from '../actions/deploy/deployed-actions.ts';
import type { Deps } from '../deps.ts';
import type { SupposedActions } from './supposed-actions.ts';
import { supposedActions } from './supposed-actions.ts';

interface Place extends Pick<Deps, 'store' | 'config' | 'log' | 'now'> {
  readonly actions: DeployedActions;
}

/**
 * They run in a sandbox of their own without a network, which is there for as long as the work takes: supposing can keep no login waiting.
 * What they keep between runs is read, and what they would keep is dropped.
 *
 * @throws when what is live cannot be read: then nobody would be let in either
 */
export const withBoundActions = async <T>(
  place: Place,
  work: (actions: SupposedActions | undefined) => Promise<T>,
): Promise<T> => {
  const { actions, config, store } = place;
  const live = (await actions.bound()).filter(({ mode }) => mode === 'live');
  if (live.length === 0) return work(undefined);
  const { createActionRuntime } = await import('../actions/runtime/runtime.ts');
  const { insideScript } = await import('../actions/inside/script.ts');
  const { limits } = config.actions;
  const runtime = createActionRuntime({ limits, egress: 'ask', workers: 1, queue: 1, insideSource: insideScript });
  try {
    return await work(
      supposedActions({
        pinned: live.map(({ pinned }) => pinned),
        deployed: (version) => actions.version(version),
        runtime,
        cache: await openCache(place),
        config,
        store,
      }),
    );
  } finally {
    await runtime.close();
  }
};
