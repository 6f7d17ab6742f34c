import type { StepUpAllowance } from './authorization/request.ts';
import type { Call, StepUpInit } from './call.ts';
import { flightKey, readCall } from './call.ts';
import type { StepUp } from './challenge.ts';
import { readChallenge } from './challenge.ts';
import type { Elevate, Elevation } from './elevation.ts';
import { createElevation } from './elevation.ts';
import { StepUpError } from './error.ts';
import { createInFlight } from './in-flight.ts';
import type { StepUpLimits } from './limits.ts';
import { defaultLimits } from './limits.ts';
import type { PendingCall } from './pending-call.ts';
import { bodyOf, describeCall } from './pending-call.ts';
import type { Resource } from './resource.ts';
import { resourceAt } from './resource.ts';
import { createStepUpBudget } from './step-up-budget.ts';
import type { ElevatedToken, KeyValueStorage, TokenStore } from './token-store.ts';
import { currentInstant, memoryStorage } from './token-store.ts';

export interface StepUpFetchOptions {
  /** Base URL of the API. Tokens are sent beneath it and nowhere else; relative URLs are resolved against it. */
  readonly resource: string;
  /** The audience of its tokens; the resource as written unless given. */
  readonly audience?: string;
  readonly tokens: TokenStore;
  /** The everyday token, refreshed if need be. Rejects when the user has to log in. */
  readonly everydayToken: () => Promise<string>;
  readonly elevate: Elevate;
  /** The everyday scopes: an API may name them in a challenge without further declaration. */
  readonly everydayScope?: readonly string[];
  readonly allowed: StepUpAllowance;
  readonly limits?: Partial<StepUpLimits>;
  /**
   * Where step-ups are counted; memory unless given. A server-side app that makes a fetch for every request gives the
   * user's session, or every request would begin with a full budget.
   */
  readonly budgetStorage?: KeyValueStorage;
  readonly fetch?: typeof globalThis.fetch;
  /** The current instant in whole seconds since the epoch. */
  readonly now?: () => number;
}

/** A `fetch` for one API and one user. */
export interface StepUpFetch {
  (input: string | URL | Request, init?: StepUpInit): Promise<Response>;
  /** Sends a call that waited for its user, once, with the token the step-up earned. */
  resume(call: PendingCall, token?: ElevatedToken): Promise<Response>;
  /** Steps up now, without a call; from a click, after a `popup_blocked`. The next call with these `needs` uses it. */
  elevate(stepUp: StepUp): Promise<void>;
}

interface Api {
  readonly audience: string;
  readonly resource: Resource;
  readonly limits: StepUpLimits;
  readonly tokens: TokenStore;
  readonly everydayToken: () => Promise<string>;
  readonly elevation: Elevation;
  readonly fetch: (request: Request) => Promise<Response>;
}

/** Pending calls whose ids are remembered as sent. A browser page or a session meets far fewer. */
const resumedCapacity = 256;

/**
 * A `fetch` that answers step-up challenges.
 *
 * It sends the call with the everyday token. When the API refuses it with a challenge (RFC 9470, RFC 6750) the user is
 * taken through `elevate`, and the same call, byte for byte, is sent once more with the new token. A second challenge
 * is raised as `still_challenged`. Nothing else is ever sent twice: not after an error of the network, not after any
 * other answer, for such a call may have been executed.
 *
 * @throws {TypeError} when `resource` is not an https URL (http is allowed on the loopback interface)
 */
export function createStepUpFetch(options: StepUpFetchOptions): StepUpFetch {
  const api = apiOf(options);
  const inFlight = createInFlight();
  const resumed = new Set<string>();

  const stepUpFetch = async (input: string | URL | Request, init: StepUpInit = {}): Promise<Response> => {
    const call = await readCall(input, init, api.resource, api.limits);
    return inFlight.run(await flightKey(call), () => perform(api, call));
  };

  const resume = async (pending: PendingCall, given?: ElevatedToken): Promise<Response> => {
    const call = pendingAgain(api, pending);
    if (resumed.has(pending.id)) throw new StepUpError('already_sent', 'This call has been resumed before');
    const token = given ?? api.tokens.takeElevated({ ...pending.stepUp, audience: api.audience });
    if (token === undefined || token.audience !== api.audience) {
      throw new StepUpError('elevation_insufficient', 'There is no token for this call', { stepUp: pending.stepUp });
    }
    resumed.add(pending.id);
    const [oldest] = resumed;
    if (resumed.size > resumedCapacity && oldest !== undefined) resumed.delete(oldest);
    return sendElevated(api, call, token);
  };

  const elevate = async (stepUp: StepUp): Promise<void> => {
    api.tokens.saveElevated(await api.elevation.obtain(stepUp, () => undefined));
  };

  return Object.assign(stepUpFetch, { resume, elevate });
}

function apiOf(options: StepUpFetchOptions): Api {
  const { tokens, elevate, allowed, everydayToken, everydayScope = [], now = currentInstant } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const audience = options.audience ?? options.resource;
  const storage = options.budgetStorage ?? memoryStorage();
  const budget = createStepUpBudget(limits.stepUpsPerMinute, storage, `stile:${audience}:step-ups`, now);
  return {
    audience,
    resource: resourceAt(options.resource),
    limits,
    tokens,
    everydayToken,
    elevation: createElevation({ tokens, audience, elevate, budget, everydayScope, allowed }),
    fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
  };
}

async function perform(api: Api, call: Call): Promise<Response> {
  const { needs } = call;
  const held = needs && api.tokens.takeElevated({ ...needs, audience: api.audience });
  if (needs !== undefined && held === undefined) return sendElevated(api, call, await obtain(api, call, needs));

  const response = await send(api, call, held?.accessToken ?? (await api.everydayToken()));
  // Revoked, used up or aged: whatever the API's reason, this token is not offered to it again.
  if (held !== undefined && response.status === 401) api.tokens.discard(held);
  const reading = readChallenge(response, api.limits);
  if (reading.kind === 'none') return response;
  if (held !== undefined) api.tokens.discard(held);
  if (reading.kind === 'refused') {
    // To answer it would let the API dictate beyond the limits.
    throw new StepUpError('challenge_refused', `The API's challenge is refused: ${reading.why}`, { response });
  }
  const { stepUp } = reading;
  if (call.repeat === 'never') {
    throw new StepUpError('not_repeated', 'The call was challenged and is not to be repeated', { stepUp, response });
  }
  await response.body?.cancel();
  return sendElevated(api, call, await obtain(api, call, stepUp));
}

function obtain(api: Api, call: Call, stepUp: StepUp): Promise<ElevatedToken> {
  return api.elevation.obtain(stepUp, () => describeCall(call.template, call.body, stepUp));
}

/** The last sending of a call: a challenge to it is an error, never a reason to go round again. */
async function sendElevated(api: Api, call: Call, token: ElevatedToken): Promise<Response> {
  const response = await send(api, call, token.accessToken);
  if (response.status === 401) api.tokens.discard(token);
  const reading = readChallenge(response, api.limits);
  if (reading.kind === 'none') return response;
  api.tokens.discard(token);
  const stepUp = reading.kind === 'step-up' ? { stepUp: reading.stepUp } : {};
  throw new StepUpError('still_challenged', 'The API challenges the new token as well', { response, ...stepUp });
}

function send(api: Api, call: Call, accessToken: string): Promise<Response> {
  const headers = new Headers(call.template.headers);
  headers.set('authorization', `Bearer ${accessToken}`);
  // A redirect is an error: it could carry the call, or the token, to where the application never meant it to go.
  const init: RequestInit = { headers, redirect: 'error' };
  if (call.body !== undefined) init.body = call.body;
  return api.fetch(new Request(call.template, init));
}

function pendingAgain(api: Api, pending: PendingCall): Call {
  const template = new Request(api.resource.locate(pending.url), {
    method: pending.method,
    credentials: pending.credentials,
    headers: pending.headers.map(([name, value]): [string, string] => [name, value]),
  });
  return { template, body: bodyOf(pending), needs: pending.stepUp, repeat: 'never' };
}
