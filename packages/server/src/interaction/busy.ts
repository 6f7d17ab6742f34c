import { problemPage } from '../authorization/respond.ts';
import type { Caller } from '../deps.ts';

/** Too many passwords are being checked: come back in a moment. */
export const busy = (request: Request, caller: Caller): Response =>
  problemPage('tooManyRequests', 503, request, caller, { headers: { 'retry-after': '2' } });
