/**
 * The authorization endpoint (RFC 6749, section 3.1; OpenID Connect Core 1.0, section 3.1.2).
 *
 * parse → load → decide → perform. Pages come back here and the same question is asked again, of the same request.
 */
import type { NextStep, Parameters } from '@stile/core';
import { single } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import { askedFor } from '../authorization/asked.ts';
import type { Asked, DecidedWithActions } from '../authorization/decide-with-actions.ts';
import { decideWithActions, reportsOf, sentAwayTo } from '../authorization/decide-with-actions.ts';
import { sendCode } from '../authorization/issue-code.ts';
import { isOpen } from '../authorization/open-interaction.ts';
import { performEffects } from '../authorization/perform-effects.ts';
import { newInteraction, putBy, sendAway, showPage } from '../authorization/put-by.ts';
import { errorAnswer, errorOf, messagesFor, problemPage, respond } from '../authorization/respond.ts';
import type { InvalidRequest } from '../authorization/validated-request.ts';
import { fromStored, storedParameters, validateRequest } from '../authorization/validated-request.ts';
import { madeOf } from '../decision/record.ts';
import type { Caller, Deps, Handler } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { formParameters, queryParameters } from '../http/body.ts';
import { readCookie } from '../http/cookies.ts';
import { seeOther } from '../http/responses.ts';
import { RequestFailure } from '../log/error.ts';
import type { ProblemName } from '../pages/messages.ts';
import type { AuditRecord, Interaction } from '../store/records.ts';

/** `GET /authorize`: a new request, or one that comes home from a page. */
export const authorize: Handler = async (request, deps, caller) => {
  const parameters = queryParameters(request);
  const resumed = single(parameters, 'interaction');
  if (parameters.has('interaction')) {
    return resumed.ok && resumed.value !== undefined
      ? resume(resumed.value, false, request, deps, caller)
      : problemPage('badRequest', 400, request, caller);
  }
  return begin(parameters, request, deps, caller);
};

const begin = async (parameters: Parameters, request: Request, deps: Deps, caller: Caller): Promise<Response> => {
  const validated = validateRequest(parameters, deps);
  if (!validated.ok) return refuseInvalid(validated.error, request, deps, caller);
  return proceed({ validated: validated.value, interaction: undefined, parameters }, request, deps, caller);
};

/** A request that is to be answered. */
interface Answerable extends Asked {
  /** As they came; empty for one that was put by. */
  readonly parameters: Parameters;
}

/** How often a request is decided when what the decision rested on (a session, an authenticator) is taken back meanwhile. */
const DECISIONS = 2;

/** load → decide → perform. What breaks on the way is told to the client, which waits for an answer (RFC 6749, section 4.1.2.1). */
const proceed = async (answerable: Answerable, request: Request, deps: Deps, caller: Caller): Promise<Response> => {
  const { validated } = answerable;
  try {
    for (let tries = 0; tries < DECISIONS; tries += 1) {
      const decided = await decideWithActions(answerable, { request, caller }, deps);
      if (decided === 'busy') return comeBack(request, caller);
      if (!decided) return problemPage('expired', 400, request, caller);
      const response = await perform(decided, answerable.parameters, request, deps, caller);
      if (response) return response;
    }
    throw new Error('What a decision rested on was taken back each time.');
  } catch (error) {
    deps.log.error(
      { requestId: caller.requestId, err: new RequestFailure(error, request) },
      'authorization request failed',
    );
    const t = messagesFor(request, validated.request.uiLocales);
    return respond(validated.request.channel, errorAnswer(errorOf(error)), validated.client, t, deps);
  }
};

/** Many wait already for what another request of the same makes of its Actions: nothing runs for one more. */
const comeBack = (request: Request, caller: Caller): Response =>
  problemPage('tooManyRequests', 503, request, caller, { headers: { 'retry-after': '2' } });

/**
 * `POST /authorize`: the same. A browser keeps `SameSite=Lax` cookies back when another site posts a form, so the request
 * is put by and the browser sent to fetch it, which brings the cookies along.
 */
export const authorizeByPost: Handler = async (request, deps, caller) => {
  const parameters = await formParameters(request);
  if (!parameters.ok) return problemPage('badRequest', 400, request, caller);
  const validated = validateRequest(parameters.value, deps);
  if (!validated.ok) return refuseInvalid(validated.error, request, deps, caller);
  const interaction = newInteraction(validated.value, parameters.value, deps);
  return (await putBy(interaction, request, deps, caller)) ?? seeOther(home(interaction.id));
};

const home = (interactionId: string): string => `/authorize?interaction=${interactionId}`;

/** A request that comes home: only to the browser that it left from, and only until it is answered. */
export const resume = async (
  id: string,
  isContinued: boolean,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response> => {
  const interaction = await deps.store.interactions.find(id);
  if (!interaction || !isOpen(interaction, deps.now())) {
    return problemPage('expired', 400, request, caller);
  }
  if (interaction.browserHash === null) return fetchPosted(interaction, request, deps, caller);
  const browser = readCookie(request, 'browser', deps.config);
  if (browser === undefined) return problemPage('cookiesBlocked', 400, request, caller);
  if (sha256(browser) !== interaction.browserHash) return problemPage('someoneElse', 400, request, caller);
  const validated = fromStored(interaction, deps);
  if (!validated.ok) return refuseInvalid(validated.error, request, deps, caller);
  return proceed(
    { validated: validated.value, interaction, parameters: new Map(), isContinued },
    request,
    deps,
    caller,
  );
};

/**
 * A request that came by POST, fetched by the first browser that asks for it and by no other. It counts as made now, when the
 * session is known, so that it is treated like one that came by GET.
 */
const fetchPosted = async (
  interaction: Interaction,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response> => {
  const isFirst = await deps.store.interactions.finish(interaction.id, deps.now(), []);
  return isFirst
    ? begin(storedParameters(interaction), request, deps, caller)
    : problemPage('expired', 400, request, caller);
};

/** Does what was decided; nothing when it must be decided anew. */
const perform = async (
  decided: DecidedWithActions,
  parameters: Parameters,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response | undefined> => {
  const { next, trace } = decided.decision;
  const away = next.step === 'refuse' ? undefined : sentAwayTo(decided);
  if (away !== undefined) {
    await recordAsking(decided, 'redirect', deps, caller);
    return sendAway(away, decided, parameters, request, deps, caller);
  }
  // Counted once the code is kept: what was decided on facts that were taken back meanwhile is decided anew.
  if (next.step === 'issue') return sendCode(decided, next, request, deps, caller);
  deps.metrics.decided('authorize', next.step, trace.reason);
  switch (next.step) {
    case 'refuse':
      return refuse(decided, next, request, deps, caller);
    default: {
      const asked = { step: next.step, ...askedFor(decided.decision) };
      deps.metrics.asked(asked);
      // Asked for at once, so that both are kept by one commit.
      const recorded = recordAsking(decided, next.step, deps, caller);
      const [page] = await Promise.all([showPage(asked, decided, parameters, request, deps, caller), recorded]);
      return page;
    }
  }
};

/** Keeps what is asked of a person, and why. A stranger who is asked to sign in is not on record: anybody could fill it. */
const recordAsking = async (
  { decision, facts: made, validated, current, run }: DecidedWithActions,
  step: NextStep['step'] | 'redirect',
  deps: Deps,
  { requestId }: Caller,
): Promise<void> => {
  if (!current) return;
  const facts = { userId: current.user.id, sessionId: current.session.id, clientId: validated.client.id, requestId };
  const { factor } = askedFor(decision);
  const details = { step, factor, trace: decision.trace, ...madeOf(made, deps), ...reportsOf(run) };
  await deps.store.audit.append([auditRecord(deps, 'authorize.asked', { ...facts, details })]);
};

/** The decision was no: the client is told, once, and the request is closed. */
const refuse = async (
  decided: DecidedWithActions,
  { error }: Extract<NextStep, { step: 'refuse' }>,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response> => {
  const { validated, current, decision, run } = decided;
  const facts = { clientId: validated.client.id, requestId: caller.requestId };
  deps.log.info({ ...facts, reason: error.reason }, 'authorization request refused');
  // As with asking: what is refused to a stranger is in the log and not on record.
  const records = current
    ? [
        auditRecord(deps, 'authorize.refused', {
          ...facts,
          userId: current.user.id,
          sessionId: current.session.id,
          details: {
            error: error.code,
            reason: error.reason,
            trace: decision.trace,
            ...madeOf(decided.facts, deps),
            ...reportsOf(run),
          },
        }),
      ]
    : [];
  if (!(await close(decided, records, facts, deps))) return problemPage('expired', 400, request, caller);
  const t = messagesFor(request, validated.request.uiLocales);
  return respond(validated.request.channel, errorAnswer(error), validated.client, t, deps);
};

/**
 * Closes a request that is refused. What an Action that denies wants done was done when its run was kept, or is done now where there is nothing
 * that it could be kept with. What others wanted of a request that is refused for something else was wanted of its success.
 *
 * @returns false when it was answered meanwhile: then nothing is told of why
 */
const close = async (
  { interaction, current, run }: DecidedWithActions,
  records: readonly AuditRecord[],
  facts: { readonly clientId: string; readonly requestId: string },
  deps: Deps,
): Promise<boolean> => {
  if (interaction) return deps.store.interactions.finish(interaction.id, deps.now(), records);
  if (current && run?.state.is === 'denied') {
    await performEffects(run, { ...facts, userId: current.user.id, sessionId: current.session.id }, deps);
  }
  await deps.store.audit.append(records);
  return true;
};

const PROBLEM_OF: Readonly<Record<Extract<InvalidRequest, { tell: 'person' }>['reason'], ProblemName>> = {
  client_id_missing: 'badRequest',
  client_unknown: 'unknownApplication',
  client_may_not: 'badRequest',
  redirect_uri_missing: 'unregisteredRedirect',
  redirect_uri_unregistered: 'unregisteredRedirect',
  response_mode_unsupported: 'badRequest',
  request_malformed: 'badRequest',
};

/** A request that cannot be used. Without a trusted redirect only the person is told, in words of ours. */
const refuseInvalid = (invalid: InvalidRequest, request: Request, deps: Deps, caller: Caller): Response => {
  deps.metrics.decided('authorize', 'refuse', invalid.tell === 'person' ? invalid.reason : invalid.error.reason);
  if (invalid.tell === 'person') {
    deps.log.warn({ requestId: caller.requestId, reason: invalid.reason }, 'authorization request refused');
    return problemPage(PROBLEM_OF[invalid.reason], 400, request, caller, { code: invalid.reason });
  }
  deps.log.warn(
    { requestId: caller.requestId, clientId: invalid.client.id, reason: invalid.error.reason },
    'authorization request refused',
  );
  return respond(invalid.channel, errorAnswer(invalid.error), invalid.client, messagesFor(request), deps);
};
