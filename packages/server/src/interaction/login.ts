/** Signing in: username and password. */
import { problemPage } from '../authorization/respond.ts';
import type { Deps, Handler } from '../deps.ts';
import type { ProofOutcome } from '../factors/factor.ts';
import { passwordFactor, spendPasswordWork } from '../factors/password-factor.ts';
import { PasswordHasherBusy } from '../factors/password-hasher.ts';
import { page, seeOther } from '../http/responses.ts';
import type { LoginPageProps } from '../pages/login-page.ts';
import { loginPage } from '../pages/login-page.ts';
import { knownBrowser, knownBrowserCookie } from '../session/known-browser.ts';
import { normaliseUsername } from '../session/username.ts';
import type { Authenticator, User } from '../store/records.ts';
import { clearedBySuccess, passwordLimits } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import { busy } from './busy.ts';
import type { Answered, Opened } from './open.ts';
import { answerSecondClick, field, home, openForm, openPage } from './open.ts';
import { provenAt, recordFailure, recordProof } from './record.ts';

const render = (opened: Opened, deps: Deps, more: Partial<LoginPageProps>, status = 200): Response => {
  const { request } = opened.decided.validated;
  const props: LoginPageProps = {
    application: opened.application,
    action: `/login?interaction=${opened.interaction.id}`,
    csrf: opened.csrf,
    loginHint: request.loginHint,
    demoHint: deps.config.demoHint,
    ...more,
  };
  return page(loginPage(props, opened.t), status);
};

/** `GET /login` */
export const showLogin: Handler = async (request, deps, caller) => {
  const opened = await openPage('login', request, deps, caller);
  return opened instanceof Response ? opened : render(opened, deps, {});
};

/** `POST /login` */
export const answerLogin: Handler = async (request, deps, caller) => {
  const answered = await openForm('login', request, deps, caller);
  if (answered instanceof Response) return answered;
  const username = field(answered, 'username') ?? '';
  const password = answered.form.get('password')?.[0] ?? '';
  const typed = { loginHint: username };
  if (username === '')
    return render(answered, deps, { error: { field: 'username', message: answered.t.errors.usernameMissing } }, 400);
  if (password === '')
    return render(
      answered,
      deps,
      { ...typed, error: { field: 'password', message: answered.t.errors.passwordMissing } },
      400,
    );
  if (deps.passwords.isFull()) return busy(request, deps, caller);
  const user = await deps.store.users.findByUsername(normaliseUsername(username));
  const limits = passwordLimits(normaliseUsername(username), caller.address, knownBrowser(user?.id, request, deps));
  const throttle = await takeTry(limits, deps);
  if (!throttle.allowed) return tooMany(answered, typed, throttle.retryAfterSeconds, deps);
  try {
    const signedIn = await signIn(answered, user, password, clearedBySuccess(limits), deps);
    return signedIn ?? render(answered, deps, { ...typed, error: { message: answered.t.errors.wrongPassword } }, 400);
  } catch (error) {
    if (error instanceof PasswordHasherBusy) return busy(request, deps, caller);
    throw error;
  }
};

const tooMany = (
  answered: Answered,
  typed: Partial<LoginPageProps>,
  retryAfterSeconds: number,
  deps: Deps,
): Response => {
  deps.metrics.failed('password', 'throttled');
  const response = render(answered, deps, { ...typed, retryAfterSeconds }, 429);
  response.headers.set('retry-after', String(retryAfterSeconds));
  return response;
};

const signIn = async (
  answered: Answered,
  user: User | undefined,
  password: string,
  clearThrottles: readonly string[],
  deps: Deps,
): Promise<Response | undefined> => {
  const checked = await checkPassword(answered, user, password, deps);
  if (!checked?.outcome.valid || !user) {
    await recordFailure(answered, { userId: user?.id ?? null, factor: 'password', reason: 'wrong' }, undefined, deps);
    return undefined;
  }
  const { outcome, authenticator } = checked;
  if (isAnotherPerson(answered, user)) {
    await recordFailure(
      answered,
      { userId: user.id, factor: 'password', reason: 'another_person' },
      answered.decided.current,
      deps,
    );
    return problemPage('someoneElse', 400, answered.request, answered.caller);
  }
  const recorded = await recordProof(answered, user, { ...outcome, clearThrottles }, deps);
  if (typeof recorded === 'string')
    return (await answerSecondClick(answered, deps)) ?? seeOther(home(answered.interaction));
  if (outcome.material)
    await deps.store.authenticators.replaceMaterial(authenticator.id, authenticator.material, outcome.material);
  return seeOther(home(answered.interaction), [recorded.cookie, knownBrowserCookie(user.id, answered.request, deps)]);
};

/** Whoever began to answer a request is the one who finishes it; anybody else is told to begin anew. */
const isAnotherPerson = ({ interaction }: Answered, user: User): boolean =>
  interaction.userId !== null && interaction.userId !== user.id;

/** Does the same work for a user who does not exist, is blocked or has no password. */
const checkPassword = async (
  answered: Answered,
  user: User | undefined,
  password: string,
  deps: Deps,
): Promise<{ readonly outcome: ProofOutcome; readonly authenticator: Authenticator } | undefined> => {
  const known = user && user.blockedAt === null ? await deps.store.authenticators.ofUser(user.id) : [];
  const authenticator = known.find(({ factor }) => factor === 'password');
  if (!authenticator || !user) {
    await spendPasswordWork(password, deps);
    return undefined;
  }
  const { request, caller, t, application } = answered;
  const asked = { user, authenticator, request, caller, t, application: application.name };
  const answer = (name: string): string | undefined => (name === 'password' ? password : undefined);
  const outcome = await passwordFactor.check(asked, answer, undefined, provenAt(answered, deps), deps);
  return { outcome, authenticator };
};
