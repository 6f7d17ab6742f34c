/** `POST /api/v2/simulations`: what would be asked of somebody, and why. Nobody is asked, and nothing is recorded (T15). */
import { parseSupposition } from '../decision/supposition.ts';
import { whatIf } from '../decision/what-if.ts';
import type { Handler } from '../deps.ts';
import { jsonBody } from '../http/body.ts';
import { json } from '../http/responses.ts';
import { canMail } from '../notify/channels.ts';
import { badRequest, plain, refuseUnless } from './management.ts';
import { problem } from './me.ts';

/** Each may have a sandbox of its own, with a thread and memory. */
const MOST_AT_ONCE = 2;

let supposing = 0;

export const simulateDecision: Handler = async (request, deps) => {
  const refusal = await refuseUnless('simulate:decisions', request, deps);
  if (refusal) return refusal;
  const body = await jsonBody(request);
  if (!body.ok) return badRequest(body.error.description);
  const supposition = parseSupposition(body.value);
  if (!supposition.ok) return badRequest(plain(supposition.error));
  if (supposing >= MOST_AT_ONCE)
    return problem(503, 'Busy', 'Others are being simulated; try again in a second.', { 'retry-after': '1' });
  supposing += 1;
  try {
    const answer = await whatIf(supposition.value, { ...deps, canMail: canMail(deps.config) });
    if (answer.ok) return json(answer.value);
    const { for: because, says } = answer.error;
    return because === 'actions' ? problem(503, 'Actions unreadable', says) : badRequest(says);
  } finally {
    supposing -= 1;
  }
};
