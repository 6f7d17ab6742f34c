/**
 * The offer to create a passkey, to somebody who has just proven themselves by a code: the moment when they know what it would spare
 * them. It is made where their device says that it has passkeys, and no more for a while once they said no.
 */

import { changeDemand, meetsDemand } from '../authenticator/demand.ts';
import type { UnderWay } from '../authenticator/enrolment.ts';
import { beginEnrolment, enrolmentUnderWay, finishEnrolment } from '../authenticator/enrolment.ts';
import type { Owner } from '../authenticator/owner.ts';
import type { Deps, Handler } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { webauthnFactor } from '../factors/webauthn-factor.ts';
import { page, seeOther } from '../http/responses.ts';
import { addresses } from '../pages/assets.ts';
import { offerPasskeyPage } from '../pages/offer-passkey-page.ts';
import { passkeyLaterCookie, saidLater } from '../session/passkey-later.ts';
import type { Interaction } from '../store/records.ts';
import type { Answered, Opened } from './open.ts';
import { home, openForm, openPage } from './open.ts';

const pathOf = ({ id }: Interaction): string => `/offer-passkey?interaction=${id}`;

/** Whether a passkey would spare somebody what they prove themselves by. A sheet of recovery codes is no such thing: it is for a rainy day. */
const isCode = ({ proof }: UsableAuthenticator): boolean =>
  proof.kinds.includes('possession') && !proof.phishingResistant && proof.factor !== 'recovery-code';

const hasNone = ({ decided, request }: Opened, deps: Deps): boolean =>
  deps.config.webauthn.offer &&
  webauthnFactor.available(deps.config) &&
  decided.current !== undefined &&
  !decided.authenticators.some(({ proof }) => proof.factor === webauthnFactor.name) &&
  !saidLater(decided.current.user.id, request, deps);

/** The script of a page that asks for a code, which finds out whether the device has passkeys. */
export const offerScript = (opened: Opened, asked: UsableAuthenticator, deps: Deps): string | undefined =>
  isCode(asked) && hasNone(opened, deps) ? addresses.passkeyOffer : undefined;

/** Where the way leads after a step-up. */
export const afterStepUp = (answered: Answered, proven: UsableAuthenticator, deps: Deps): string =>
  answered.form.has('passkeys') && isCode(proven) && hasNone(answered, deps)
    ? pathOf(answered.interaction)
    : home(answered.interaction);

/** Adding an authenticator takes a fresh second proof here as everywhere. */
const mayOffer =
  (deps: Deps) =>
  (opened: Opened): boolean => {
    const { current, authenticators } = opened.decided;
    if (!current || !hasNone(opened, deps)) return false;
    return meetsDemand(
      current.session.events,
      changeDemand('add', authenticators, deps.config),
      deps.now(),
      deps.config,
    );
  };

const ownerOf = ({ decided, request, caller, t }: Opened): Owner | undefined =>
  decided.current && {
    user: decided.current.user,
    guard: {
      sessionId: decided.current.session.id,
      restsOn: decided.current.session.events.map(({ authenticator }) => authenticator),
    },
    clientId: decided.validated.client.id,
    request,
    caller,
    t,
  };

const bondOf = ({ id }: Interaction): string => `offer ${id}`;

const begunOr = async (opened: Opened, owner: Owner, deps: Deps): Promise<UnderWay | undefined> => {
  const bond = bondOf(opened.interaction);
  const former = await enrolmentUnderWay(owner.user.id, bond, deps);
  if (former) return former;
  const begun = await beginEnrolment(webauthnFactor, owner, bond, () => undefined, deps);
  return 'ok' in begun ? undefined : begun;
};

interface Failure {
  readonly error?: string;
  readonly retryAfterSeconds?: number;
}

const render = async (opened: Opened, owner: Owner, failure: Failure, deps: Deps): Promise<Response> => {
  const begun = await begunOr(opened, owner, deps);
  if (!begun) return seeOther(home(opened.interaction));
  const { error, retryAfterSeconds } = failure;
  const question = await begun.factor.enrolment.question(begun.ceremony.data, owner, error, deps);
  const failed = error !== undefined || retryAfterSeconds !== undefined;
  const html = offerPasskeyPage(
    {
      application: opened.application,
      action: pathOf(opened.interaction),
      csrf: opened.csrf,
      question,
      failed,
      retryAfterSeconds,
    },
    opened.t,
  );
  if (retryAfterSeconds === undefined) return page(html, failed ? 400 : 200);
  const response = page(html, 429);
  response.headers.set('retry-after', String(retryAfterSeconds));
  return response;
};

/** `GET /offer-passkey` */
export const showOfferPasskey: Handler = async (request, deps, caller) => {
  const opened = await openPage('challenge', request, deps, caller, mayOffer(deps));
  if (opened instanceof Response) return opened;
  const owner = mayOffer(deps)(opened) ? ownerOf(opened) : undefined;
  return owner ? render(opened, owner, {}, deps) : seeOther(home(opened.interaction));
};

/** `POST /offer-passkey` */
export const answerOfferPasskey: Handler = async (request, deps, caller) => {
  const answered = await openForm('challenge', request, deps, caller, mayOffer(deps));
  if (answered instanceof Response) return answered;
  const onwards = home(answered.interaction);
  const owner = mayOffer(deps)(answered) ? ownerOf(answered) : undefined;
  if (!owner) return seeOther(onwards);
  if (answered.form.has('later')) return seeOther(onwards, [passkeyLaterCookie(owner.user.id, request, deps)]);
  const begun = await enrolmentUnderWay(owner.user.id, bondOf(answered.interaction), deps);
  const { enrolment } = webauthnFactor;
  if (!begun) return render(answered, owner, { error: enrolment.refused('expired', answered.t) }, deps);
  const answer = (name: string): string | undefined => answered.form.get(name)?.[0];
  const finished = await finishEnrolment(begun, owner, answer, undefined, deps);
  switch (finished.outcome) {
    case 'refused':
      return render(answered, owner, { error: enrolment.refused(finished.reason, answered.t) }, deps);
    case 'throttled':
      return render(answered, owner, { retryAfterSeconds: finished.retryAfterSeconds }, deps);
    case 'taken':
      return render(answered, owner, { error: enrolment.refused('already_used', answered.t) }, deps);
    case 'enrolled':
    case 'over':
    case 'session-gone':
      return seeOther(onwards);
  }
};
