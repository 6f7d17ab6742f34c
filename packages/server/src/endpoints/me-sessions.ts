/** `/me/v1/sessions`: where somebody is signed in. An extension of ours. */
import { signOutElsewhere, signOutOf, standingSessions } from '../authenticator/sign-out.ts';
import type { Handler } from '../deps.ts';
import { json } from '../http/responses.ts';
import { idInPath, moment, notFound, openAccount } from './me.ts';

const done = (): Response => new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });

/** `GET /me/v1/sessions` */
export const listSessions: Handler = async (request, deps, caller) => {
  const owner = await openAccount('read:me:sessions', request, deps, caller);
  if (owner instanceof Response) return owner;
  const all = await standingSessions(owner.user.id, owner.sessionId, deps);
  const sessions = all.map(({ id, createdAt, lastSeenAt, userAgent, address }) => ({
    id,
    current: id === owner.sessionId,
    created_at: moment(createdAt),
    last_interacted_at: moment(lastSeenAt),
    device: { initial_user_agent: userAgent, initial_ip: address },
  }));
  return json({ sessions });
};

/** `DELETE /me/v1/sessions`: all but the one that the token belongs to. */
export const endOtherSessions: Handler = async (request, deps, caller) => {
  const owner = await openAccount('delete:me:sessions', request, deps, caller);
  if (owner instanceof Response) return owner;
  await signOutElsewhere(owner, deps);
  return done();
};

/** `DELETE /me/v1/sessions/:id` */
export const endSession: Handler = async (request, deps, caller) => {
  const owner = await openAccount('delete:me:sessions', request, deps, caller);
  if (owner instanceof Response) return owner;
  return (await signOutOf(owner, idInPath(request), deps)) ? done() : notFound();
};
