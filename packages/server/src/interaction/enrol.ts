/**
 * Guarded enrolment: somebody who needs a second proof and has none connects an authenticator app. A password thief could do
 * that as well, so an administrator's one-time ticket is asked for first; it is used up together with the enrolment.
 */
import type { Deps, Handler } from '../deps.ts';
import { randomId } from '../deps.ts';
import { encodeBase32 } from '../factors/base32.ts';
import { ticketDigest } from '../factors/enrolment-ticket.ts';
import { generateRecoveryCodes, hashRecoveryCode } from '../factors/recovery-code.ts';
import { generateSecret } from '../factors/totp.ts';
import { totpFactor } from '../factors/totp-factor.ts';
import { page, seeOther } from '../http/responses.ts';
import { enrolPage } from '../pages/enrol-page.ts';
import type { Authenticator, EnrolmentTicket, User } from '../store/records.ts';
import { clearedBySuccess, limitsOf, ticketLimits } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import type { Answered, LeftToShow, Opened } from './open.ts';
import { afterProof, answerSecondClick, field, home, openForm, openPage, recoveryCodesIn } from './open.ts';
import { provenAt, recordFailure, recordProof } from './record.ts';

/** What the interaction remembers between the ticket and the first code. */
interface Connecting {
  readonly ticketHash: string;
  readonly authenticatorId: string;
  readonly secret: string;
  /** Made before they are enrolled, so that whoever sends the first code twice is shown the ones that count. */
  readonly recoveryCodes: readonly string[];
}

const connecting = ({ interaction }: Opened): Connecting | undefined => {
  const { ticketHash, authenticatorId, secret } = interaction.progress;
  return typeof ticketHash === 'string' && typeof authenticatorId === 'string' && typeof secret === 'string'
    ? { ticketHash, authenticatorId, secret, recoveryCodes: recoveryCodesIn(interaction) }
    : undefined;
};

interface Failure {
  readonly error?: string;
  readonly retryAfterSeconds?: number;
}

const frame = (opened: Opened) => ({
  application: opened.application,
  action: `/enrol?interaction=${opened.interaction.id}`,
  csrf: opened.csrf,
  signedInAs: opened.decided.current?.user.username ?? '',
});

const statusOf = ({ error, retryAfterSeconds }: Failure): number => {
  if (retryAfterSeconds !== undefined) return 429;
  return error === undefined ? 200 : 400;
};

const render = async (opened: Opened, user: User, failure: Failure, deps: Deps): Promise<Response> => {
  const state = connecting(opened);
  if (!state) return page(enrolPage({ ...frame(opened), state: 'guard', ...failure }, opened.t), statusOf(failure));
  const somebody = { user, request: opened.request, caller: opened.caller, t: opened.t };
  const question = await totpFactor.enrolment.question({ secret: state.secret }, somebody, failure.error, deps);
  const html = enrolPage(
    {
      ...frame(opened),
      state: 'connect',
      authenticator: state.authenticatorId,
      title: question.title,
      lead: question.lead,
      question: { ...question, button: question.button ?? opened.t.page.continue },
      ...failure,
    },
    opened.t,
  );
  return page(html, statusOf(failure));
};

/**
 * Once the app is connected its recovery codes are shown until the person says they are kept, also after a reload or a double
 * click. That it is connected is a fact, and not before.
 */
const codesAreUnseen: LeftToShow = (opened) => {
  const { interaction, decided } = opened;
  const state = connecting(opened);
  return (
    state !== undefined &&
    interaction.userId === decided.current?.user.id &&
    decided.authenticators.some(({ authenticator }) => authenticator.id === state.authenticatorId)
  );
};

/** `GET /enrol` */
export const showEnrol: Handler = async (request, deps, caller) => {
  const opened = await openPage('enrol', request, deps, caller, codesAreUnseen);
  if (opened instanceof Response) return opened;
  if (codesAreUnseen(opened)) {
    const recoveryCodes = recoveryCodesIn(opened.interaction);
    return page(enrolPage({ ...frame(opened), state: 'done', recoveryCodes }, opened.t));
  }
  const user = opened.decided.current?.user;
  return user ? render(opened, user, {}, deps) : seeOther(home(opened.interaction));
};

/** `POST /enrol` */
export const answerEnrol: Handler = async (request, deps, caller) => {
  const answered = await openForm('enrol', request, deps, caller, codesAreUnseen);
  if (answered instanceof Response) return answered;
  if (codesAreUnseen(answered)) return keepCodes(answered, deps);
  const user = answered.decided.current?.user;
  if (!user) return seeOther(home(answered.interaction));
  const state = connecting(answered);
  return state ? connect(answered, user, state, deps) : checkTicket(answered, user, deps);
};

/** Last page: the codes are kept, and forgotten here. */
const keepCodes = async (answered: Answered, deps: Deps): Promise<Response> => {
  if (!answered.form.has('kept')) return seeOther(afterProof(answered.interaction));
  await deps.store.interactions.update(answered.interaction.id, { progress: {} });
  return seeOther(home(answered.interaction));
};

const tooMany = (
  answered: Answered,
  user: User,
  factor: string,
  retryAfterSeconds: number,
  deps: Deps,
): Promise<Response> => {
  deps.metrics.failed(factor, 'throttled');
  return render(answered, user, { retryAfterSeconds }, deps);
};

/** First page: the ticket. It is looked at, not used up: that happens when the app is connected. */
const checkTicket = async (answered: Answered, user: User, deps: Deps): Promise<Response> => {
  const limits = ticketLimits(user.id, answered.caller.address);
  const throttle = await takeTry(limits, deps);
  if (!throttle.allowed) return tooMany(answered, user, 'enrolment-ticket', throttle.retryAfterSeconds, deps);
  const ticketHash = ticketDigest(field(answered, 'ticket') ?? '');
  const ticket =
    ticketHash === undefined ? undefined : await deps.store.authenticators.findTicket(ticketHash, deps.now());
  if (ticketHash === undefined || ticket?.userId !== user.id) {
    await recordFailure(
      answered,
      { userId: user.id, factor: 'enrolment-ticket', reason: 'wrong' },
      answered.decided.current,
      deps,
    );
    return render(answered, user, { error: answered.t.errors.wrongTicket() }, deps);
  }
  const progress = {
    ticketHash,
    authenticatorId: randomId(deps, 'auth'),
    secret: encodeBase32(generateSecret(deps.randomBytes)),
    recoveryCodes: generateRecoveryCodes(deps.randomBytes),
  };
  await deps.store.interactions.update(answered.interaction.id, { progress });
  return seeOther(`/enrol?interaction=${answered.interaction.id}`);
};

/** Second page: the first code. Ticket, code and enrolment become facts together or not at all. */
const connect = async (answered: Answered, user: User, state: Connecting, deps: Deps): Promise<Response> => {
  const { address } = answered.caller;
  const limits = limitsOf('totp', { userId: user.id, authenticatorId: state.authenticatorId, address });
  const throttle = await takeTry(limits, deps);
  if (!throttle.allowed) return tooMany(answered, user, 'totp', throttle.retryAfterSeconds, deps);
  const ticket = await deps.store.authenticators.findTicket(state.ticketHash, deps.now());
  if (ticket?.userId !== user.id) return startOver(answered, user, deps);
  const totp = newAuthenticator(
    state.authenticatorId,
    user,
    'totp',
    answered.t.enrol.appName,
    { secret: state.secret },
    deps,
  );
  const asked = { user, authenticator: totp, request: answered.request, caller: answered.caller, t: answered.t };
  const outcome = await totpFactor.check(
    { ...asked, application: answered.application.name },
    (name) => field(answered, name),
    undefined,
    provenAt(answered, deps),
    deps,
  );
  if (!outcome.valid) {
    await recordFailure(
      answered,
      { userId: user.id, factor: 'totp', reason: outcome.reason },
      answered.decided.current,
      deps,
    );
    return render(answered, user, { error: answered.t.errors.wrongFirstCode }, deps);
  }
  const recorded = await recordProof(
    answered,
    user,
    {
      event: outcome.event,
      consume: [...outcome.consume, ticketOnce(ticket)],
      retire: outcome.retire,
      enrol: [totp, recoveryCodeAuthenticator(state.recoveryCodes, user, answered, deps)],
      clearThrottles: clearedBySuccess([...limits, ...ticketLimits(user.id, answered.caller.address)]),
    },
    deps,
  );
  if (typeof recorded === 'string') return (await answerSecondClick(answered, deps)) ?? startOver(answered, user, deps);
  return seeOther(`/enrol?interaction=${answered.interaction.id}`, [recorded.cookie]);
};

/** The ticket was used or ran out meanwhile. */
const startOver = async (answered: Answered, user: User, deps: Deps): Promise<Response> => {
  await deps.store.interactions.update(answered.interaction.id, { progress: {} });
  const fresh = { ...answered, interaction: { ...answered.interaction, progress: {} } };
  return render(fresh, user, { error: answered.t.errors.expiredTicket }, deps);
};

const ticketOnce = ({ ticketHash, expiresAt }: EnrolmentTicket) =>
  ({ kind: 'enrolment-ticket', key: ticketHash, expiresAt }) as const;

const newAuthenticator = (
  id: string,
  user: User,
  factor: string,
  name: string,
  material: Authenticator['material'],
  deps: Deps,
): Authenticator => ({
  id,
  userId: user.id,
  factor,
  name,
  material,
  lookup: null,
  createdAt: deps.now(),
  lastUsedAt: null,
  preferredAt: null,
});

const recoveryCodeAuthenticator = (codes: readonly string[], user: User, { t }: Opened, deps: Deps): Authenticator => {
  const material = {
    codes: codes.map((code, i) => ({ id: String(i), hash: hashRecoveryCode(deps.randomBytes(16), code) })),
  };
  return newAuthenticator(randomId(deps, 'auth'), user, 'recovery-code', t.enrol.recoveryCodesName, material, deps);
};
