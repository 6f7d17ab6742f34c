/** Behind the guard: which factor, what it asks, what it shows, and the answer that enrols it and counts as its first proof. */
import { secondsAfter } from '@stile/core';
import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import type { Answer, Enrolment, EnrolmentOutcome, Factor, NewAuthenticator } from '../factors/factor.ts';
import { factorNamed } from '../factors/factors.ts';
import { keptOf } from '../factors/recovery-sheet.ts';
import { page, seeOther } from '../http/responses.ts';
import { enrolPage } from '../pages/enrol-page.ts';
import type { Way } from '../pages/ways.ts';
import type { GuardProof } from '../recovery/guard-proof.ts';
import { guardProofIn, standingGuard } from '../recovery/guard-proof.ts';
import { mailNotice } from '../recovery/mail.ts';
import { knownBrowser } from '../session/known-browser.ts';
import type { Authenticator, Ceremony, User } from '../store/records.ts';
import type { Limit } from '../throttle/limits.ts';
import { clearedBySuccess, ticketLimits } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import type { Failure, PlannedCodes } from './enrol-progress.ts';
import { codesOf, frameOf, keep, newPlan, pathOf, plannedCodes, statusOf } from './enrol-progress.ts';
import type { Answered, Opened } from './open.ts';
import { afterProof, answerSecondClick, field } from './open.ts';
import { onceOf } from './opening.ts';
import { provenAt, recordFailure, recordProof } from './record.ts';

/** A factor that would do, with how one comes to have it. */
interface Enrollable {
  readonly factor: Factor;
  readonly enrolment: Enrolment;
}

/** The factors that would do, as the decision names them. */
const choicesOf = ({ decided }: Opened): readonly Enrollable[] => {
  const { next } = decided.decision;
  const names = new Set(next.step === 'enrol' ? next.anyOf.map(({ factor }) => factor) : []);
  return [...names]
    .map(factorNamed)
    .flatMap((factor) => (factor?.enrolment?.guarded === true ? [{ factor, enrolment: factor.enrolment }] : []))
    .sort((one, other) => other.factor.strength - one.factor.strength);
};

const chosenFrom = (opened: Opened, name: unknown): Enrollable | undefined =>
  choicesOf(opened).find(({ factor }) => factor.name === name);

const keyOf = ({ interaction }: Opened) =>
  ({ purpose: 'enrol', boundTo: interaction.id, authenticatorId: null }) as const;

/** What was begun by this person in this interaction, of a factor that would still do. */
const underWay = async (
  opened: Opened,
  user: User,
  deps: Deps,
): Promise<(Enrollable & { readonly ceremony: Ceremony }) | undefined> => {
  const ceremony = await deps.store.ceremonies.underWay(keyOf(opened), deps.now());
  const chosen = ceremony?.userId === user.id ? chosenFrom(opened, ceremony.factor) : undefined;
  return ceremony && chosen && { ...chosen, ceremony };
};

const waysOf = (opened: Opened, besides?: Factor): readonly Way[] =>
  choicesOf(opened)
    .filter(({ factor }) => factor !== besides)
    .map(({ factor: { name, view } }) => ({
      value: name,
      kind: view.kind,
      label: opened.t.myAccount.additionTitle(view.kind),
      hint: opened.t.myAccount.additionHint(view.kind),
    }));

const somebodyOf = ({ request, caller, t }: Opened, user: User) => ({ user, request, caller, t });

/** Shows what is due: the question of what was begun, what has to be said first, or the choice. */
export const showFactor = async (opened: Opened, user: User, failure: Failure, deps: Deps): Promise<Response> => {
  const { t } = opened;
  const begun = await underWay(opened, user, deps);
  const chosen = begun ? undefined : chosenFrom(opened, opened.interaction.progress.chosen);
  const asks = chosen?.enrolment.asks?.(failure.error, t, deps.config);
  const { error, retryAfterSeconds } = failure;
  const frame = { ...frameOf(opened), error, retryAfterSeconds };
  if (begun) {
    const { enrolment, ceremony, factor } = begun;
    const question = await enrolment.question(ceremony.data, somebodyOf(opened, user), failure.error, deps);
    const button = question.button === undefined ? t.page.continue : question.button;
    const shown = { title: question.title, lead: question.lead, question: { ...question, button } };
    const connect = { ...frame, ...shown, state: 'connect', authenticator: ceremony.id } as const;
    return page(enrolPage({ ...connect, alternatives: waysOf(opened, factor) }, t), statusOf(failure));
  }
  if (chosen && asks) {
    const { factor } = chosen;
    const button = asks.button === undefined ? t.page.continue : asks.button;
    const shown = {
      title: t.myAccount.additionTitle(factor.view.kind),
      lead: t.recovery.chooseWhy,
      question: { ...asks, button },
    };
    const ask = { ...frame, ...shown, state: 'connect', authenticator: factor.name } as const;
    return page(enrolPage({ ...ask, alternatives: waysOf(opened, factor) }, t), statusOf(failure));
  }
  const isRecovered = guardProofIn(opened.interaction, user)?.kind === 'recovery';
  const lead = isRecovered ? t.recovery.recoveredWhy : t.recovery.chooseWhy;
  const choose = { ...frame, state: 'choose', lead, choices: waysOf(opened) } as const;
  return page(enrolPage(choose, t), statusOf(failure));
};

/** Goes on with the only factor that would do, or to the choice between several. */
export const goOn = async (answered: Answered, user: User, deps: Deps): Promise<Response> => {
  const [only, ...others] = choicesOf(answered);
  return only && others.length === 0 ? choose(answered, user, only, deps) : seeOther(pathOf(answered));
};

const choose = async (answered: Answered, user: User, chosen: Enrollable, deps: Deps): Promise<Response> => {
  const former = await underWay(answered, user, deps);
  if (former) await deps.store.ceremonies.end(former.ceremony.id);
  if (!chosen.enrolment.asks) return begin(answered, user, chosen, deps);
  await keep(answered, { chosen: chosen.factor.name }, deps);
  return seeOther(pathOf(answered));
};

const begin = async (
  answered: Answered,
  user: User,
  { factor, enrolment }: Enrollable,
  deps: Deps,
): Promise<Response> => {
  const id = randomId(deps, 'cer');
  const begun = await enrolment.begin(somebodyOf(answered, user), answerOf(answered), id, deps);
  if (!begun.ok) return showFactor(answered, user, begun, deps);
  await deps.store.ceremonies.begin({
    ...keyOf(answered),
    id,
    factor: factor.name,
    userId: user.id,
    data: begun.data,
    answer: null,
    createdAt: deps.now(),
    expiresAt: secondsAfter(deps.now(), enrolment.lifetimeSeconds),
  });
  await keep(answered, { chosen: factor.name, ...newCodes(answered, user, deps) }, deps);
  return seeOther(pathOf(answered));
};

/** Recovery codes come with the first second factor; nobody needs a sheet beside the one they have. */
const newCodes = ({ decided, interaction }: Answered, user: User, deps: Deps): Readonly<Record<string, unknown>> => {
  const replaces = guardProofIn(interaction, user)?.kind === 'recovery' && replacesEverything(deps);
  const hasSheet = decided.authenticators.some(({ proof }) => proof.factor === 'recovery-code');
  return plannedCodes(interaction) || (hasSheet && !replaces) ? {} : newPlan(deps);
};

const replacesEverything = ({ config }: Pick<Deps, 'config'>): boolean => config.recovery.replaces === 'everything';

const answerOf =
  ({ form }: Answered): Answer =>
  (name) =>
    form.get(name)?.[0];

/** Answers one of the pages behind the guard. The guard must still stand, whatever is answered. */
export const answerFactor = async (
  answered: Answered,
  user: User,
  guard: GuardProof,
  deps: Deps,
): Promise<Response | 'guard-gone'> => {
  if (!(await standingGuard(guard, deps))) return 'guard-gone';
  const use = chosenFrom(answered, field(answered, 'use'));
  if (use) return choose(answered, user, use, deps);
  const begun = await underWay(answered, user, deps);
  if (begun) return finish(answered, user, begun, guard, deps);
  const asking = chosenFrom(answered, answered.interaction.progress.chosen);
  return asking?.enrolment.asks && field(answered, 'authenticator') === asking.factor.name
    ? begin(answered, user, asking, deps)
    : showFactor(answered, user, {}, deps);
};

/** Guard, answer and enrolment become facts together or not at all. */
const finish = async (
  answered: Answered,
  user: User,
  begun: Enrollable & { readonly ceremony: Ceremony },
  guard: GuardProof,
  deps: Deps,
): Promise<Response | 'guard-gone'> => {
  const { factor, enrolment, ceremony } = begun;
  const { t } = answered;
  const limits = await limitsFor(answered, user, begun, deps);
  const throttle = await takeTry(limits, deps);
  if (!throttle.allowed) {
    deps.metrics.failed(factor.name, 'throttled');
    return showFactor(answered, user, { retryAfterSeconds: throttle.retryAfterSeconds }, deps);
  }
  const at = provenAt(answered, deps);
  const outcome = await enrolment.finish(somebodyOf(answered, user), ceremony, answerOf(answered), at, deps);
  if (!outcome.ok) {
    const { reason } = outcome;
    if (reason !== 'not_yet')
      await recordFailure(answered, { userId: user.id, factor: factor.name, reason }, answered.decided.current, deps);
    return showFactor(answered, user, { error: enrolment.refused(reason, t) }, deps);
  }
  const recorded = await record(answered, user, { outcome, ceremony, guard, limits }, deps);
  if (typeof recorded !== 'string') return seeOther(afterProof(answered.interaction), [recorded.cookie]);
  const secondClick = await answerSecondClick(answered, deps);
  if (secondClick) return secondClick;
  if (!(await standingGuard(guard, deps))) return 'guard-gone';
  return showFactor(answered, user, { error: enrolment.refused('already_used', t) }, deps);
};

const limitsFor = async (
  { request, caller }: Answered,
  user: User,
  { factor, ceremony }: Enrollable & { readonly ceremony: Ceremony },
  deps: Deps,
): Promise<readonly Limit[]> =>
  factor.limits({
    userId: user.id,
    username: user.username,
    authenticatorId: ceremony.id,
    address: caller.address,
    knownBrowser: await knownBrowser(user.id, request, deps),
  });

interface Finished {
  readonly outcome: Extract<EnrolmentOutcome, { ok: true }>;
  readonly ceremony: Ceremony;
  readonly guard: GuardProof;
  readonly limits: readonly Limit[];
}

const record = async (answered: Answered, user: User, finished: Finished, deps: Deps) => {
  const { outcome, ceremony, guard, limits } = finished;
  const used = await standingGuard(guard, deps);
  if (!used) return 'already-used';
  const planned = plannedCodes(answered.interaction);
  const remove = guard.kind === 'recovery' && replacesEverything(deps) ? await lostOf(user, deps) : [];
  const recorded = await recordProof(
    answered,
    user,
    {
      event: outcome.event,
      consume: [...outcome.consume, ...onceOf(ceremony), ...used],
      retire: [],
      enrol: [
        ...outcome.authenticators.map((one) => newAuthenticator(one, user, deps)),
        ...(planned ? [recoveryCodeSheet(planned, user, answered, deps)] : []),
      ],
      remove,
      guard: guard.kind,
      clearThrottles: clearedBySuccess([...limits, ...ticketLimits(user.id, answered.caller.address)]),
    },
    deps,
  );
  if (typeof recorded !== 'string')
    mailNotice(user, { kind: guard.kind === 'recovery' ? 'recovered' : 'enrolled' }, answered.t, deps);
  return recorded;
};

/** Everything that proved more than the password, usable or not. */
const lostOf = async (user: User, { store }: Pick<Deps, 'store'>): Promise<readonly string[]> =>
  (await store.authenticators.ofUser(user.id)).filter(({ factor }) => factor !== 'password').map(({ id }) => id);

const newAuthenticator = (fresh: NewAuthenticator, user: User, deps: Deps): Authenticator => ({
  ...fresh,
  userId: user.id,
  createdAt: deps.now(),
  lastUsedAt: null,
  preferredAt: null,
});

const recoveryCodeSheet = (planned: PlannedCodes, user: User, opened: Opened, deps: Deps): Authenticator => {
  const material = { codes: keptOf(codesOf(planned, opened, deps), String, deps) };
  const { recoveryCodesName: name } = opened.t.enrol;
  const sheet = { id: planned.authenticatorId, factor: 'recovery-code', name, material, lookup: null };
  return newAuthenticator(sheet, user, deps);
};
