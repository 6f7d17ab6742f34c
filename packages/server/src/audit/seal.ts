/** Seals audit records beside the requests: no request writes anything for the chain, nor waits for it. */
import type { Deps } from '../deps.ts';
import type { ChainStore } from '../store/chain-ports.ts';
import { makeCheckpoint } from './checkpoint.ts';

/** As many as take a few milliseconds, for the requests of that moment wait as long. */
const AT_ONCE = 100;

/** When more wait (after an upgrade), the rest goes on the next time, so that the requests keep their share of the time. */
const MOST_STEPS = 40;

const CHECKPOINT_RECORDS = 1000;
const CHECKPOINT_SECONDS = 600;

export interface Sealer {
  /** Seals what waits, up to some thousands; does nothing while it is still at it. */
  look(): Promise<void>;
  /** Seals all that waits. */
  finish(): Promise<void>;
}

export const createSealer = ({ store }: Pick<Deps, 'store'>): Sealer => {
  let underWay: Promise<void> | undefined;
  return {
    look: () => {
      underWay ??= sealWaiting(store.chain, MOST_STEPS).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    finish: () => sealWaiting(store.chain),
  };
};

/** Seals what waits, in steps; another process may be doing the same. */
export const sealWaiting = async (chain: ChainStore, mostSteps = Number.POSITIVE_INFINITY): Promise<void> => {
  if ((await chain.waiting(1)).length === 0) return;
  for (let step = 1; step <= mostSteps; step += 1) {
    if ((await chain.seal(AT_ONCE)) < AT_ONCE) return;
  }
};

/** Signs where the chain stands when enough has come since the last time, or enough time has passed and anything has come. */
export const checkpointWhenDue = async (deps: Pick<Deps, 'store' | 'keys' | 'config' | 'now'>): Promise<void> => {
  const [head, last] = await Promise.all([deps.store.chain.head(), deps.store.chain.latestCheckpoint()]);
  const records = (head?.seq ?? 0) - (last?.seq ?? 0);
  if (records <= 0) return;
  const isDue = !last || records >= CHECKPOINT_RECORDS || deps.now() - last.at >= CHECKPOINT_SECONDS;
  if (isDue) await makeCheckpoint(deps);
};
