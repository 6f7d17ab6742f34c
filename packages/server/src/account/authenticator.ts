import {
  ownAuthenticator,
  preferAuthenticator,
  removeAuthenticator,
  renameAuthenticator,
} from '../authenticator/changes.ts';
import { authenticatorName } from '../authenticator/name.ts';
import { hindranceTo } from '../authenticator/removal.ts';
import type { Deps, Handler } from '../deps.ts';
import { page, seeOther } from '../http/responses.ts';
import { authenticatorPage, removePage } from '../pages/account/authenticator-page.ts';
import type { Authenticator } from '../store/records.ts';
import type { Opened } from './open.ts';
import { changed, field, frameOf, idIn, openForm, openPage } from './open.ts';

const pageOf = (path: 'authenticator' | 'remove', authenticator: Authenticator, opened: Opened, deps: Deps) => ({
  ...frameOf(opened, `/account/${path}?id=${encodeURIComponent(authenticator.id)}`, deps),
  id: authenticator.id,
  name: authenticator.name,
});

/** Whether it is asked for first because its owner wants it. */
const isPreferred = ({ id }: Authenticator, { usable }: Opened): boolean =>
  usable[0]?.authenticator.id === id && usable[0].authenticator.preferredAt !== null;

/** `GET /account/authenticator` */
export const showAuthenticator: Handler = async (request, deps, caller) => {
  const opened = await openPage('other', request, deps, caller);
  if (opened instanceof Response) return opened;
  const authenticator = await ownAuthenticator(opened.owner.user.id, idIn(request), deps);
  if (!authenticator) return seeOther('/account');
  const props = pageOf('authenticator', authenticator, opened, deps);
  return page(authenticatorPage({ ...props, preferred: isPreferred(authenticator, opened) }, opened.owner.t));
};

/** `POST /account/authenticator`: another name, or the first place. */
export const answerAuthenticator: Handler = async (request, deps, caller) => {
  const answered = await openForm('other', request, deps, caller);
  if (answered instanceof Response) return answered;
  const { owner, form } = answered;
  const authenticator = await ownAuthenticator(owner.user.id, idIn(request), deps);
  if (!authenticator) return seeOther('/account');
  if (form.has('prefer')) {
    return changed(await preferAuthenticator(owner, authenticator, deps), 'preferred', request);
  }
  const typed = field(form, 'name');
  const name = authenticatorName(typed);
  if (name === undefined) {
    const props = pageOf('authenticator', authenticator, answered, deps);
    const preferred = isPreferred(authenticator, answered);
    const error = owner.t.myAccount.manage.badName;
    return page(authenticatorPage({ ...props, preferred, typed: (typed ?? '').slice(0, 100), error }, owner.t), 400);
  }
  return changed(await renameAuthenticator(owner, authenticator, name, deps), 'renamed', request);
};

/** `GET /account/remove` */
export const showRemove: Handler = async (request, deps, caller) => {
  const opened = await openPage('other', request, deps, caller);
  if (opened instanceof Response) return opened;
  const authenticator = await ownAuthenticator(opened.owner.user.id, idIn(request), deps);
  if (!authenticator) return seeOther('/account');
  const hindrance = hindranceTo(authenticator.id, opened.usable, deps.config);
  return page(removePage({ ...pageOf('remove', authenticator, opened, deps), hindrance }, opened.owner.t));
};

/** `POST /account/remove` */
export const answerRemove: Handler = async (request, deps, caller) => {
  const answered = await openForm('other', request, deps, caller);
  if (answered instanceof Response) return answered;
  const { owner, form } = answered;
  const authenticator = await ownAuthenticator(owner.user.id, idIn(request), deps);
  if (!authenticator || !form.has('remove')) return seeOther('/account');
  const outcome = await removeAuthenticator(owner, authenticator, deps);
  if (outcome === 'done' || outcome === 'unknown' || outcome === 'session-gone') {
    return changed(outcome, 'removed', request);
  }
  const props = pageOf('remove', authenticator, answered, deps);
  return page(removePage({ ...props, hindrance: outcome }, owner.t), 409);
};
