/** Makes recorded decisions again by the policy that was in force, and looks whether any comes out otherwise. None may. */
import type { Instant } from '@stile/core';
import type { Store } from '../store/ports.ts';
import type { Policy } from './policy.ts';
import { parsePolicy } from './policy.ts';
import type { RecordedDecision } from './recorded.ts';
import { decideAgain, decisionsSince, recordedDecision, respectsThatDiffer } from './recorded.ts';

/** A decision that does not come out as it was kept. */
export interface Deviation {
  readonly id: string;
  readonly at: Instant;
  /** Where they differ; `failed`: it could not be made again at all. */
  readonly differs: readonly string[];
  readonly stored: { readonly step: string; readonly reason: string };
  readonly again: { readonly step: string; readonly reason: string };
}

/** What came of a check. Its shape is stable: new members may come, and none changes its meaning. */
export interface Checked {
  readonly format: 'stile-replay-check/1';
  readonly since: Instant;
  /** The records that were read. */
  readonly records: number;
  /** Those that were made again. */
  readonly judged: number;
  /** Those that are no question of policy, or from before facts were kept. */
  readonly withoutFacts: number;
  /** Those whose policy is not kept, or not as it was; by its digest. */
  readonly withoutPolicy: Readonly<Record<string, number>>;
  readonly differing: number;
  /** The first of them. */
  readonly deviations: readonly Deviation[];
}

const MOST_SHOWN = 100;

/** Reads the policy behind a digest; nothing when it is not there, or is not what it was. */
export const policyReader =
  ({ policies }: Pick<Store, 'policies'>): ((digest: string) => Promise<Policy | undefined>) =>
  async (digest) => {
    const kept = await policies.find(digest);
    return kept && parsePolicy(kept);
  };

const deviationOf = (recorded: RecordedDecision, policy: Policy): Deviation | undefined => {
  const { id, at, outcome } = recorded;
  const stored = { step: outcome.step, reason: outcome.reason };
  try {
    const again = decideAgain(recorded, policy).outcome;
    const differs = respectsThatDiffer(outcome, again);
    return differs.length === 0
      ? undefined
      : { id, at, differs, stored, again: { step: again.step, reason: again.reason } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { id, at, differs: ['failed'], stored, again: { step: 'refuse', reason } };
  }
};

/**
 * Checks every decision on record since a moment. It reads only.
 *
 * @param progress is told how many records were read so far
 */
export const checkDecisions = async (
  store: Pick<Store, 'audit' | 'policies'>,
  since: Instant,
  progress: (records: number) => void = () => undefined,
): Promise<Checked> => {
  const policyThen = policyReader(store);
  const known = new Map<string, Policy | undefined>();
  const counts = { records: 0, judged: 0, withoutFacts: 0, differing: 0 };
  const withoutPolicy: Record<string, number> = {};
  const deviations: Deviation[] = [];
  for await (const page of decisionsSince(store, since)) {
    for (const record of page) {
      counts.records += 1;
      const recorded = recordedDecision(record);
      if (!recorded) {
        counts.withoutFacts += 1;
        continue;
      }
      // Waiting for what is known already would cost as much as the decision.
      if (!known.has(recorded.policy)) known.set(recorded.policy, await policyThen(recorded.policy));
      const policy = known.get(recorded.policy);
      if (!policy) withoutPolicy[recorded.policy] = (withoutPolicy[recorded.policy] ?? 0) + 1;
      else {
        counts.judged += 1;
        const deviation = deviationOf(recorded, policy);
        if (!deviation) continue;
        counts.differing += 1;
        if (deviations.length < MOST_SHOWN) deviations.push(deviation);
      }
    }
    progress(counts.records);
  }
  return { format: 'stile-replay-check/1', since, ...counts, withoutPolicy, deviations };
};
