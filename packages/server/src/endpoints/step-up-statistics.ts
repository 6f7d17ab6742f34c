/** `GET /api/v2/stats/step-up?from=&to=&by=`: what came of asking people to prove more. */
import type { Instant } from '@stile/core';
import { secondsBefore } from '@stile/core';
import type { StepUpCounts } from '../decision/statistics.ts';
import { isStatisticsBy, stepUpStatistics } from '../decision/statistics.ts';
import type { Handler } from '../deps.ts';
import { json } from '../http/responses.ts';
import { badRequest, HOW_A_MOMENT, momentIn, queryOf, refuseUnless } from './management.ts';
import { moment } from './me.ts';

const SEVEN_DAYS = 7 * 86_400;

const NAMES = ['from', 'to', 'by'] as const;

const counts = ({ medianSeconds, p90Seconds, ...rest }: StepUpCounts) => ({
  ...rest,
  median_seconds: medianSeconds,
  p90_seconds: p90Seconds,
});

export const showStepUpStatistics: Handler = async (request, deps) => {
  const refusal = await refuseUnless('read:stats', request, deps);
  if (refusal) return refusal;
  const sent = queryOf(request, NAMES);
  if (sent instanceof Response) return sent;
  const by = sent.by ?? 'factor';
  if (!isStatisticsBy(by)) return badRequest('by is factor, client or scope.');
  const to = sent.to === undefined ? deps.now() : momentIn(sent.to);
  if (to === false) return badRequest(HOW_A_MOMENT);
  const from: Instant | false = sent.from === undefined ? secondsBefore(to, SEVEN_DAYS) : momentIn(sent.from);
  if (from === false) return badRequest(HOW_A_MOMENT);
  const answerSeconds = deps.config.lifetimes.interaction;
  const { total, rows } = await stepUpStatistics(deps.store.audit, { from, to, by, answerSeconds });
  return json({
    from: moment(from),
    to: moment(to),
    by,
    total: counts(total),
    rows: rows.map(({ name, ...row }) => ({ name, ...counts(row) })),
  });
};
