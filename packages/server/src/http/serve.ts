/** What holds for every route: preflights, wrong methods, unknown paths, failures, headers, and one line in the log. */
import { errorOf, problemPage } from '../authorization/respond.ts';
import type { Caller, Deps } from '../deps.ts';
import { RequestFailure } from '../log/error.ts';
import { corsHeaders, preflight } from './cors.ts';
import { errorJson } from './responses.ts';

interface RouteFacts {
  readonly method: string;
  readonly path: string;
  readonly cors: 'nobody' | 'applications' | 'anyone';
}

type Dispatch = (request: Request, caller: Caller) => Promise<Response>;

/** On everything that leaves the server, unless the answer says otherwise. */
const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'cross-origin-resource-policy': 'same-origin',
};

const HSTS = 'max-age=31536000';

/** Whether a path is one that machines call: their errors are JSON, people's are pages. */
const isForMachines = (path: string): boolean =>
  /^\/(me|oauth|push|userinfo|\.well-known|healthz|readyz)(\/|$)/.test(path);

export const serve = (
  table: readonly (readonly ['GET' | 'POST' | 'PATCH' | 'DELETE', string, unknown, RouteFacts['cors']])[],
  dispatch: Dispatch,
  deps: Deps,
): Dispatch => {
  const routes = table.map(([method, path, , cors]) => ({ method, path, cors }));
  return async (request, caller) => {
    const started = process.hrtime.bigint();
    const path = new URL(request.url).pathname;
    const matching = routes.filter((route) => matches(route.path, path));
    const route = matching[0]?.path ?? 'unknown';
    const response = await answer(request, path, matching, dispatch, deps, caller);
    withHeaders(response, request, matching[0]?.cors ?? 'nobody', deps);
    response.headers.set('x-request-id', caller.requestId);
    const milliseconds = Number((process.hrtime.bigint() - started) / 1000n) / 1000;
    deps.metrics.answered(route, request.method, response.status, milliseconds / 1000);
    // The pattern of the route alone: queries hold codes and hints, and a path may hold anything.
    const logged = { requestId: caller.requestId, method: request.method, path: route };
    deps.log.info({ ...logged, status: response.status, milliseconds }, 'request');
    return response;
  };
};

/** Whether a path is one of a route: `/*` stands for whatever follows, `:id` for one part of it. */
const matches = (pattern: string, path: string): boolean => {
  if (pattern.endsWith('/*')) return path.startsWith(pattern.slice(0, -1));
  if (!pattern.includes('/:')) return pattern === path;
  const [wanted, found] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === found.length &&
    wanted.every((part, i) => (part.startsWith(':') ? found[i] !== '' : part === found[i]))
  );
};

const answer = async (
  request: Request,
  path: string,
  matching: readonly RouteFacts[],
  dispatch: Dispatch,
  deps: Deps,
  caller: Caller,
): Promise<Response> => {
  const [first] = matching;
  if (!first) {
    return isForMachines(path) ? new Response(null, { status: 404 }) : problemPage('notFound', 404, request, caller);
  }
  const methods = [...new Set(matching.map(({ method }) => method))];
  if (request.method === 'OPTIONS' && first.cors !== 'nobody')
    return preflight(request, deps.config, first.cors, methods.join(', '));
  const isHead = request.method === 'HEAD' && methods.includes('GET');
  if (!isHead && !methods.includes(request.method)) {
    return new Response(null, { status: 405, headers: { allow: methods.join(', ') } });
  }
  try {
    return await dispatch(request, caller);
  } catch (error) {
    // Whatever broke, the answer is no, and the number on it finds the reason in the log.
    deps.log.error({ requestId: caller.requestId, err: new RequestFailure(error, request) }, 'request failed');
    const failure = errorOf(error);
    const isTemporary = failure.code === 'temporarily_unavailable';
    const status = isTemporary ? 503 : 500;
    const headers = isTemporary ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
    return isForMachines(path)
      ? errorJson(failure, status, headers)
      : problemPage('serverError', status, request, caller, { headers });
  }
};

/** What keeps the store from its work (RFC 9110, section 15.6.4) is mostly over in a moment, or lasts for an hour. */
const RETRY_AFTER_SECONDS = '5';

const headersOfAll = ({ config }: Deps): Readonly<Record<string, string>> => ({
  ...HEADERS,
  ...(config.secure && { 'strict-transport-security': HSTS }),
});

/** The answer to a request that no handler sees: its host or its address is none (RFC 9112, section 3.2). */
export const refuseUnreadable = (deps: Deps, requestId: string): Response => {
  deps.log.info({ requestId, method: 'unknown', path: 'unknown', status: 400 }, 'request');
  deps.metrics.answered('unknown', 'unknown', 400, 0);
  return new Response(null, { status: 400, headers: { ...headersOfAll(deps), 'x-request-id': requestId } });
};

const withHeaders = (response: Response, request: Request, cors: RouteFacts['cors'], deps: Deps): void => {
  const more = cors === 'nobody' ? {} : corsHeaders(request, deps.config, cors);
  const all = { ...headersOfAll(deps), ...more };
  for (const [name, value] of Object.entries(all)) if (!response.headers.has(name)) response.headers.set(name, value);
  if (cors !== 'nobody') response.headers.set('cross-origin-resource-policy', 'cross-origin');
};
