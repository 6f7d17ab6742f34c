/** Puts requests by until their person answers, bound to the browser that they came from. */
import type { NextStep, Parameters } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Caller, Deps } from '../deps.ts';
import { randomId, randomToken } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { cookie, readCookie } from '../http/cookies.ts';
import { seeOther } from '../http/responses.ts';
import type { Asked } from '../metrics/recorder.ts';
import type { Interaction } from '../store/records.ts';
import type { DecidedWithActions } from './decide-with-actions.ts';
import { asKept } from './kept-run.ts';
import { problemPage } from './respond.ts';
import type { ValidatedRequest } from './validated-request.ts';
import { toStored } from './validated-request.ts';

/** Keeps a request until its person answers, unless too many were begun: what it says then. */
export const putBy = async (
  interaction: Interaction,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response | undefined> => {
  const retryAfterSeconds = deps.inMemory.start(caller.address);
  if (retryAfterSeconds > 0) {
    return problemPage('tooManyRequests', 429, request, caller, {
      headers: { 'retry-after': String(retryAfterSeconds) },
    });
  }
  await deps.store.interactions.save(interaction);
  return undefined;
};

export const newInteraction = (validated: ValidatedRequest, parameters: Parameters, deps: Deps): Interaction => ({
  id: randomId(deps, 'int'),
  browserHash: null,
  clientId: validated.client.id,
  request: toStored(parameters),
  requestedAt: deps.now(),
  expiresAt: secondsAfter(deps.now(), deps.config.lifetimes.interaction),
  userId: null,
  accountSelectedAt: null,
  consentedAt: null,
  asked: null,
  progress: {},
  actions: null,
  finishedAt: null,
});

const BROWSER_COOKIE_SECONDS = 400 * 86_400;

const browserCookie = (secret: string, deps: Deps): string =>
  cookie('browser', secret, BROWSER_COOKIE_SECONDS, deps.config);

const PAGE_OF: Readonly<Record<Exclude<NextStep['step'], 'issue' | 'refuse'>, string>> = {
  login: '/login',
  challenge: '/challenge',
  enrol: '/enrol',
  consent: '/consent',
  'select-account': '/select-account',
};

/** Puts a request by that its person answers on a page of ours. */
export const showPage = (
  asked: Asked,
  decided: DecidedWithActions,
  parameters: Parameters,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response> => {
  const { step } = asked;
  const isPersons = step === 'challenge' || step === 'enrol' || step === 'consent';
  const leaving = { asked, isPersons, to: (id: string): string => `${PAGE_OF[step]}?interaction=${id}` };
  return leave(leaving, decided, parameters, request, deps, caller);
};

/** Where somebody comes back to from another site; the name of the request goes along, and only its own browser may come back with it. */
const withState = (url: string, id: string): string => {
  const address = new URL(url);
  address.searchParams.set('state', id);
  return address.href;
};

/** Puts a request by whose person an Action sends to another site. */
export const sendAway = (
  url: string,
  decided: DecidedWithActions,
  parameters: Parameters,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response> => {
  const leaving = { asked: null, isPersons: true, to: (id: string): string => withState(url, id) };
  return leave(leaving, decided, parameters, request, deps, caller);
};

interface Leaving {
  readonly asked: Asked | null;
  /** Whether only the person who is signed in may go on with it. */
  readonly isPersons: boolean;
  readonly to: (id: string) => string;
}

/** Puts the request by, bound to this browser and to the person who is to answer, and sends the browser away. */
const leave = async (
  { asked, isPersons, to }: Leaving,
  decided: DecidedWithActions,
  parameters: Parameters,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response> => {
  const { interaction, validated, current, requestedAt, run } = decided;
  const pinned = isPersons ? (current?.user.id ?? null) : null;
  if (interaction) {
    await deps.store.interactions.update(interaction.id, {
      asked,
      ...(pinned !== null && interaction.userId === null && { userId: pinned }),
    });
    return seeOther(to(interaction.id));
  }
  const secret = readCookie(request, 'browser', deps.config) ?? randomToken(deps);
  const made = newInteraction(validated, parameters, deps);
  const saved = {
    ...made,
    browserHash: sha256(secret),
    requestedAt,
    userId: pinned,
    asked,
    ...(run && current && { actions: asKept(run, made.id, current, deps) }),
  };
  const tooMany = await putBy(saved, request, deps, caller);
  return tooMany ?? seeOther(to(saved.id), [browserCookie(secret, deps)]);
};
