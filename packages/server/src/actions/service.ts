/** Actions, as the rest of the server sees them: what is bound, and where it runs. Nothing is loaded before the first one runs. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Store } from '../store/ports.ts';
import type { ActionRuntime } from './call.ts';
import type { DeployedActions } from './deploy/deployed-actions.ts';
import { deployedActions } from './deploy/deployed-actions.ts';
import { openEncryptionKey } from './deploy/encryption-key.ts';

export interface ActionService extends DeployedActions {
  /** The sandbox of what is live, or the one beside it of what only runs along, which can never keep the other from running. */
  runtime(mode: 'live' | 'shadow'): Promise<ActionRuntime>;
  /**
   * Encrypts what is to be kept of what Actions were given, for what it is bound to alone. The key is made if there is none yet.
   *
   * @throws when it cannot be made or read
   */
  seal(text: string, bond: string): string;
  /** @throws when its key is not here, when it belongs to something else, or when it was changed since */
  open(sealed: string, bond: string): string;
  close(): Promise<void>;
}

interface ActionParts {
  readonly config: Config;
  readonly store: Pick<Store, 'actions'>;
  readonly log: Pick<Logger, 'warn'>;
  /** How many Actions may run at once. */
  readonly workers: number;
}

/** Those that run along share one worker. */
const SHADOW_WORKERS = 1;

/** So many more may run for each worker while all others only wait, for a slow site say. Each takes some 55 MB while it is there. */
const SPARES_FOR_EACH = 3;

/** So many calls may wait for each worker. */
const QUEUE_FOR_EACH = 32;

export const openActions = (parts: ActionParts): ActionService => {
  const made = new Map<'live' | 'shadow', Promise<ActionRuntime>>();
  const deployed = deployedActions({
    store: parts.store,
    encryptionKey: () => openEncryptionKey(parts.config, 'throw'),
    steadyMs: () => performance.now(),
    complain: (action, error) => parts.log.warn({ err: error, action }, 'an Action that only runs along is left out'),
  });
  return {
    ...deployed,
    seal: (text, bond) => openEncryptionKey(parts.config, 'make').sealText(text, bond),
    open: (sealed, bond) => openEncryptionKey(parts.config, 'throw').openText(sealed, bond),
    runtime: (mode) => {
      const known = made.get(mode);
      if (known) return known;
      const runtime = makeRuntime(mode, parts);
      made.set(mode, runtime);
      // One that could not be made is tried again by the next request.
      runtime.catch(() => made.delete(mode));
      return runtime;
    },
    close: async () => {
      await Promise.all([...made.values()].map(async (runtime) => (await runtime.catch(() => undefined))?.close()));
    },
  };
};

const makeRuntime = async (mode: 'live' | 'shadow', { config, workers }: ActionParts): Promise<ActionRuntime> => {
  const [{ createActionRuntime }, { insideScript }] = await Promise.all([
    import('./runtime/runtime.ts'),
    import('./inside/script.ts'),
  ]);
  const count = mode === 'live' ? workers : SHADOW_WORKERS;
  const { limits, egress } = config.actions;
  return createActionRuntime({
    limits,
    egress,
    workers: count,
    spares: mode === 'live' ? count * SPARES_FOR_EACH : 0,
    queue: count * QUEUE_FOR_EACH,
    insideSource: insideScript,
  });
};
