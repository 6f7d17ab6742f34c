/** The guard before an enrolment: an administrator's ticket, or a code that is mailed to the verified address. */
import { secondsAfter } from '@stile/core';
import type { Guard } from '../config/enrolment-schema.ts';
import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import { ticketDigest } from '../factors/enrolment-ticket.ts';
import { queryParameters } from '../http/body.ts';
import { page, seeOther } from '../http/responses.ts';
import { enrolPage } from '../pages/enrol-page.ts';
import type { GuardProof } from '../recovery/guard-proof.ts';
import { asProgress } from '../recovery/guard-proof.ts';
import { guardsFor } from '../recovery/guards.ts';
import { mailCode } from '../recovery/mail.ts';
import { broughtCode, generateMailedCode, isMailedCode, mailedCodeDigest } from '../recovery/mailed-code.ts';
import { maskedEmail, verifiedEmail } from '../recovery/verified-email.ts';
import type { Ceremony, User } from '../store/records.ts';
import { limitsOf, mailedCodeLimits, ticketLimits } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import type { Failure } from './enrol-progress.ts';
import { frameOf, pathOf, statusOf } from './enrol-progress.ts';
import type { Answered, Opened } from './open.ts';
import { field, home } from './open.ts';
import { recordFailure } from './record.ts';

/** What went wrong, and with which of the two. */
interface GuardFailure extends Failure {
  readonly with?: Guard;
}

const keyOf = ({ interaction }: Opened) =>
  ({ purpose: 'guard', boundTo: interaction.id, authenticatorId: null }) as const;

/** The code that was mailed to this person within this interaction. */
const mailedTo = async (opened: Opened, user: User, deps: Deps): Promise<Ceremony | undefined> => {
  const found = await deps.store.ceremonies.underWay(keyOf(opened), deps.now());
  return found?.userId === user.id ? found : undefined;
};

export const showGuard = async (opened: Opened, user: User, failure: GuardFailure, deps: Deps): Promise<Response> => {
  const guards = guardsFor(user, opened.decided.authenticators, deps);
  const address = verifiedEmail(user);
  const mailed = await mailedTo(opened, user, deps);
  const { error, retryAfterSeconds } = failure;
  const html = enrolPage(
    {
      ...frameOf(opened),
      state: 'guard',
      byTicket: guards.includes('ticket'),
      byMail:
        guards.includes('email') && address !== undefined
          ? {
              address: maskedEmail(address),
              sent: mailed && { validForSeconds: mailed.expiresAt - deps.now() },
              code: broughtCode(queryParameters(opened.request).get('code')),
            }
          : undefined,
      ticketError: failure.with === 'ticket' ? error : undefined,
      mailError: failure.with === 'email' ? error : undefined,
      retryAfterSeconds,
    },
    opened.t,
  );
  return page(html, statusOf(failure));
};

/** The interaction with the guard behind it. */
export interface Passed {
  readonly passed: Answered;
}

export const answerGuard = async (answered: Answered, user: User, deps: Deps): Promise<Response | Passed> => {
  const guards = guardsFor(user, answered.decided.authenticators, deps);
  // Whoever types a set-up code and presses return means that, whichever button the browser takes for pressed.
  const byTicket = guards.includes('ticket') && (field(answered, 'ticket') ?? '') !== '';
  if (guards.includes('email') && !byTicket) {
    if (answered.form.has('send')) return sendCode(answered, user, deps);
    if ((field(answered, 'mailed') ?? '') !== '') return checkCode(answered, user, deps);
  }
  if (guards.includes('ticket')) return checkTicket(answered, user, deps);
  return showGuard(answered, user, {}, deps);
};

const tooMany = (
  answered: Answered,
  user: User,
  factor: string,
  retryAfterSeconds: number,
  deps: Deps,
): Promise<Response> => {
  deps.metrics.failed(factor, 'throttled');
  return showGuard(answered, user, { retryAfterSeconds }, deps);
};

const wrong = async (
  answered: Answered,
  user: User,
  failure: { readonly with: Guard; readonly error: string },
  deps: Deps,
): Promise<Response> => {
  const factor = failure.with === 'ticket' ? 'enrolment-ticket' : 'enrolment-mail';
  const { current } = answered.decided;
  await recordFailure(answered, { userId: user.id, factor, reason: 'wrong' }, current, deps);
  return showGuard(answered, user, failure, deps);
};

/** The guard is passed: that is remembered, and no event of any session. */
const pass = async (answered: Answered, proof: GuardProof, deps: Deps): Promise<Passed> => {
  const progress = asProgress(proof);
  await deps.store.interactions.update(answered.interaction.id, { progress });
  return { passed: { ...answered, interaction: { ...answered.interaction, progress } } };
};

/** The ticket is looked at, not used up: that happens when something is enrolled. */
const checkTicket = async (answered: Answered, user: User, deps: Deps): Promise<Response | Passed> => {
  const limits = ticketLimits(user.id, answered.caller.address);
  const throttle = await takeTry(limits, deps);
  if (!throttle.allowed) return tooMany(answered, user, 'enrolment-ticket', throttle.retryAfterSeconds, deps);
  const key = ticketDigest(field(answered, 'ticket') ?? '');
  const ticket = key === undefined ? undefined : await deps.store.authenticators.findTicket(key, deps.now());
  if (key === undefined || ticket?.userId !== user.id) {
    return wrong(answered, user, { with: 'ticket', error: answered.t.errors.wrongTicket() }, deps);
  }
  return pass(answered, { kind: 'ticket', key, userId: user.id }, deps);
};

const sendCode = async (answered: Answered, user: User, deps: Deps): Promise<Response> => {
  const { address } = answered.caller;
  const throttle = await takeTry(limitsOf('email-sent', { userId: user.id, authenticatorId: '', address }), deps);
  if (!throttle.allowed) return tooMany(answered, user, 'enrolment-mail', throttle.retryAfterSeconds, deps);
  const id = randomId(deps, 'cer');
  const code = generateMailedCode(deps);
  const validForSeconds = deps.config.recovery.mailedCode;
  await deps.store.ceremonies.begin({
    ...keyOf(answered),
    id,
    factor: 'enrolment-mail',
    userId: user.id,
    data: { codeDigest: mailedCodeDigest(code, id, deps) },
    answer: null,
    createdAt: deps.now(),
    expiresAt: secondsAfter(deps.now(), validForSeconds),
  });
  const link = new URL(`${pathOf(answered)}&code=${code}`, deps.config.issuer).href;
  const sent = await mailCode(user, { kind: 'guard-code', code, link, validForSeconds }, answered.t, deps);
  if (sent) return seeOther(pathOf(answered));
  return showGuard(answered, user, { with: 'email', error: answered.t.recovery.errors.cannotSend }, deps);
};

const checkCode = async (answered: Answered, user: User, deps: Deps): Promise<Response | Passed> => {
  const { errors } = answered.t.recovery;
  const mailed = await mailedTo(answered, user, deps);
  if (!mailed) return wrong(answered, user, { with: 'email', error: errors.expiredCode }, deps);
  const throttle = await takeTry(mailedCodeLimits(mailed.id, answered.caller.address), deps);
  if (!throttle.allowed) return tooMany(answered, user, 'enrolment-mail', throttle.retryAfterSeconds, deps);
  const typed = field(answered, 'mailed') ?? '';
  if (!isMailedCode(typed, mailed, deps)) {
    return wrong(answered, user, { with: 'email', error: errors.wrongCode }, deps);
  }
  return pass(answered, { kind: 'email', key: mailed.id, userId: user.id }, deps);
};

/** The guard was used or ran out meanwhile: what was kept behind it is forgotten. */
export const startOver = async (
  answered: Answered,
  user: User,
  { kind }: GuardProof,
  deps: Deps,
): Promise<Response> => {
  await deps.store.interactions.update(answered.interaction.id, { progress: {} });
  const fresh = { ...answered, interaction: { ...answered.interaction, progress: {} } };
  const { errors, recovery } = answered.t;
  // Whoever took too long over it is asked again what they can prove.
  if (kind === 'proof') return seeOther(home(fresh.interaction));
  return kind === 'email'
    ? showGuard(fresh, user, { with: 'email', error: recovery.errors.expiredCode }, deps)
    : showGuard(fresh, user, { with: 'ticket', error: errors.expiredTicket }, deps);
};
