/** `POST /api/v2/simulations`: what would be asked of somebody, and why. Nobody is asked, and nothing is recorded (T15). */
import { parseSupposition } from '../decision/supposition.ts';
import { whatIf } from '../decision/what-if.ts';
import type { Handler } from '../deps.ts';
import { jsonBody } from '../http/body.ts';
import { json } from '../http/responses.ts';
import { canMail } from '../notify/channels.ts';
import { badRequest, refuseUnless } from './management.ts';

/** A message may quote names of members as they were sent; an answer holds plain text without quotes. */
const printable = (text: string): string => text.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/gu, ' ').slice(0, 200);

export const simulateDecision: Handler = async (request, deps) => {
  const refusal = await refuseUnless('simulate:decisions', request, deps);
  if (refusal) return refusal;
  const body = await jsonBody(request);
  if (!body.ok) return badRequest(body.error.description);
  const supposition = parseSupposition(body.value);
  if (!supposition.ok) return badRequest(printable(supposition.error));
  const { store, config, now } = deps;
  const answer = await whatIf(supposition.value, { store, config, now, canMail: canMail(config) });
  return answer.ok ? json(answer.value) : badRequest(answer.error);
};
