/**
 * The management API (`/api/v2/*`): what every call does first. It is for programs of the operator, which get their tokens by client
 * credentials; what a person granted to an application opens nothing here, whatever scopes it names.
 */
import type { Instant } from '@stile/core';
import { isInstant, singles } from '@stile/core';
import { managementAudience } from '../config/built-in.ts';
import type { Deps } from '../deps.ts';
import { queryParameters } from '../http/body.ts';
import { bearerOf, invalidToken, lacksScope, problem } from './me.ts';

/** The refusal of whoever may not make a call. */
export const refuseUnless = async (scope: string, request: Request, deps: Deps): Promise<Response | undefined> => {
  const live = await bearerOf(request, deps);
  if (live instanceof Response) return live;
  const isOurs = live?.audience.includes(managementAudience(deps.config.issuer)) === true;
  // A token that a person granted names the grant; one that a client got for itself has none, and is about the client.
  if (!live || !isOurs || live.grantId !== undefined || live.subject !== live.clientId) return invalidToken(deps);
  return live.scopes.includes(scope) ? undefined : lacksScope(scope, deps);
};

/** A message may quote names of members as they were sent; an answer holds plain text without quotes. */
export const plain = (text: string): string => text.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/gu, ' ').slice(0, 200);

export const badRequest = (detail: string): Response => problem(400, 'Bad request', detail);

/** Parameters of the query, each at most once; or the refusal. */
export const queryOf = <Name extends string>(
  request: Request,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> | Response => {
  const sent = singles(queryParameters(request), names);
  return sent.ok ? sent.value : badRequest(sent.error.description);
};

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** A moment as ISO 8601 in UTC to the second, or as seconds since the epoch; false when it is neither. */
export const momentIn = (text: string): Instant | false => {
  const seconds = MOMENT.test(text) ? Date.parse(text) / 1000 : /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  return isInstant(seconds) ? seconds : false;
};

export const HOW_A_MOMENT = 'Write a moment as 2026-11-24T16:00:00Z, or as seconds since the epoch.';
