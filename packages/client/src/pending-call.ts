import { isJsonObject } from '@stile/core';
import { fromBase64url, randomString, toBase64url } from './base64url.ts';
import type { StepUp } from './challenge.ts';
import { isSeconds, isStringList } from './json.ts';

/**
 * A call that waits for its user, in JSON: enough to send the very same call again, and nothing of the token it was
 * first sent with.
 */
export interface PendingCall {
  /** Names this call, so that it is sent once. */
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** The exact bytes of the body in base64url; `undefined` for a call without one. */
  readonly body?: string;
  readonly credentials: RequestCredentials;
  /** What the call needs. */
  readonly stepUp: StepUp;
}

// Credentials are the business of whoever sends the call, at the moment of sending.
const neverKept = new Set(['authorization', 'cookie', 'dpop', 'proxy-authorization']);

/** Describes a request that has not been sent yet, or whose body was not read. */
export async function pendingCallOf(request: Request, stepUp: StepUp): Promise<PendingCall> {
  const body = hasBody(request.method) ? new Uint8Array(await request.arrayBuffer()) : undefined;
  return describeCall(request, body, stepUp);
}

/** Whether requests of this method may have a body (Fetch, section 5.4). */
export function hasBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** Describes a request whose body is already in memory. */
export function describeCall(request: Request, body: Uint8Array | undefined, stepUp: StepUp): PendingCall {
  return {
    id: randomString(),
    method: request.method,
    url: request.url,
    headers: [...request.headers].filter(([name]) => !neverKept.has(name)),
    ...(body === undefined ? {} : { body: toBase64url(body) }),
    credentials: request.credentials,
    stepUp,
  };
}

/** The body of a pending call, byte for byte. */
export function bodyOf(call: PendingCall): Uint8Array<ArrayBuffer> | undefined {
  return call.body === undefined ? undefined : fromBase64url(call.body);
}

/** Reads a pending call that was kept as JSON, or `undefined` when the value is not one. */
export function parsePendingCall(value: unknown): PendingCall | undefined {
  if (!isJsonObject(value)) return undefined;
  const { id, method, url, headers, body, credentials } = value;
  const stepUp = parseStepUp(value.stepUp);
  if (typeof id !== 'string' || typeof method !== 'string' || typeof url !== 'string') return undefined;
  if (stepUp === undefined || !isCredentials(credentials) || !isHeaderList(headers)) return undefined;
  if (body === undefined) return { id, method, url, headers, credentials, stepUp };
  if (typeof body !== 'string' || fromBase64url(body) === undefined) return undefined;
  return { id, method, url, headers, body, credentials, stepUp };
}

/** Reads a step-up that was kept as JSON, or `undefined` when the value is not one. */
function parseStepUp(value: unknown): StepUp | undefined {
  if (!isJsonObject(value)) return undefined;
  const { acrValues, maxAgeSeconds, scope } = value;
  if (acrValues !== undefined && !isStringList(acrValues)) return undefined;
  if (scope !== undefined && !isStringList(scope)) return undefined;
  if (maxAgeSeconds !== undefined && !isSeconds(maxAgeSeconds)) return undefined;
  return {
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(scope === undefined ? {} : { scope }),
  };
}

function isCredentials(value: unknown): value is RequestCredentials {
  return value === 'omit' || value === 'same-origin' || value === 'include';
}

function isHeaderList(value: unknown): value is readonly (readonly [string, string])[] {
  return Array.isArray(value) && value.every((item) => isStringList(item) && item.length === 2);
}
