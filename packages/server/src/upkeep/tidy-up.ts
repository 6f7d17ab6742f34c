/** What is done every minute beside the requests. */
import type { Instant } from '@stile/core';
import { instant, secondsBefore } from '@stile/core';
import { forgetAudit } from '../audit/retention.ts';
import { checkpointWhenDue } from '../audit/seal.ts';
import { forgetPolicies, notePolicy } from '../decision/keep-policy.ts';
import type { Deps } from '../deps.ts';
import { tellAgainOfRecoveries } from '../recovery/recovery-notice.ts';

/** Few enough at once that no request notices. */
const AT_ONCE = 100;

/**
 * The clock must have gone on steadily for longer than any token lives that can be used up or revoked: if it was wrong by then,
 * what is forgotten is truly over. No process forgets anything before it has run for as long.
 */
const steadyEnough = ({ apis, lifetimes }: Deps['config']): number =>
  Math.max(
    3600,
    lifetimes.singleUseToken,
    ...[...apis.values()].map(({ tokenLifetimeSeconds }) => tokenLifetimeSeconds),
  );

/**
 * So long after a start the clock of a machine has been set by its time service, if it was wrong. Audit records are old when they
 * are forgotten, and nothing is decided by them, so they need not wait as long as tokens: a process that is restarted every
 * hour forgets them all the same.
 */
const AUDIT_STEADY_SECONDS = 300;

/**
 * Counts the requests that nobody answered in time, tells people what they could not be told before, and forgets what has expired. What fails of it is logged and tried again the
 * next time, and keeps nothing else from being done.
 *
 * @param steadySeconds for how long the clock has gone on as time does
 * @param latest what it can be by now at most, by what was on record at the start
 */
export const tidyUp = async (deps: Deps, steadySeconds: number, latest: Instant): Promise<void> => {
  const { store, config, log, now } = deps;
  const { retention } = config.audit;
  const { retention: executions } = config.actions.executions;
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => log.error({ err: error }, `${what} failed`));
  };
  await attempt('counting abandoned requests', () => countAbandoned(deps));
  await attempt('telling of recoveries', () => tellAgainOfRecoveries(deps));
  await attempt('signing a checkpoint', () => checkpointWhenDue(deps));
  await attempt('noting the policy', () => notePolicy(deps));
  if (retention > 0 && steadySeconds >= AUDIT_STEADY_SECONDS)
    await attempt('forgetting audit records', () =>
      forgetAudit(deps, secondsBefore(instant(Math.min(now(), latest)), retention)),
    );
  if (retention > 0 && steadySeconds >= AUDIT_STEADY_SECONDS)
    await attempt('forgetting policies', () => forgetPolicies(deps, latest));
  if (executions > 0 && steadySeconds >= AUDIT_STEADY_SECONDS)
    await attempt('forgetting executions of Actions', () =>
      store.actions.forgetExecutions(secondsBefore(instant(Math.min(now(), latest)), executions)),
    );
  if (steadySeconds >= steadyEnough(config)) await attempt('sweep', () => store.sweep(now()));
};

const countAbandoned = async ({ store, metrics, now }: Pick<Deps, 'store' | 'metrics' | 'now'>): Promise<void> => {
  let found: number;
  do {
    const abandoned = await store.interactions.abandon(now(), AT_ONCE);
    for (const asked of abandoned) if (asked) metrics.abandoned(asked);
    found = abandoned.length;
  } while (found === AT_ONCE);
};
