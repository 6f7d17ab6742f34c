/** `/me/v1/sessions`: where somebody is signed in. An extension of ours. */
import { signOutElsewhere, signOutOf, standingSessions } from '../authenticator/sign-out.ts';
import type { Handler } from '../deps.ts';
import { json } from '../http/responses.ts';
import { answerTo, idInPath, moment, openAccount, openForChange } from './me.ts';

/** `GET /me/v1/sessions` */
export const listSessions: Handler = async (request, deps) => {
  const opened = await openAccount('read:me:sessions', request, deps);
  if (opened instanceof Response) return opened;
  const here = opened.live.grant?.sessionId ?? null;
  const all = await standingSessions(opened.user.id, here, deps);
  const sessions = all.map(({ id, createdAt, lastSeenAt, userAgent, address }) => ({
    id,
    current: id === here,
    created_at: moment(createdAt),
    last_interacted_at: moment(lastSeenAt),
    device: { initial_user_agent: userAgent, initial_ip: address },
  }));
  return json({ sessions });
};

/** `DELETE /me/v1/sessions`: all but the one that the token belongs to. */
export const endOtherSessions: Handler = async (request, deps, caller) => {
  const owner = await openForChange('delete:me:sessions', request, deps, caller);
  if (owner instanceof Response) return owner;
  return answerTo(await signOutElsewhere(owner, deps), deps);
};

/** `DELETE /me/v1/sessions/:id` */
export const endSession: Handler = async (request, deps, caller) => {
  const owner = await openForChange('delete:me:sessions', request, deps, caller);
  if (owner instanceof Response) return owner;
  return answerTo(await signOutOf(owner, idInPath(request), deps), deps);
};
