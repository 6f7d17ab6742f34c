import { forgetDevice, signOutElsewhere, signOutOf, standingSessions } from '../authenticator/sign-out.ts';
import type { Deps, Handler } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { factorNamed } from '../factors/factors.ts';
import { queryParameters } from '../http/body.ts';
import { page, seeOther } from '../http/responses.ts';
import type { OwnedWay, SeenBrowser } from '../pages/account/overview-page.ts';
import { overviewPage } from '../pages/account/overview-page.ts';
import type { Messages } from '../pages/messages.ts';
import { browserName, networkAround } from '../push/place.ts';
import type { Authenticator, RememberedDevice, Session } from '../store/records.ts';
import { recentActivity } from './activity-words.ts';
import type { Opened } from './open.ts';
import { changed, field, frameOf, openForm, openPage } from './open.ts';

const SHORT_ACTIVITY = 5;

/** `GET /account` */
export const showAccount: Handler = async (request, deps, caller) => {
  const opened = await openPage('look', request, deps, caller);
  if (opened instanceof Response) return opened;
  const { owner, current, usable } = opened;
  const { user, t } = owner;
  const [all, sessions, devices, activity] = await Promise.all([
    deps.store.authenticators.ofUser(user.id),
    standingSessions(user.id, current.session.id, deps),
    deps.store.devices.ofUser(user.id, deps.now()),
    recentActivity(user.id, SHORT_ACTIVITY, t, deps),
  ]);
  const html = overviewPage(
    {
      ...frameOf(opened, '/account', deps),
      done: doneIn(request, t),
      ways: waysOf(all, usable, deps),
      hasPassword: all.some(({ factor }) => factor === 'password'),
      codesLeft: codesLeft(all, usable),
      mayHaveCodes: usable.some(({ proof, codesLeft }) => !proof.first && codesLeft === undefined),
      sessions: sessions.map((session) => seenSession(session, opened, deps)),
      devices: devices.map((device) => seenDevice(device, deps)),
      activity,
    },
    t,
  );
  return page(html);
};

const doneIn = (request: Request, t: Messages): keyof Messages['myAccount']['done'] | undefined => {
  const done = field(queryParameters(request), 'done');
  const isWord = (word: string): word is keyof Messages['myAccount']['done'] => Object.hasOwn(t.myAccount.done, word);
  return done !== undefined && isWord(done) ? done : undefined;
};

const ago = (at: number, deps: Deps): number => Math.max(0, deps.now() - at);

/** The one they prefer first, then the strongest; at last what cannot be proven now. */
const waysOf = (
  all: readonly Authenticator[],
  usable: readonly UsableAuthenticator[],
  deps: Deps,
): readonly OwnedWay[] => {
  const preferred = usable[0]?.authenticator.preferredAt == null ? undefined : usable[0].authenticator.id;
  const rank = ({ id }: Authenticator): number => {
    const place = usable.findIndex(({ authenticator }) => authenticator.id === id);
    return place < 0 ? usable.length : place;
  };
  return all
    .toSorted((one, other) => rank(one) - rank(other))
    .map((authenticator) => ({
      id: authenticator.id,
      kind: factorNamed(authenticator.factor)?.view.kind,
      name: authenticator.name,
      addedAt: authenticator.createdAt,
      usedAgo: authenticator.lastUsedAt === null ? undefined : ago(authenticator.lastUsedAt, deps),
      first: authenticator.id === preferred,
      codesLeft: usable.find((one) => one.authenticator.id === authenticator.id)?.codesLeft,
    }));
};

/** Nothing when there is no sheet; 0 when all codes of it are used. */
const codesLeft = (all: readonly Authenticator[], usable: readonly UsableAuthenticator[]): number | undefined => {
  const sheets = all.filter(({ factor }) => factorNamed(factor)?.enrolment?.renews === true);
  if (sheets.length === 0) return undefined;
  return usable.reduce((sum, one) => sum + (one.codesLeft ?? 0), 0);
};

const seenSession = (session: Session, { current }: Opened, deps: Deps): SeenBrowser => {
  return {
    id: session.id,
    browser: browserName(session.userAgent),
    network: networkAround(session.address),
    seenAgo: ago(session.lastSeenAt, deps),
    here: session.id === current.session.id,
  };
};

const seenDevice = (device: RememberedDevice, deps: Deps): SeenBrowser => ({
  id: device.id,
  browser: browserName(device.userAgent),
  seenAgo: ago(device.lastUsedAt, deps),
  here: false,
  until: device.expiresAt,
});

/** `POST /account`: signs out elsewhere, or forgets a device. */
export const answerAccount: Handler = async (request, deps, caller) => {
  const answered = await openForm('other', request, deps, caller);
  if (answered instanceof Response) return answered;
  const { owner, form } = answered;
  const [end, forget] = [field(form, 'end'), field(form, 'forget')];
  if (form.has('everywhere')) return changed(await signOutElsewhere(owner, deps), 'everywhere', request);
  if (end !== undefined && end !== owner.guard.sessionId) {
    return changed(await signOutOf(owner, end, deps), 'signed-out', request);
  }
  if (forget !== undefined) return changed(await forgetDevice(owner, forget, deps), 'forgotten', request);
  return seeOther('/account');
};
