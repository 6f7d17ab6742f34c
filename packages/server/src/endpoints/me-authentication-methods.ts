/** `/me/v1/authentication-methods` and `/me/v1/factors`: how somebody signs in, through an application of theirs. */
import type { JsonObject } from '@stile/core';
import {
  ownAuthenticator,
  preferAuthenticator,
  removeAuthenticator,
  renameAuthenticator,
} from '../authenticator/changes.ts';
import type { Finished } from '../authenticator/enrolment.ts';
import { beginEnrolment, enrollableFactors, enrolmentUnderWay, finishEnrolment } from '../authenticator/enrolment.ts';
import { authenticatorName } from '../authenticator/name.ts';
import type { Owner } from '../authenticator/owner.ts';
import type { Deps, Handler } from '../deps.ts';
import { equalInConstantTime, hmacSha256 } from '../digest.ts';
import type { Factor } from '../factors/factor.ts';
import { factorNamed } from '../factors/factors.ts';
import { jsonBody } from '../http/body.ts';
import { json } from '../http/responses.ts';
import type { Authenticator } from '../store/records.ts';
import {
  answerIn,
  answerTo,
  idInPath,
  moment,
  notFound,
  openAccount,
  openForChange,
  problem,
  sessionGone,
  tooMany,
} from './me.ts';

const badRequest = (detail: string): Response => problem(400, 'Bad request', detail);

const usageOf = ({ best }: Factor): readonly string[] =>
  best.some(({ first }) => first) ? ['primary', 'secondary'] : ['secondary'];

const methodOf = ({
  id,
  factor: name,
  name: called,
  createdAt,
  lastUsedAt,
  preferredAt,
}: Authenticator): JsonObject => {
  const factor = factorNamed(name);
  return {
    id,
    type: factor?.enrolment?.types[0] ?? name,
    name: called,
    confirmed: true,
    usage: factor ? usageOf(factor) : [],
    created_at: moment(createdAt),
    ...(lastUsedAt !== null && { last_auth_at: moment(lastUsedAt) }),
    ...(preferredAt !== null && { preferred_at: moment(preferredAt) }),
  };
};

/** `GET /me/v1/factors`: what can be added here. */
export const listFactors: Handler = async (request, deps) => {
  const owner = await openAccount('read:me:factors', request, deps);
  if (owner instanceof Response) return owner;
  const factors = enrollableFactors(deps).flatMap((factor) =>
    factor.enrolment.types.map((type) => ({ type, usage: usageOf(factor) })),
  );
  return json({ factors });
};

/** `GET /me/v1/authentication-methods` */
export const listMethods: Handler = async (request, deps) => {
  const owner = await openAccount('read:me:authentication_methods', request, deps);
  if (owner instanceof Response) return owner;
  const all = await deps.store.authenticators.ofUser(owner.user.id);
  return json({ authentication_methods: all.map(methodOf) });
};

/** `GET /me/v1/authentication-methods/:id` */
export const showMethod: Handler = async (request, deps) => {
  const owner = await openAccount('read:me:authentication_methods', request, deps);
  if (owner instanceof Response) return owner;
  const authenticator = await ownAuthenticator(owner.user.id, idInPath(request), deps);
  return authenticator ? json(methodOf(authenticator)) : notFound();
};

/** What is begun through an application is finished through one, and not on a page. */
const bondOf = ({ guard }: Owner): string => `me ${guard.sessionId}`;

/** Whoever finishes must have been told this when it began; the id alone stands in addresses. */
const authSession = (ceremonyId: string, deps: Deps): string =>
  hmacSha256(deps.secrets.csrf, `enrolment by an application\n${ceremonyId}`);

/** `POST /me/v1/authentication-methods`: begins to add one. */
export const addMethod: Handler = async (request, deps, caller) => {
  const owner = await openForChange('create:me:authentication_methods', request, deps, caller);
  if (owner instanceof Response) return owner;
  const body = await jsonBody(request);
  if (!body.ok) return badRequest(body.error.description);
  const { type } = body.value;
  const factor = enrollableFactors(deps).find(
    ({ enrolment }) => typeof type === 'string' && enrolment.types.includes(type),
  );
  if (!factor) return badRequest('This type cannot be added here.');
  const begun = await beginEnrolment(factor, owner, bondOf(owner), answerIn(body.value), deps);
  if (!('ceremony' in begun)) {
    return begun.retryAfterSeconds === undefined ? badRequest(begun.error) : tooMany(begun.retryAfterSeconds);
  }
  const { id, data } = begun.ceremony;
  const told = { ...factor.enrolment.describe(data, owner.user, deps), ...begun.told };
  return json({ id, auth_session: authSession(id, deps), ...told }, 202, {
    location: `${deps.config.issuer}me/v1/authentication-methods/${id}`,
  });
};

/** `POST /me/v1/authentication-methods/:id/verify`: proves that its owner has it, and adds it. */
export const confirmMethod: Handler = async (request, deps, caller) => {
  const owner = await openForChange('create:me:authentication_methods', request, deps, caller);
  if (owner instanceof Response) return owner;
  const body = await jsonBody(request);
  if (!body.ok) return badRequest(body.error.description);
  const { auth_session: sent, name } = body.value;
  const underWay = await enrolmentUnderWay(owner.user.id, bondOf(owner), deps);
  if (underWay?.ceremony.id !== idInPath(request) || !underWay) return notFound();
  const { id } = underWay.ceremony;
  if (typeof sent !== 'string' || !equalInConstantTime(sent, authSession(id, deps))) return notFound();
  const called = typeof name === 'string' ? authenticatorName(name) : undefined;
  const finished = await finishEnrolment(underWay, owner, answerIn(body.value), called, deps);
  return finishedAs(finished, underWay.factor.enrolment.renews === true, owner, deps);
};

const finishedAs = async (finished: Finished, renews: boolean, { user }: Owner, deps: Deps): Promise<Response> => {
  switch (finished.outcome) {
    case 'enrolled': {
      const all = await deps.store.authenticators.ofUser(user.id);
      const [made] = finished.authenticators;
      const kept = all.find(({ id, factor }) => (renews ? factor === made?.factor : id === made?.id));
      return kept ? json(methodOf(kept), 201) : notFound();
    }
    case 'refused':
      return problem(400, 'Not accepted', `The answer was not accepted: ${finished.reason}.`);
    case 'throttled':
      return tooMany(finished.retryAfterSeconds);
    case 'taken':
      return problem(409, 'Conflict', 'It is registered already.');
    case 'over':
      return notFound();
    case 'session-gone':
      return sessionGone(deps);
  }
};

/** `PATCH /me/v1/authentication-methods/:id`: another name, or the first place. */
export const changeMethod: Handler = async (request, deps, caller) => {
  const owner = await openForChange('update:me:authentication_methods', request, deps, caller);
  if (owner instanceof Response) return owner;
  const body = await jsonBody(request);
  if (!body.ok) return badRequest(body.error.description);
  const { name, preferred, ...others } = body.value;
  const called = typeof name === 'string' ? authenticatorName(name) : undefined;
  if (Object.keys(others).length > 0) return badRequest('Only name and preferred can be changed.');
  if (name !== undefined && called === undefined) return badRequest('A name is a text of 1 to 50 visible letters.');
  if (preferred !== undefined && preferred !== true) return badRequest('preferred can only be true.');
  if (name === undefined && preferred === undefined) return badRequest('Send name, preferred, or both.');
  const authenticator = await ownAuthenticator(owner.user.id, idInPath(request), deps);
  if (!authenticator) return notFound();
  const renamed = called === undefined ? 'done' : await renameAuthenticator(owner, authenticator, called, deps);
  const placed = preferred === true ? await preferAuthenticator(owner, authenticator, deps) : 'done';
  if (renamed === 'session-gone' || placed === 'session-gone') return sessionGone(deps);
  const changed = await ownAuthenticator(owner.user.id, authenticator.id, deps);
  return changed ? json(methodOf(changed)) : notFound();
};

/** `DELETE /me/v1/authentication-methods/:id` */
export const removeMethod: Handler = async (request, deps, caller) => {
  const owner = await openForChange('delete:me:authentication_methods', request, deps, caller);
  if (owner instanceof Response) return owner;
  const authenticator = await ownAuthenticator(owner.user.id, idInPath(request), deps);
  const outcome = authenticator ? await removeAuthenticator(owner, authenticator, deps) : 'unknown';
  if (outcome === 'done' || outcome === 'unknown' || outcome === 'session-gone') return answerTo(outcome, deps);
  return problem(409, 'Conflict', `It cannot be removed: ${outcome}.`);
};
