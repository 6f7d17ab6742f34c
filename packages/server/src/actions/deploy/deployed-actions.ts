/** What the server asks for every request that Actions take part in: what is bound now, and what a version holds. */
import type { BindingMode, BoundAction } from '../../store/action-ports.ts';
import type { Store } from '../../store/ports.ts';
import type { PinnedAction } from '../run-state.ts';
import type { DeployedAction } from '../world.ts';
import { POST_LOGIN } from './deploy.ts';
import type { EncryptionKey, Secrets } from './encryption-key.ts';

/** An Action that runs, and how. */
export interface ActiveAction {
  readonly pinned: PinnedAction;
  readonly number: number;
  readonly checksum: string;
  readonly mode: BindingMode;
}

/** A version with its number. */
export interface DeployedVersion extends DeployedAction {
  readonly number: number;
}

export interface DeployedActions {
  /**
   * What is bound and enabled, in its order; nothing while Actions are switched off.
   *
   * @throws when it cannot be read, or the secrets of a live one cannot be decrypted: then nobody may be let in without it
   */
  bound(): Promise<readonly ActiveAction[]>;
  /**
   * A version, whether it is still bound or not: a run is held to those that it began with.
   *
   * @returns undefined when it was forgotten
   * @throws when it cannot be read or decrypted
   */
  version(id: string): Promise<DeployedVersion | undefined>;
}

interface Reading {
  readonly store: Pick<Store, 'actions'>;
  /** Asked only when a version has secrets. */
  readonly encryptionKey: () => EncryptionKey;
  /** A clock that only goes forward, in milliseconds. */
  readonly steadyMs: () => number;
  /** Told of a shadow that cannot be run, and is left out: it may keep nobody from signing in. */
  readonly complain: (action: string, error: unknown) => void;
}

/** So soon is seen what another process changed. One small row is read that often at most, however many requests there are. */
const FRESH_MS = 1000;

/** Versions that are not bound any more are remembered for runs that are held to them. */
const MOST_REMEMBERED = 200;

interface Known {
  readonly revision: number;
  readonly active: readonly ActiveAction[];
}

export const deployedActions = (reading: Reading): DeployedActions => {
  const { store, steadyMs } = reading;
  const versions = new Map<string, DeployedVersion>();
  let known: Known | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<Known> | undefined;

  const check = async (begun: number): Promise<Known> => {
    const { revision } = await store.actions.state(POST_LOGIN);
    if (known?.revision !== revision) known = await load(reading, versions);
    checkedAt = begun;
    return known;
  };

  return {
    bound: async () => {
      const now = steadyMs();
      if (known !== undefined && now - checkedAt < FRESH_MS) return known.active;
      checking ??= check(now).finally(() => {
        checking = undefined;
      });
      return (await checking).active;
    },
    version: async (id) => {
      const remembered = versions.get(id);
      if (remembered !== undefined) return remembered;
      const found = await store.actions.findVersion(id);
      return found && remember(versions, id, opened(found, reading));
    },
  };
};

const load = async (reading: Reading, versions: Map<string, DeployedVersion>): Promise<Known> => {
  const { state, actions } = await reading.store.actions.bound(POST_LOGIN);
  return {
    revision: state.revision,
    active: actions.filter((one) => isUsable(one, reading, versions)).map(activeOf),
  };
};

const activeOf = ({ action, version, binding }: BoundAction): ActiveAction => ({
  pinned: { name: action.name, version: version.id },
  number: version.number,
  checksum: version.checksum,
  mode: binding.mode,
});

const isUsable = (bound: BoundAction, reading: Reading, versions: Map<string, DeployedVersion>): boolean => {
  const { action, binding, version } = bound;
  try {
    if (!versions.has(version.id)) remember(versions, version.id, opened(bound, reading));
    return true;
  } catch (error) {
    if (binding.mode === 'live') throw error;
    reading.complain(action.name, error);
    return false;
  }
};

const opened = ({ version }: Pick<BoundAction, 'version'>, { encryptionKey }: Reading): DeployedVersion => {
  const { id, number, checksum, code, sealedSecrets } = version;
  const secrets: Secrets = sealedSecrets === null ? {} : encryptionKey().open(sealedSecrets, id);
  return { number, program: { checksum, code }, secrets };
};

/** The one that was remembered first goes first: it can be read again. */
const remember = (versions: Map<string, DeployedVersion>, id: string, version: DeployedVersion): DeployedVersion => {
  const [oldest] = versions.keys();
  if (versions.size >= MOST_REMEMBERED && oldest !== undefined) versions.delete(oldest);
  versions.set(id, version);
  return version;
};
