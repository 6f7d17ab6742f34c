import { problemPage } from '../authorization/respond.ts';
import type { Caller, Deps } from '../deps.ts';

/** Too many passwords are being checked: come back in a moment. */
export const busy = (request: Request, deps: Pick<Deps, 'metrics'>, caller: Caller): Response => {
  deps.metrics.hasherRefused();
  return problemPage('tooManyRequests', 503, request, caller, { headers: { 'retry-after': '2' } });
};
