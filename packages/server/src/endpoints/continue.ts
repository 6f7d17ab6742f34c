/** Where people come back to from the site that an Action sent them to. */
import { single } from '@stile/core';
import { problemPage } from '../authorization/respond.ts';
import type { Handler } from '../deps.ts';
import { formParameters, queryParameters } from '../http/body.ts';
import { seeOther } from '../http/responses.ts';
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

/** Longer addresses are cut off on the way. */
const LONGEST_QUERY = 8192;

/**
 * `POST /continue`: the same. A browser keeps its cookies back when another site posts a form, so it is sent to fetch what it posted,
 * which brings them along.
 */
export const continueByPost: Handler = async (request, _deps, caller) => {
  const form = await formParameters(request);
  if (!form.ok) return problemPage('badRequest', 400, request, caller);
  const query = new URLSearchParams(new URL(request.url).searchParams);
  for (const [name, values] of form.value) for (const value of values) query.append(name, value);
  return query.size > 0 && query.toString().length <= LONGEST_QUERY
    ? seeOther(`/continue?${query}`)
    : problemPage('badRequest', 400, request, caller);
};
