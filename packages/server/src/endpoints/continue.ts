/** Where people come back to from the site that an Action sent them to. */
import { single } from '@stile/core';
import { problemPage } from '../authorization/respond.ts';
import type { Handler } from '../deps.ts';
import { queryParameters } from '../http/body.ts';
import { resume } from './authorize.ts';

/**
 * `GET /continue?state=…`: goes on with the request, in the browser that it belongs to, and lets the Action look at what came back. What
 * else stands in the address is for the Action alone to judge; without its judgement nothing is issued.
 */
export const continueRequest: Handler = async (request, deps, caller) => {
  const state = single(queryParameters(request), 'state');
  return state.ok && state.value !== undefined
    ? resume(state.value, true, request, deps, caller)
    : problemPage('badRequest', 400, request, caller);
};
