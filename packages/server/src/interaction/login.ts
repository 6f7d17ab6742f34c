/** Signing in: by username and password, or by a passkey. */
import type { Deps, Handler } from '../deps.ts';
import type { ProofOutcome } from '../factors/factor.ts';
import { passwordFactor, spendPasswordWork } from '../factors/password-factor.ts';
import { PasswordHasherBusy } from '../factors/password-hasher.ts';
import { page } from '../http/responses.ts';
import type { LoginPageProps } from '../pages/login-page.ts';
import { loginPage } from '../pages/login-page.ts';
import { canReset } from '../recovery/password-reset.ts';
import { knownBrowser } from '../session/known-browser.ts';
import { normaliseUsername } from '../session/username.ts';
import type { Authenticator, User } from '../store/records.ts';
import { clearedBySuccess, passwordLimits } from '../throttle/limits.ts';
import { noteWrongName, takePasswordTry } from '../throttle/wrong-names.ts';
import { busy } from './busy.ts';
import type { Answered, Opened } from './open.ts';
import { field, openForm, openPage } from './open.ts';
import { passkeyOffer, signInByPasskey } from './passkey-login.ts';
import { provenAt, recordFailure } from './record.ts';
import { signInAs } from './sign-in.ts';

const render = async (opened: Opened, deps: Deps, more: Partial<LoginPageProps>, status = 200): Promise<Response> => {
  const { request } = opened.decided.validated;
  const props: LoginPageProps = {
    application: opened.application,
    action: `/login?interaction=${opened.interaction.id}`,
    csrf: opened.csrf,
    loginHint: request.loginHint,
    demoHint: deps.config.demoHint,
    ...(canReset(deps) && { forgot: `/recover?interaction=${opened.interaction.id}` }),
    passkey: await passkeyOffer(opened, deps),
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
  const credential = answered.form.get('credential')?.[0] ?? '';
  return credential === '' ? answerByPassword(answered, deps) : answerByPasskey(answered, credential, deps);
};

const answerByPasskey = async (answered: Answered, credential: string, deps: Deps): Promise<Response> => {
  const signedIn = await signInByPasskey(answered, credential, deps);
  if (signedIn instanceof Response) return signedIn;
  if (signedIn.retryAfterSeconds === undefined) {
    return render(answered, deps, { error: { field: 'passkey', message: answered.t.webauthn.login.failed } }, 400);
  }
  deps.metrics.failed('webauthn', 'throttled');
  return tooMany(answered, {}, signedIn.retryAfterSeconds, deps);
};

const answerByPassword = async (answered: Answered, deps: Deps): Promise<Response> => {
  const { request, caller } = answered;
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
  const name = normaliseUsername(username);
  const user = await deps.store.users.findByUsername(name);
  const limits = passwordLimits(name, caller.address, await knownBrowser(user?.id, request, deps));
  const throttle = await takePasswordTry(limits, caller.address, deps);
  if (!throttle.allowed) {
    deps.metrics.failed('password', 'throttled');
    return tooMany(answered, typed, throttle.retryAfterSeconds, deps);
  }
  try {
    const signedIn = await signIn(answered, user, password, clearedBySuccess(limits), deps);
    if (signedIn) return signedIn;
    await noteWrongName(limits, name, caller.address, deps);
    return await render(answered, deps, { ...typed, error: { message: answered.t.errors.wrongPassword } }, 400);
  } catch (error) {
    if (error instanceof PasswordHasherBusy) return busy(request, deps, caller);
    throw error;
  }
};

const tooMany = async (
  answered: Answered,
  typed: Partial<LoginPageProps>,
  retryAfterSeconds: number,
  deps: Deps,
): Promise<Response> => {
  const response = await render(answered, deps, { ...typed, retryAfterSeconds }, 429);
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
  return signInAs({ user, authenticator, outcome, consume: [], clearThrottles }, answered, deps);
};

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
