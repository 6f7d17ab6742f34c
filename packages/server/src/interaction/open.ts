/** What every page of an interaction does first: whose is it, is it still open, what was decided? */
import type { NextStep, Parameters } from '@stile/core';
import { oauthError, single } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import { decideForPage } from '../authorization/decide-with-actions.ts';
import { isOpen } from '../authorization/open-interaction.ts';
import { applicationOf, errorAnswer, messagesFor, problemPage, respond } from '../authorization/respond.ts';
import type { Decided } from '../authorization/situation.ts';
import { fromStored } from '../authorization/validated-request.ts';
import type { Caller, Deps } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { formParameters, queryParameters } from '../http/body.ts';
import { readCookie } from '../http/cookies.ts';
import type { FormBinding } from '../http/csrf.ts';
import { csrfToken, judgeForm } from '../http/csrf.ts';
import { seeOther } from '../http/responses.ts';
import type { Application } from '../pages/layout.ts';
import type { Messages } from '../pages/messages.ts';
import { secretOfFirstClick } from '../session/current-session.ts';
import { sessionCookie } from '../session/session-cookie.ts';
import type { Interaction } from '../store/records.ts';

/** Where the way leads after a proof: home, unless it may have connected an app whose recovery codes are yet to be shown. */
export const afterProof = (interaction: Interaction): string =>
  hasSheetToShow(interaction) ? `/enrol?interaction=${interaction.id}` : home(interaction);

/** Whether an enrolment made recovery codes that the person has not said to be kept. */
const hasSheetToShow = ({ progress }: Interaction): boolean => typeof progress.recoveryCodesOf === 'string';

/** A page step: those of the dispatcher that show something. */
export type PageStep = Exclude<NextStep['step'], 'issue' | 'refuse'>;

/** An interaction that this browser may answer, with what was decided about it. */
export interface Opened {
  readonly interaction: Interaction;
  readonly decided: Decided;
  readonly application: Application;
  readonly csrf: string;
  readonly t: Messages;
  readonly request: Request;
  readonly caller: Caller;
}

/** Where every step leads: the same question, asked again. */
export const home = ({ id }: Interaction): string => `/authorize?interaction=${id}`;

const bindingOf = (interaction: Interaction, browserSecret: string): FormBinding => ({
  purpose: `interaction ${interaction.id}`,
  browserSecret,
});

const open = async (request: Request, deps: Deps, caller: Caller): Promise<Opened | Response> => {
  const id = single(queryParameters(request), 'interaction');
  const interaction = id.ok && id.value !== undefined ? await deps.store.interactions.find(id.value) : undefined;
  if (!interaction || !isOpen(interaction, deps.now())) {
    return problemPage('expired', 400, request, caller);
  }
  const browser = readCookie(request, 'browser', deps.config);
  if (browser === undefined) return problemPage('cookiesBlocked', 400, request, caller);
  if (interaction.browserHash !== sha256(browser)) return problemPage('someoneElse', 400, request, caller);
  const validated = fromStored(interaction, deps);
  if (!validated.ok) return problemPage('expired', 400, request, caller);
  const decided = await decideForPage({ validated: validated.value, interaction }, { request, caller }, deps);
  return {
    interaction,
    decided,
    application: applicationOf(validated.value.client),
    csrf: csrfToken(deps, bindingOf(interaction, browser), decided.current?.user.id),
    t: messagesFor(request, validated.value.request.uiLocales),
    request,
    caller,
  };
};

/** Whether a page has something left to show although its step is done. */
export type LeftToShow = (opened: Opened) => boolean;

const nothingLeft: LeftToShow = () => false;

/** Opens a page to be shown. When another step is due, and nothing is left to show, the way leads home. */
export const openPage = async (
  step: PageStep,
  request: Request,
  deps: Deps,
  caller: Caller,
  isLeft = nothingLeft,
): Promise<Opened | Response> => {
  const opened = await open(request, deps, caller);
  if (opened instanceof Response) return opened;
  return isDue(opened, step, isLeft) ? opened : seeOther(home(opened.interaction));
};

const isDue = (opened: Opened, step: PageStep, isLeft: LeftToShow): boolean =>
  opened.decided.decision.next.step === step || isLeft(opened);

/** A page that was answered. */
export interface Answered extends Opened {
  readonly form: Parameters;
  /** Digest of the value that only this very form sends: tells its second click from any other form. */
  readonly submission: string;
}

/**
 * Opens a page that was answered: the form must carry the value it was given, the ways out work on every page, and the second
 * click of a double click leads where the first one led.
 */
export const openForm = async (
  step: PageStep,
  request: Request,
  deps: Deps,
  caller: Caller,
  isLeft = nothingLeft,
): Promise<Answered | Response> => {
  const opened = await open(request, deps, caller);
  if (opened instanceof Response) return opened;
  const form = await formParameters(request);
  if (!form.ok) return problemPage('badRequest', 400, request, caller);
  const sent = single(form.value, 'csrf');
  const browser = readCookie(request, 'browser', deps.config) ?? '';
  const person = opened.decided.current?.user.id;
  const verdict = sent.ok ? judgeForm(deps, bindingOf(opened.interaction, browser), person, sent.value) : 'forged';
  if (verdict === 'forged') return problemPage('forged', 403, request, caller);
  const answered: Answered = { ...opened, form: form.value, submission: sha256(sent.ok ? (sent.value ?? '') : '') };
  // Whoever cancels while a proof is under way has cancelled.
  if (form.value.has('cancel')) return decline(opened, deps);
  const secondClick = await answerSecondClick(answered, deps);
  if (secondClick) return secondClick;
  // What was shown to one person is not an answer by another who signed in meanwhile.
  if (verdict === 'of-another' || !isDue(opened, step, isLeft)) return seeOther(home(opened.interaction));
  return form.value.has('other') ? asSomebodyElse(opened, deps) : answered;
};

/** The value of a field of an answered page. */
export const field = ({ form }: Answered, name: string): string | undefined => {
  const value = single(form, name);
  return value.ok ? value.value : undefined;
};

/**
 * The answer to the second click of a double click, if this is one. Asked before a proof is checked, and again when it turned
 * out that another submission came first.
 */
export const answerSecondClick = async (
  { interaction, request, submission }: Answered,
  deps: Deps,
): Promise<Response | undefined> => {
  const first = await secretOfFirstClick(request, submission, deps);
  if (first === undefined) return undefined;
  // The first click may have left something to show.
  const latest = (await deps.store.interactions.find(interaction.id)) ?? interaction;
  return seeOther(afterProof(latest), [sessionCookie(first.secret, first.session, deps)]);
};

/** "Cancel": the client learns that the person declined (RFC 6749, section 4.1.2.1). */
export const decline = async ({ interaction, decided, t, caller }: Opened, deps: Deps): Promise<Response> => {
  const { validated, current } = decided;
  const error = oauthError('access_denied', 'declined', 'The person declined');
  await deps.store.interactions.finish(interaction.id, deps.now(), [
    auditRecord(deps, 'authorize.declined', {
      clientId: validated.client.id,
      userId: current?.user.id ?? null,
      sessionId: current?.session.id ?? null,
      requestId: caller.requestId,
      details: { step: decided.decision.next.step },
    }),
  ]);
  return respond(validated.request.channel, errorAnswer(error), validated.client, t, deps);
};

/** "Not you?": whoever was signed in here is signed out, and the request begins anew for whoever comes. */
const asSomebodyElse = async ({ interaction, decided, caller }: Opened, deps: Deps): Promise<Response> => {
  const { current, validated } = decided;
  if (current) {
    await deps.store.sessions.end(current.session.id, deps.now(), [
      auditRecord(deps, 'session.ended', {
        userId: current.user.id,
        sessionId: current.session.id,
        clientId: validated.client.id,
        requestId: caller.requestId,
        details: { reason: 'somebody_else' },
      }),
    ]);
  }
  // A run through the Actions is left where it is: of another session it counts for nothing, and one that is under way may yet deny.
  await deps.store.interactions.update(interaction.id, {
    userId: null,
    accountSelectedAt: null,
    consentedAt: null,
    progress: {},
  });
  return seeOther(home(interaction), [sessionCookie(null, undefined, deps)]);
};
