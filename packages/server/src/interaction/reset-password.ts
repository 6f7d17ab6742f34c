/** The code that was mailed, and the new password. Nobody is signed in by it, and nothing happens before the form is sent. */
import { auditRecord } from '../audit/audit.ts';
import type { Deps, Handler } from '../deps.ts';
import type { NewPasswordProblem } from '../factors/new-password.ts';
import { checkNewPassword } from '../factors/password.ts';
import { PasswordHasherBusy } from '../factors/password-hasher.ts';
import { queryParameters } from '../http/body.ts';
import { page, seeOther } from '../http/responses.ts';
import type { ResetPasswordPageProps } from '../pages/reset-password-page.ts';
import { resetPasswordPage } from '../pages/reset-password-page.ts';
import { broughtCode, isMailedCode } from '../recovery/mailed-code.ts';
import { finishReset, resetKey } from '../recovery/password-reset.ts';
import { sessionCookie } from '../session/session-cookie.ts';
import type { Ceremony } from '../store/records.ts';
import { mailedCodeLimits } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import { busy } from './busy.ts';
import type { Answered, Opened } from './open.ts';
import { field, home, openForm, openPage } from './open.ts';
import { sendResetCode } from './recover.ts';

const always = (): boolean => true;

const pathOf = ({ interaction }: Opened): string => `/reset-password?interaction=${interaction.id}`;

const underWay = ({ interaction }: Opened, deps: Deps): Promise<Ceremony | undefined> =>
  deps.store.ceremonies.underWay(resetKey(interaction.id), deps.now());

const usernameIn = ({ data }: Ceremony): string => (typeof data.username === 'string' ? data.username : '');

type Ask = Extract<ResetPasswordPageProps, { state: 'ask' }>;

const render = (
  opened: Opened,
  ceremony: Ceremony,
  more: Partial<Pick<Ask, 'code' | 'error' | 'retryAfterSeconds'>>,
  deps: Deps,
  status = 200,
): Response => {
  const props: Ask = {
    state: 'ask',
    application: opened.application,
    action: pathOf(opened),
    csrf: opened.csrf,
    username: usernameIn(ceremony),
    validForSeconds: Math.max(1, ceremony.expiresAt - deps.now()),
    leastLength: deps.config.passwords.minimumLength,
    ...more,
  };
  return page(resetPasswordPage(props, opened.t), status);
};

const isDone = ({ interaction }: Opened): boolean => interaction.progress.passwordReset === true;

const done = (opened: Opened): Response =>
  page(
    resetPasswordPage({ state: 'done', application: opened.application, signIn: home(opened.interaction) }, opened.t),
  );

/** `GET /reset-password` */
export const showResetPassword: Handler = async (request, deps, caller) => {
  const opened = await openPage('login', request, deps, caller, always);
  if (opened instanceof Response) return opened;
  if (isDone(opened)) return done(opened);
  const ceremony = await underWay(opened, deps);
  if (!ceremony) return seeOther(home(opened.interaction));
  return render(opened, ceremony, { code: broughtCode(queryParameters(request).get('code')) }, deps);
};

/** `POST /reset-password` */
export const answerResetPassword: Handler = async (request, deps, caller) => {
  const answered = await openForm('login', request, deps, caller, always);
  if (answered instanceof Response) return answered;
  if (isDone(answered)) return seeOther(pathOf(answered));
  const ceremony = await underWay(answered, deps);
  if (!ceremony) return seeOther(`/recover?interaction=${answered.interaction.id}&what=password`);
  if (answered.form.has('again')) return sendResetCode(answered, usernameIn(ceremony), deps);
  const { errors } = answered.t.recovery;
  const code = field(answered, 'mailed') ?? '';
  const password = answered.form.get('password')?.[0] ?? '';
  // Judged by what was typed alone, before the code is: it tells nothing about the account.
  const { minimumLengthWithSecondFactor: least } = deps.config.passwords;
  const judged = checkNewPassword(password, { username: usernameIn(ceremony), minimumLength: least });
  if (!judged.ok) return weak(answered, ceremony, { code, problem: judged.error, least }, deps);
  if (deps.passwords.isFull()) return busy(request, deps, caller);
  const throttle = await takeTry(mailedCodeLimits(ceremony.id, caller.address), deps);
  if (!throttle.allowed) {
    deps.metrics.failed('password-reset', 'throttled');
    const { retryAfterSeconds } = throttle;
    const response = render(answered, ceremony, { retryAfterSeconds }, deps, 429);
    response.headers.set('retry-after', String(retryAfterSeconds));
    return response;
  }
  if (!isMailedCode(code, ceremony, deps)) {
    await refused(answered, ceremony, deps);
    return render(answered, ceremony, { error: { field: 'code', message: errors.wrongCode } }, deps, 400);
  }
  try {
    return await set(answered, ceremony, { code, password: judged.value }, deps);
  } catch (error) {
    if (error instanceof PasswordHasherBusy) return busy(request, deps, caller);
    throw error;
  }
};

/** Says what is wrong with the password, and leaves the code as it was. */
const weak = (
  answered: Answered,
  ceremony: Ceremony,
  { code, problem, least }: { readonly code: string; readonly problem: NewPasswordProblem; readonly least: number },
  deps: Deps,
): Response => {
  const { passwordProblems, tooShort } = answered.t.recovery;
  const message = problem === 'too_short' ? tooShort(least) : passwordProblems[problem];
  return render(answered, ceremony, { code, error: { field: 'password', message } }, deps, 400);
};

/** With the right code in hand the person is known, and the password is judged by what it takes for them. */
const set = async (
  answered: Answered,
  ceremony: Ceremony,
  { code, password }: { readonly code: string; readonly password: string },
  deps: Deps,
): Promise<Response> => {
  const outcome = await finishReset(ceremony, password, answered, deps);
  if (typeof outcome !== 'string') return weak(answered, ceremony, { code, ...outcome }, deps);
  if (outcome === 'reset') {
    const progress = { ...answered.interaction.progress, passwordReset: true };
    await deps.store.interactions.update(answered.interaction.id, { progress });
    const { current } = answered.decided;
    return seeOther(
      pathOf(answered),
      current?.user.id === ceremony.userId ? [sessionCookie(null, undefined, deps)] : [],
    );
  }
  const latest = await deps.store.interactions.find(answered.interaction.id);
  if (latest?.progress.passwordReset === true) return seeOther(pathOf(answered));
  const { errors } = answered.t.recovery;
  return render(answered, ceremony, { error: { field: 'code', message: errors.expiredCode } }, deps, 400);
};

const refused = async ({ caller }: Answered, { userId }: Ceremony, deps: Deps): Promise<void> => {
  deps.metrics.failed('password-reset', 'wrong');
  await deps.store.audit.append([
    auditRecord(deps, 'password_reset.refused', {
      userId,
      requestId: caller.requestId,
      details: { reason: 'wrong' },
    }),
  ]);
};
