/**
 * The way back for somebody who forgot their password, or lost what they prove themselves with besides. Both lead round no second factor:
 * a new password is only a password, and a recovery ticket only opens the guard before an enrolment.
 */
import { single } from '@stile/core';
import type { Deps, Handler } from '../deps.ts';
import { queryParameters } from '../http/body.ts';
import { page, seeOther } from '../http/responses.ts';
import type { RecoveryPageProps } from '../pages/recovery-page.ts';
import { recoveryPage } from '../pages/recovery-page.ts';
import { asProgress } from '../recovery/guard-proof.ts';
import { isReady, readyAt, recoveryByTicket, startRecovery } from '../recovery/lost-factor.ts';
import { askForReset, canReset, takeResetTry } from '../recovery/password-reset.ts';
import { tellOfRecovery } from '../recovery/recovery-notice.ts';
import { normaliseUsername } from '../session/username.ts';
import type { Ceremony, User } from '../store/records.ts';
import { ticketLimits } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import type { Answered, Opened } from './open.ts';
import { field, home, openForm, openPage } from './open.ts';
import { recordFailure } from './record.ts';

const always = (): boolean => true;

const pathOf = ({ interaction }: Opened, what: 'password' | 'device'): string =>
  `/recover?interaction=${interaction.id}&what=${what}`;

/** What there is to recover at this point: a password before it is known who is there, anything else afterwards. */
const whatIsLost = ({ decided, request }: Opened, deps: Deps): 'password' | 'device' | undefined => {
  const { step } = decided.decision.next;
  const what = single(queryParameters(request), 'what');
  const isKnown = decided.current !== undefined && (step === 'challenge' || step === 'enrol');
  if (isKnown && !(what.ok && what.value === 'password')) return 'device';
  return (isKnown || step === 'login') && canReset(deps) ? 'password' : undefined;
};

const frameOf = (opened: Opened, what: 'password' | 'device') => ({
  application: opened.application,
  action: pathOf(opened, what),
  csrf: opened.csrf,
  signedInAs: opened.decided.current?.user.username,
  back: home(opened.interaction),
});

const answer = (props: RecoveryPageProps, { t }: Opened, status = 200): Response =>
  page(recoveryPage(props, t), status);

const tooMany = (props: RecoveryPageProps, opened: Opened, retryAfterSeconds: number): Response => {
  const response = answer(props, opened, 429);
  response.headers.set('retry-after', String(retryAfterSeconds));
  return response;
};

/** `GET /recover` */
export const showRecover: Handler = async (request, deps, caller) => {
  const opened = await openPage('login', request, deps, caller, always);
  if (opened instanceof Response) return opened;
  const what = whatIsLost(opened, deps);
  if (what === undefined) return seeOther(home(opened.interaction));
  return answer(what === 'password' ? forgot(opened) : lost(opened, deps), opened);
};

const forgot = (opened: Opened): RecoveryPageProps => {
  const username = opened.decided.current?.user.username ?? opened.decided.validated.request.loginHint;
  return { ...frameOf(opened, 'password'), state: 'forgot', username };
};

const lost = (opened: Opened, deps: Deps): RecoveryPageProps => ({
  ...frameOf(opened, 'device'),
  state: 'lost',
  ...(canReset(deps) && { forgot: pathOf(opened, 'password') }),
});

/** `POST /recover` */
export const answerRecover: Handler = async (request, deps, caller) => {
  const answered = await openForm('login', request, deps, caller, always);
  if (answered instanceof Response) return answered;
  const user = answered.decided.current?.user;
  switch (whatIsLost(answered, deps)) {
    case 'device':
      return user ? useTicket(answered, user, deps) : seeOther(home(answered.interaction));
    case 'password':
      return sendResetCode(answered, field(answered, 'username') ?? '', deps);
    case undefined:
      return seeOther(home(answered.interaction));
  }
};

/** Sends a code to whoever has that name, and tells nothing about whether anybody has. */
export const sendResetCode = async (answered: Answered, typed: string, deps: Deps): Promise<Response> => {
  const { interaction, caller, t } = answered;
  const username = normaliseUsername(typed);
  const frame = { ...frameOf(answered, 'password'), state: 'forgot', username: typed } as const;
  if (username === '') return answer({ ...frame, error: t.errors.usernameMissing }, answered, 400);
  const throttle = await takeResetTry(username, answered, deps);
  if (!throttle.allowed) {
    const { retryAfterSeconds } = throttle;
    return tooMany({ ...frame, retryAfterSeconds }, answered, retryAfterSeconds);
  }
  const path = `/reset-password?interaction=${interaction.id}`;
  if (interaction.progress.passwordReset === true) {
    await deps.store.interactions.update(interaction.id, {
      progress: { ...interaction.progress, passwordReset: false },
    });
  }
  await askForReset({ interactionId: interaction.id, username, path, t, caller }, deps);
  return seeOther(path);
};

/** The first time a ticket is shown the waiting time begins; when it is over, the ticket opens the guard before an enrolment. */
const useTicket = async (answered: Answered, user: User, deps: Deps): Promise<Response> => {
  const { caller, decided, t } = answered;
  const throttle = await takeTry(ticketLimits(user.id, caller.address), deps);
  if (!throttle.allowed) {
    const { retryAfterSeconds } = throttle;
    return tooMany({ ...frameOf(answered, 'device'), state: 'lost', retryAfterSeconds }, answered, retryAfterSeconds);
  }
  const recovery = await recoveryByTicket(field(answered, 'ticket') ?? '', user.id, deps);
  if (!recovery) {
    const facts = { userId: user.id, factor: 'recovery-ticket', reason: 'wrong' };
    await recordFailure(answered, facts, decided.current, deps);
    const error = t.recovery.errors.wrongTicket;
    return answer({ ...frameOf(answered, 'device'), state: 'lost', error }, answered, 400);
  }
  const begun = readyAt(recovery) === undefined ? await start(recovery, user, answered, deps) : recovery;
  return begun && isReady(begun, deps.now())
    ? goOn(begun, user, answered, deps)
    : wait(begun ?? recovery, answered, deps);
};

const start = async (
  recovery: Ceremony,
  user: User,
  { caller, t }: Answered,
  deps: Deps,
): Promise<Ceremony | undefined> => {
  if (await startRecovery(recovery, user, { requestId: caller.requestId, locale: t.locale }, deps)) {
    tellOfRecovery({ recovery, user, t, readyInSeconds: deps.config.recovery.waiting }, deps);
  }
  return deps.store.ceremonies.find(recovery.id, deps.now());
};

const wait = (recovery: Ceremony, answered: Answered, deps: Deps): Response => {
  const ready = readyAt(recovery) ?? recovery.expiresAt;
  const seconds = Math.max(1, ready - deps.now());
  return answer({ ...frameOf(answered, 'device'), state: 'waiting', seconds }, answered);
};

const goOn = async (recovery: Ceremony, user: User, answered: Answered, deps: Deps): Promise<Response> => {
  const progress = asProgress({ kind: 'recovery', key: recovery.id, userId: user.id });
  await deps.store.interactions.update(answered.interaction.id, { progress });
  return seeOther(home(answered.interaction));
};
