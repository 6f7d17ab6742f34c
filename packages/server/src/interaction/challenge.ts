/** The challenge: one further proof by somebody who is signed in, with the reason why. */
import { single } from '@stile/core';
import type { Deps, Handler } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import type { Answer, Refusal } from '../factors/factor.ts';
import { PasswordHasherBusy } from '../factors/password-hasher.ts';
import { queryParameters } from '../http/body.ts';
import { page, seeOther } from '../http/responses.ts';
import { challengePage } from '../pages/challenge-page.ts';
import { selectAuthenticatorPage } from '../pages/select-authenticator-page.ts';
import type { Way } from '../pages/ways.ts';
import type { CurrentSession } from '../session/current-session.ts';
import { knownBrowser, knownBrowserCookie, provenBrowserCookie } from '../session/known-browser.ts';
import type { Ceremony } from '../store/records.ts';
import type { Limit } from '../throttle/limits.ts';
import { clearedBySuccess } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import { busy } from './busy.ts';
import type { Candidate } from './candidates.ts';
import { answering, byItself, candidates, chosen } from './candidates.ts';
import { afterStepUp, offerScript } from './offer-passkey.ts';
import type { Answered, Opened } from './open.ts';
import { answerSecondClick, field, home, openForm, openPage } from './open.ts';
import type { Failure } from './opening.ts';
import { askedOf, onceOf, open, openOnce, provenInSession, reopened, underWay } from './opening.ts';
import { provenAt, recordFailure, recordProof } from './record.ts';
import { rememberedBy, rememberingSeconds } from './remember.ts';
import { recordShown } from './shown.ts';
import { reasonOf, saidByAction } from './why.ts';

/** `GET /challenge` */
export const showChallenge: Handler = async (request, deps, caller) => {
  const opened = await openPage('challenge', request, deps, caller);
  if (opened instanceof Response) return opened;
  const { current } = opened.decided;
  const use = single(queryParameters(request), 'use');
  const all = candidates(opened);
  const preferred = all.filter(({ proof }) => proof.factor === all[0]?.proof.factor);
  const wanted = chosen(all, use.ok ? use.value : undefined);
  if (!wanted && preferred.length > 1 && all[0]?.authenticator.preferredAt === null) {
    return renderSelection(opened, all, deps);
  }
  const shown = wanted ?? all[0];
  if (!shown || !current) return seeOther(home(opened.interaction));
  deps.metrics.shown(shown.factor.name);
  const isOpened = shown.factor.opening?.when === 'shown';
  // Asked for at once, so that both are kept by one commit.
  const recorded = recordShown(opened, shown.factor.name, deps);
  const [failure] = await Promise.all([isOpened ? openOnce(opened, current, shown, deps) : NO_FAILURE, recorded]);
  return render(opened, shown, failure, deps, failure.retryAfterSeconds === undefined ? 200 : 429);
};

const NO_FAILURE: Failure = {};

const pathOf = ({ interaction }: Opened): string => `/challenge?interaction=${interaction.id}`;

const signedInAs = ({ decided }: Opened): string => decided.current?.user.username ?? '';

const renderSelection = (opened: Opened, all: readonly Candidate[], deps: Deps): Response =>
  page(
    selectAuthenticatorPage(
      {
        application: opened.application,
        action: pathOf(opened),
        csrf: opened.csrf,
        why: { sentence: opened.t.because(reasonOf(opened, deps)), said: saidByAction(opened) },
        signedInAs: signedInAs(opened),
        choices: all.map((usable) => way(usable, opened)),
        lost: `/recover?interaction=${opened.interaction.id}`,
      },
      opened.t,
    ),
  );

const way = (usable: Candidate, { t }: Opened): Way => {
  const { name, factor } = usable;
  return {
    value: name,
    kind: factor.view.kind,
    label: factor.view.way(t),
    hint: factor.view.hint(usable, t),
  };
};

const render = async (
  opened: Opened,
  shown: Candidate,
  failure: Failure,
  deps: Deps,
  status = 200,
): Promise<Response> => {
  const { t } = opened;
  const reason = reasonOf(opened, deps);
  const { factor, name } = shown;
  const ceremony = failure.ceremony ?? (await underWay(opened, shown, deps));
  const { error } = failure;
  const brought: Answer = (name) => queryParameters(opened.request).get(name)?.[0];
  const question = factor.view.question({ ...shown, ceremony, error, brought }, t);
  const script = question.script ?? offerScript(opened, shown, deps);
  const ownButton = reason.what === undefined ? t.challenge.button : t.challenge.buttonFor(reason.what);
  const html = challengePage(
    {
      application: opened.application,
      action: pathOf(opened),
      csrf: opened.csrf,
      signedInAs: signedInAs(opened),
      title: factor.name === 'password' ? t.login.titleAgain : t.challenge.title,
      why: { sentence: t.because(reason), said: saidByAction(opened) },
      authenticator: name,
      question: { ...question, script, button: question.button === undefined ? ownButton : question.button },
      mayOpenAgain: factor.opening?.when === 'pressed' && ceremony !== undefined,
      alternatives: candidates(opened)
        .filter((usable) => usable.name !== name)
        .map((usable) => way(usable, opened)),
      lost: `/recover?interaction=${opened.interaction.id}`,
      failed: error !== undefined,
      retryAfterSeconds: failure.retryAfterSeconds,
      rememberSeconds: rememberingSeconds(opened, deps),
    },
    t,
  );
  return page(html, status);
};

/** `POST /challenge` */
export const answerChallenge: Handler = async (request, deps, caller) => {
  const answered = await openForm('challenge', request, deps, caller);
  if (answered instanceof Response) return answered;
  const { current } = answered.decided;
  const all = candidates(answered);
  const use = chosen(all, field(answered, 'use'));
  if (!current) return seeOther(home(answered.interaction));
  // Choosing a way that costs a message is the press that sends it.
  if (use?.factor.opening?.when === 'pressed') return begin(answered, current, use, deps);
  if (use) return seeOther(`${pathOf(answered)}&use=${use.name}`);
  const shown = answered.form.has('authenticator')
    ? chosen(all, field(answered, 'authenticator'))
    : all.find(({ authenticator }) => authenticator.factor === 'password' && answered.form.has('password'));
  if (!shown) return seeOther(home(answered.interaction));
  if (shown.factor.opening && answered.form.has('open')) return begin(answered, current, shown, deps);
  const proven = answering(shown, (name) => answered.form.get(name)?.[0]);
  return prove(answered, current, proven, deps);
};

/** Opens what the server speaks first of, once for this press, and shows the question. */
const begin = async (answered: Answered, current: CurrentSession, wanted: Candidate, deps: Deps): Promise<Response> => {
  const failure = await open(answered, current, wanted, deps);
  if (failure.error === undefined && failure.retryAfterSeconds === undefined) {
    return seeOther(`${pathOf(answered)}&use=${wanted.name}`);
  }
  return refusal(answered, wanted, failure, deps);
};

const refusal = async (answered: Answered, shown: Candidate, failure: Failure, deps: Deps): Promise<Response> => {
  const { retryAfterSeconds } = failure;
  const response = await render(answered, shown, failure, deps, retryAfterSeconds === undefined ? 400 : 429);
  if (retryAfterSeconds !== undefined) response.headers.set('retry-after', String(retryAfterSeconds));
  return response;
};

const limitsFor = async (
  { caller, request }: Answered,
  { user, session }: CurrentSession,
  { authenticator, factor, ceremony }: UsableAuthenticator & { readonly ceremony: Ceremony | undefined },
  deps: Deps,
): Promise<readonly Limit[]> =>
  factor.limits({
    userId: user.id,
    username: user.username,
    authenticatorId: authenticator.id,
    address: caller.address,
    knownBrowser: await knownBrowser(user.id, request, deps),
    provenIn: provenInSession(session, authenticator),
    ceremonyId: ceremony?.id,
  });

/**
 * Where asking costs money or somebody's attention, the browser is marked as one in which its person has answered. After a password it is
 * marked anew as known: what is stored of the password may have changed with the proof.
 */
const provenBy = async (
  { request }: Answered,
  { user }: CurrentSession,
  { authenticator, factor }: UsableAuthenticator,
  deps: Deps,
): Promise<readonly string[]> => {
  if (factor.name === 'password') return [await knownBrowserCookie(user.id, request, deps)];
  return factor.opening?.when === 'pressed'
    ? [await provenBrowserCookie(user.id, authenticator.id, request, deps)]
    : [];
};

/** Nothing was typed where something had to be. */
const isSlip = ({ factor }: UsableAuthenticator, answer: Answer): boolean =>
  factor.typed.length > 0 && factor.typed.every((name) => (answer(name) ?? '').trim() === '');

/** Checks an answer, within the limits, and records it: as a fact, or as a failure. */
const prove = async (answered: Answered, current: CurrentSession, proven: Candidate, deps: Deps): Promise<Response> => {
  const { request, caller, t } = answered;
  const { factor } = proven;
  if (factor.name === 'password' && deps.passwords.isFull()) return busy(request, deps, caller);
  const answer = (name: string): string | undefined => answered.form.get(name)?.[0];
  const asked = askedOf(answered, current, proven, deps);
  if (isSlip(proven, answer)) return refusal(answered, proven, { error: factor.view.refused('missing', t) }, deps);
  const ceremony = await underWay(answered, proven, deps);
  if (factor.opening && !ceremony) {
    return refusal(answered, proven, await reopened(answered, current, proven, 'expired', deps), deps);
  }
  const limits = await limitsFor(answered, current, { ...proven, ceremony }, deps);
  const throttle = await takeTry(limits, deps);
  if (!throttle.allowed) {
    deps.metrics.failed(factor.name, 'throttled');
    return refusal(answered, proven, { retryAfterSeconds: throttle.retryAfterSeconds }, deps);
  }
  const refuse = async (reason: Refusal): Promise<Response> => {
    if (reason !== 'not_yet') {
      await recordFailure(answered, { userId: current.user.id, factor: factor.name, reason }, current, deps);
    }
    // Of several the browser may not insist that their user is verified; of the one that has to be it does.
    const next = reason === 'not_verified' ? byItself(proven) : proven;
    const again =
      factor.opening?.when === 'shown'
        ? await reopened(answered, current, next, reason, deps)
        : { error: factor.view.refused(reason, t) };
    return refusal(answered, next, again, deps);
  };
  try {
    const outcome = await factor.check(asked, answer, ceremony, provenAt(answered, deps), deps);
    if (!outcome.valid) return await refuse(outcome.reason);
    const recorded = await recordProof(
      answered,
      current.user,
      { ...outcome, consume: [...onceOf(ceremony), ...outcome.consume], clearThrottles: clearedBySuccess(limits) },
      deps,
    );
    if (typeof recorded !== 'string') {
      return seeOther(afterStepUp(answered, proven, deps), [
        recorded.cookie,
        ...(await rememberedBy(answered, outcome.event, deps)),
        ...(await provenBy(answered, current, proven, deps)),
      ]);
    }
    const secondClick = await answerSecondClick(answered, deps);
    if (secondClick) return secondClick;
    return recorded === 'session-gone' ? seeOther(home(answered.interaction)) : await refuse('already_used');
  } catch (error) {
    if (error instanceof PasswordHasherBusy) return busy(request, deps, caller);
    throw error;
  }
};
