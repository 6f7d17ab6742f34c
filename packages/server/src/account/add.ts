/** Adding an authenticator: which kind, what it asks first, and the answer that proves that its owner has it. */
import type { EnrollableFactor, UnderWay } from '../authenticator/enrolment.ts';
import { beginEnrolment, enrollableFactors, enrolmentUnderWay, finishEnrolment } from '../authenticator/enrolment.ts';
import { authenticatorName } from '../authenticator/name.ts';
import type { Deps, Handler } from '../deps.ts';
import { queryParameters } from '../http/body.ts';
import { page, seeOther } from '../http/responses.ts';
import { addPage, enrolmentPage } from '../pages/account/add-page.ts';
import type { Answered, Opened } from './open.ts';
import { field, frameOf, openedAnew, openForm, openPage } from './open.ts';

interface Failure {
  readonly error?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

const respond = (html: string, { error, retryAfterSeconds }: Failure): Response => {
  if (retryAfterSeconds === undefined) return page(html, error === undefined ? 200 : 400);
  const response = page(html, 429);
  response.headers.set('retry-after', String(retryAfterSeconds));
  return response;
};

const bondOf = ({ owner }: Opened): string => owner.guard.sessionId;

const renderChoices = (opened: Opened, failure: Failure, deps: Deps): Response => {
  const choices = enrollableFactors(deps).map(({ name, view }) => ({ factor: name, kind: view.kind }));
  return respond(addPage({ ...frameOf(opened, '/account/add', deps), choices, ...failure }, opened.owner.t), failure);
};

/** `GET /account/add` */
export const showAdd: Handler = async (request, deps, caller) => {
  const opened = await openPage('add', request, deps, caller);
  if (opened instanceof Response) return opened;
  const kind = field(queryParameters(request), 'kind');
  const only = enrollableFactors(deps).find(({ name }) => name === kind);
  // A link begins nothing: another site could follow it. It only spares the choice.
  if (!only) return renderChoices(opened, {}, deps);
  const choices = [{ factor: only.name, kind: only.view.kind }];
  return page(addPage({ ...frameOf(opened, '/account/add', deps), choices }, opened.owner.t));
};

/** `POST /account/add`: begins, unless something has to be answered first. */
export const answerAdd: Handler = async (request, deps, caller) => {
  const answered = await openForm('add', request, deps, caller);
  if (answered instanceof Response) return answered;
  const { form } = answered;
  const factor = enrollableFactors(deps).find(({ name }) => name === field(form, 'factor'));
  if (!factor) return seeOther('/account/add');
  if (factor.enrolment.asks && !form.has('asked')) return renderAsking(answered, factor, {}, deps);
  const begun = await beginEnrolment(factor, answered.owner, bondOf(answered), answerIn(answered), deps);
  if ('ceremony' in begun) return seeOther('/account/enrol');
  const failure = { error: begun.error, retryAfterSeconds: begun.retryAfterSeconds };
  return factor.enrolment.asks ? renderAsking(answered, factor, failure, deps) : renderChoices(answered, failure, deps);
};

const answerIn =
  ({ form }: Answered) =>
  (name: string): string | undefined =>
    field(form, name);

const renderAsking = (opened: Opened, factor: EnrollableFactor, failure: Failure, deps: Deps): Response => {
  const { t } = opened.owner;
  const question = factor.enrolment.asks?.(failure.error, t, deps.config);
  if (!question) return renderChoices(opened, failure, deps);
  const html = enrolmentPage(
    {
      ...frameOf(opened, '/account/add', deps),
      title: t.myAccount.additionTitle(factor.view.kind),
      hidden: { factor: factor.name, asked: '1' },
      fields: question.fields,
      button: question.button === undefined ? t.page.continue : question.button,
      script: question.script,
      named: false,
      failed: failure.error !== undefined || failure.retryAfterSeconds !== undefined,
      retryAfterSeconds: failure.retryAfterSeconds,
    },
    t,
  );
  return respond(html, failure);
};

const renderQuestion = async (
  opened: Opened,
  { factor, ceremony }: UnderWay,
  failure: Failure & { readonly typedName?: string | undefined },
  deps: Deps,
): Promise<Response> => {
  const { t } = opened.owner;
  const question = await factor.enrolment.question(ceremony.data, opened.owner, failure.error, deps);
  const html = enrolmentPage(
    {
      ...frameOf(opened, '/account/enrol', deps),
      title: question.title,
      lead: question.lead,
      hidden: { ceremony: ceremony.id },
      fields: question.fields,
      button: question.button === undefined ? t.page.continue : question.button,
      script: question.script,
      named: factor.enrolment.renews !== true && question.button !== null,
      typedName: failure.typedName,
      failed: failure.error !== undefined || failure.retryAfterSeconds !== undefined,
      retryAfterSeconds: failure.retryAfterSeconds,
    },
    t,
  );
  return respond(html, failure);
};

/** `GET /account/enrol` */
export const showEnrolment: Handler = async (request, deps, caller) => {
  const opened = await openPage('add', request, deps, caller);
  if (opened instanceof Response) return opened;
  const underWay = await enrolmentUnderWay(opened.owner.user.id, bondOf(opened), deps);
  return underWay ? renderQuestion(opened, underWay, {}, deps) : seeOther('/account/add');
};

/** `POST /account/enrol` */
export const answerEnrolment: Handler = async (request, deps, caller) => {
  const answered = await openForm('add', request, deps, caller);
  if (answered instanceof Response) return answered;
  const { owner, form } = answered;
  const words = owner.t.myAccount.add;
  const underWay = await enrolmentUnderWay(owner.user.id, bondOf(answered), deps);
  // What was begun in another window since then is not answered by this page.
  if (underWay?.ceremony.id !== field(form, 'ceremony') || !underWay) {
    return renderChoices(answered, { error: words.over }, deps);
  }
  const typedName = field(form, 'name')?.slice(0, 100);
  const outcome = await finishEnrolment(underWay, owner, answerIn(answered), authenticatorName(typedName), deps);
  switch (outcome.outcome) {
    case 'enrolled':
      return seeOther(`/account?done=${underWay.factor.enrolment.renews === true ? 'codes' : 'added'}`);
    case 'refused': {
      const error = underWay.factor.enrolment.refused(outcome.reason, owner.t);
      return renderQuestion(answered, underWay, { error, typedName }, deps);
    }
    case 'throttled':
      return renderQuestion(answered, underWay, { retryAfterSeconds: outcome.retryAfterSeconds, typedName }, deps);
    case 'taken':
      return renderChoices(answered, { error: words.taken }, deps);
    case 'over':
      return renderChoices(answered, { error: words.over }, deps);
    case 'session-gone':
      return openedAnew(request);
  }
};
