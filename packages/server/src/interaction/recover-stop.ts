/** "This was not me": whoever reads the account's mail stops a recovery, without signing in. The page alone does nothing. */
import { single } from '@stile/core';
import { messagesFor, problemPage } from '../authorization/respond.ts';
import type { Handler } from '../deps.ts';
import { formParameters, queryParameters } from '../http/body.ts';
import { page } from '../http/responses.ts';
import { stopRecoveryPage } from '../pages/recovery-page.ts';
import { recoveryToStop, stopRecovery } from '../recovery/lost-factor.ts';
import { mailNotice } from '../recovery/mail.ts';

const ACTION = '/recover/stop';

/** `GET /recover/stop` */
export const showStopRecovery: Handler = async (request, deps) => {
  const token = single(queryParameters(request), 'token');
  const recovery = token.ok ? await recoveryToStop(token.value ?? '', deps) : undefined;
  const user = recovery?.userId ? await deps.store.users.find(recovery.userId) : undefined;
  const t = messagesFor(request);
  if (!user || !token.ok || token.value === undefined) return page(stopRecoveryPage({ state: 'nothing' }, t));
  const { username } = user;
  return page(stopRecoveryPage({ state: 'ask', action: ACTION, token: token.value, username }, t));
};

/** `POST /recover/stop` */
export const answerStopRecovery: Handler = async (request, deps, caller) => {
  const form = await formParameters(request);
  if (!form.ok) return problemPage('badRequest', 400, request, caller);
  const token = single(form.value, 'token');
  const recovery = token.ok ? await recoveryToStop(token.value ?? '', deps) : undefined;
  const user = recovery?.userId ? await deps.store.users.find(recovery.userId) : undefined;
  const t = messagesFor(request);
  if (!recovery || !user || !(await stopRecovery(recovery, 'reported', deps, caller.requestId))) {
    return page(stopRecoveryPage({ state: 'nothing' }, t));
  }
  mailNotice(user, { kind: 'recovery-stopped' }, t, deps);
  return page(stopRecoveryPage({ state: 'stopped' }, t));
};
