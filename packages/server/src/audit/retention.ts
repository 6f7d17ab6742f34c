/** Forgets audit records that have been kept for long enough, so that the chain over the rest can still be verified. */
import type { Instant } from '@stile/core';
import type { Deps } from '../deps.ts';
import type { ChainStore, SealedRecord } from '../store/chain-ports.ts';
import { makeCheckpoint } from './checkpoint.ts';
import { sealWaiting } from './seal.ts';

const AT_ONCE = 500;

/**
 * Forgets the records of a moment and older, from the beginning of the chain up to the first that is newer. Before anything goes, a
 * checkpoint is signed that says where the log begins from then on: without it a log with its beginning cut off looks just the same.
 *
 * @returns how many went
 */
export const forgetAudit = async (
  deps: Pick<Deps, 'store' | 'keys' | 'config' | 'now'>,
  until: Instant,
): Promise<number> => {
  const { chain } = deps.store;
  await sealWaiting(chain);
  const last = await lastToForget(chain, until, deps.now());
  if (!last) return 0;
  await makeCheckpoint(deps, { first: last.seq + 1, after: last.hash });
  return chain.forget(last.seq + 1);
};

/** The last link of those at the beginning whose records are old enough. One that is gone already holds nobody up, nor one that a wrong clock dated ahead. */
const lastToForget = async (chain: ChainStore, until: Instant, now: Instant): Promise<SealedRecord | undefined> => {
  let [seq, found]: [number, SealedRecord | undefined] = [0, undefined];
  for (;;) {
    const page = await chain.after(seq, AT_ONCE);
    for (const link of page) {
      if (link.record && link.record.at > until && link.record.at <= now) return found;
      if (link.record) found = link;
    }
    const last = page.at(-1);
    if (!last || page.length < AT_ONCE) return found;
    seq = last.seq;
  }
};
