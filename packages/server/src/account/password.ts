import type { PasswordChange } from '../authenticator/password-change.ts';
import { changePassword, leastLength, passwordOf } from '../authenticator/password-change.ts';
import { problemPage } from '../authorization/respond.ts';
import type { Deps, Handler } from '../deps.ts';
import { PasswordHasherBusy } from '../factors/password-hasher.ts';
import { page, seeOther } from '../http/responses.ts';
import type { PasswordPageProps } from '../pages/account/password-page.ts';
import { passwordPage } from '../pages/account/password-page.ts';
import { knownBrowserCookie } from '../session/known-browser.ts';
import type { Opened } from './open.ts';
import { field, frameOf, openedAnew, openForm, openPage } from './open.ts';

type Failure = Pick<PasswordPageProps, 'error' | 'retryAfterSeconds'>;

const render = async (opened: Opened, failure: Failure, deps: Deps): Promise<Response> => {
  const { user, t } = opened.owner;
  const hasPassword = (await passwordOf(user.id, deps)) !== undefined;
  const least = await leastLength(user.id, deps);
  const frame = frameOf(opened, '/account/password', deps);
  const html = passwordPage({ ...frame, hasPassword, leastLength: least, ...failure }, t);
  if (failure.retryAfterSeconds === undefined) return page(html, failure.error ? 400 : 200);
  const response = page(html, 429);
  response.headers.set('retry-after', String(failure.retryAfterSeconds));
  return response;
};

/** `GET /account/password` */
export const showPassword: Handler = async (request, deps, caller) => {
  const opened = await openPage('other', request, deps, caller);
  return opened instanceof Response ? opened : render(opened, {}, deps);
};

/** `POST /account/password` */
export const answerPassword: Handler = async (request, deps, caller) => {
  const answered = await openForm('other', request, deps, caller);
  if (answered instanceof Response) return answered;
  const { owner, form } = answered;
  const typed = { current: field(form, 'password') ?? '', next: field(form, 'new_password') ?? '' };
  try {
    const outcome = await changePassword(owner, typed, deps);
    if (outcome.outcome === 'changed') {
      // With another password no browser is known any more; this one, where the new one was just set, is.
      return seeOther('/account?done=password', [await knownBrowserCookie(owner.user.id, request, deps)]);
    }
    if (outcome.outcome === 'session-gone') return openedAnew(request);
    return await render(answered, await failureOf(outcome, answered, deps), deps);
  } catch (error) {
    if (!(error instanceof PasswordHasherBusy)) throw error;
    deps.metrics.hasherRefused();
    return problemPage('tooManyRequests', 503, request, caller, { headers: { 'retry-after': '2' } });
  }
};

const failureOf = async (
  outcome: Exclude<PasswordChange, { outcome: 'changed' | 'session-gone' }>,
  { owner }: Opened,
  deps: Deps,
): Promise<Failure> => {
  const { errors, myAccount } = owner.t;
  switch (outcome.outcome) {
    case 'throttled':
      return { retryAfterSeconds: outcome.retryAfterSeconds };
    case 'wrong':
      return { error: { field: 'password', message: errors.wrongPasswordAgain } };
    case 'refused':
      return { error: { field: 'new_password', message: await sentenceOf(outcome.problem, owner, deps) } };
    case 'over':
      return { error: { field: 'page', message: myAccount.password.over } };
  }
};

const sentenceOf = async (
  problem: Extract<PasswordChange, { outcome: 'refused' }>['problem'],
  { user, t }: Opened['owner'],
  deps: Deps,
): Promise<string> => {
  const { password } = t.myAccount;
  return problem === 'too_short' ? password.tooShort(await leastLength(user.id, deps)) : password.problems[problem];
};
