/** The challenge: one further proof by somebody who is signed in, with the reason why. */
import type { Proof } from '@stile/core';
import { single } from '@stile/core';
import type { Deps, Handler } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { PasswordHasherBusy } from '../factors/password-hasher.ts';
import { verifyProof } from '../factors/verify-proof.ts';
import { queryParameters } from '../http/body.ts';
import { page, seeOther } from '../http/responses.ts';
import { challengePage } from '../pages/challenge-page.ts';
import { loginPage } from '../pages/login-page.ts';
import { selectAuthenticatorPage } from '../pages/select-authenticator-page.ts';
import type { Way } from '../pages/ways.ts';
import { knownBrowser } from '../session/known-browser.ts';
import type { ThrottleLimit } from '../store/ports.ts';
import { clearedBySuccess, codeLimits, passwordLimits } from '../throttle/limits.ts';
import { busy } from './busy.ts';
import type { Answered, Opened } from './open.ts';
import { answerSecondClick, field, home, openForm, openPage } from './open.ts';
import { provenAt, recordFailure, recordProof } from './record.ts';
import { reasonOf } from './why.ts';

/** What went wrong with the last try. */
interface Failure {
  readonly error?: string;
  readonly retryAfterSeconds?: number;
}

/** The authenticators that may be proven next: the first of every choice. */
const candidates = ({ decided }: Opened): readonly UsableAuthenticator[] => {
  const { next } = decided.decision;
  if (next.step !== 'challenge') return [];
  const first = next.anyOf.map(([proof]) => proof).filter((proof): proof is Proof => proof !== undefined);
  return decided.authenticators.filter(({ authenticator }) =>
    first.some((proof) => proof.authenticator === authenticator.id),
  );
};

const chosen = (all: readonly UsableAuthenticator[], id: string | undefined): UsableAuthenticator | undefined =>
  all.find(({ authenticator }) => authenticator.id === id);

/** `GET /challenge` */
export const showChallenge: Handler = async (request, deps, caller) => {
  const opened = await openPage('challenge', request, deps, caller);
  if (opened instanceof Response) return opened;
  const use = single(queryParameters(request), 'use');
  const all = candidates(opened);
  const preferred = all.filter(({ proof }) => proof.factor === all[0]?.proof.factor);
  const wanted = chosen(all, use.ok ? use.value : undefined);
  if (!wanted && preferred.length > 1) return renderSelection(opened, all, deps);
  const shown = wanted ?? all[0];
  return shown ? render(opened, shown, {}, deps) : seeOther(home(opened.interaction));
};

const pathOf = ({ interaction }: Opened): string => `/challenge?interaction=${interaction.id}`;

const signedInAs = ({ decided }: Opened): string => decided.current?.user.username ?? '';

const renderSelection = (opened: Opened, all: readonly UsableAuthenticator[], deps: Deps): Response =>
  page(
    selectAuthenticatorPage(
      {
        application: opened.application,
        action: pathOf(opened),
        csrf: opened.csrf,
        why: { sentence: opened.t.because(reasonOf(opened, deps)) },
        signedInAs: signedInAs(opened),
        choices: all.map((usable) => way(usable, opened)),
      },
      opened.t,
    ),
  );

const way = ({ authenticator, codesLeft }: UsableAuthenticator, { t }: Opened): Way => {
  const value = authenticator.id;
  switch (authenticator.factor) {
    case 'totp':
      return { value, kind: 'totp', label: t.ways.totp, hint: authenticator.name };
    case 'recovery-code':
      return {
        value,
        kind: 'recovery-code',
        label: t.ways.recoveryCode,
        hint: t.ways.recoveryCodeHint(codesLeft ?? 0),
      };
    default:
      return { value, kind: 'password', label: t.ways.password };
  }
};

const render = (opened: Opened, shown: UsableAuthenticator, failure: Failure, deps: Deps, status = 200): Response => {
  const { t } = opened;
  const reason = reasonOf(opened, deps);
  const { factor, id, name } = shown.authenticator;
  const frame = {
    application: opened.application,
    action: pathOf(opened),
    csrf: opened.csrf,
    signedInAs: signedInAs(opened),
  };
  if (factor === 'password') {
    const { error, retryAfterSeconds } = failure;
    const message = error === undefined ? {} : { error: { field: 'password' as const, message: error } };
    return page(loginPage({ ...frame, reason: t.because(reason), ...message, retryAfterSeconds }, t), status);
  }
  const html = challengePage(
    {
      ...frame,
      title: t.challenge.title,
      why: { sentence: t.because(reason) },
      authenticator: { id, kind: factor === 'recovery-code' ? 'recovery-code' : 'totp', name },
      codesLeft: shown.codesLeft,
      buttonLabel: reason.what === undefined ? t.challenge.button : t.challenge.buttonFor(reason.what),
      alternatives: candidates(opened)
        .filter(({ authenticator }) => authenticator.id !== id)
        .map((usable) => way(usable, opened)),
      ...failure,
    },
    t,
  );
  return page(html, status);
};

/** `POST /challenge` */
export const answerChallenge: Handler = async (request, deps, caller) => {
  const answered = await openForm('challenge', request, deps, caller);
  if (answered instanceof Response) return answered;
  const all = candidates(answered);
  const use = chosen(all, field(answered, 'use'));
  if (use) return seeOther(`${pathOf(answered)}&use=${use.authenticator.id}`);
  const isPassword = answered.form.has('password');
  const proven = isPassword
    ? all.find(({ authenticator }) => authenticator.factor === 'password')
    : chosen(all, field(answered, 'authenticator'));
  if (!proven) return seeOther(home(answered.interaction));
  const typed = answered.form.get(isPassword ? 'password' : 'code')?.[0] ?? '';
  if (typed.trim() === '') {
    const error = isPassword ? answered.t.errors.passwordMissing : answered.t.errors.codeMissing;
    return render(answered, proven, { error }, deps, 400);
  }
  return prove(answered, proven, typed, deps);
};

const limitsFor = (
  { caller, decided, request }: Answered,
  { authenticator }: UsableAuthenticator,
  deps: Deps,
): readonly ThrottleLimit[] => {
  const { address } = caller;
  const user = decided.current?.user;
  return authenticator.factor === 'password'
    ? passwordLimits(user?.username ?? '', address, knownBrowser(user?.id, request, deps))
    : codeLimits(authenticator.factor, authenticator.userId, address);
};

/** Checks what was typed, within the limits, and records it: as a fact, or as a failure. */
const prove = async (answered: Answered, proven: UsableAuthenticator, typed: string, deps: Deps): Promise<Response> => {
  const { decided, t, interaction, request, caller } = answered;
  const { current } = decided;
  if (!current) return seeOther(home(interaction));
  const { factor } = proven.authenticator;
  if (factor === 'password' && deps.passwords.isFull()) return busy(request, deps, caller);
  const limits = limitsFor(answered, proven, deps);
  const throttle = await deps.store.throttles.take(limits, deps.now());
  if (!throttle.allowed) return tooMany(answered, proven, throttle.retryAfterSeconds, deps);
  const refuse = async (reason: string, error: string): Promise<Response> => {
    await recordFailure(answered, { userId: current.user.id, factor, reason }, current, deps);
    return render(answered, proven, { error }, deps, 400);
  };
  try {
    const outcome = await verifyProof(proven.authenticator, typed, provenAt(answered, deps), deps);
    if (!outcome.valid) return await refuse(outcome.reason, wrongMessage(factor, t));
    const recorded = await recordProof(
      answered,
      current.user,
      { ...outcome, clearThrottles: clearedBySuccess(limits) },
      deps,
    );
    if (typeof recorded !== 'string') return seeOther(home(interaction), [recorded.cookie]);
    const secondClick = await answerSecondClick(answered, deps);
    if (secondClick) return secondClick;
    if (recorded === 'session-gone') return seeOther(home(interaction));
    return await refuse('already_used', factor === 'totp' ? t.errors.usedCode : wrongMessage(factor, t));
  } catch (error) {
    if (error instanceof PasswordHasherBusy) return busy(request, deps, caller);
    throw error;
  }
};

const wrongMessage = (factor: string, t: Opened['t']): string => {
  if (factor === 'password') return t.errors.wrongPasswordAgain;
  return factor === 'recovery-code' ? t.errors.wrongRecoveryCode() : t.errors.wrongCode();
};

const tooMany = (answered: Answered, proven: UsableAuthenticator, retryAfterSeconds: number, deps: Deps): Response => {
  deps.metrics.failed(proven.authenticator.factor, 'throttled');
  const response = render(answered, proven, { retryAfterSeconds }, deps, 429);
  response.headers.set('retry-after', String(retryAfterSeconds));
  return response;
};
