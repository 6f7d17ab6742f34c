import type { JsonObject, OAuthError, Parameters, Result } from '@stile/core';
import { oauthError, ok, parseJsonObject, refused } from '@stile/core';

/** More than any legitimate request of ours. */
const MAX_BODY_BYTES = 65_536;

const asParameters = (pairs: Iterable<readonly [string, string]>): Parameters => {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const values = parameters.get(name);
    if (values) values.push(value);
    else parameters.set(name, [value]);
  }
  return parameters;
};

/** The parameters of the query. */
export const queryParameters = (request: Request): Parameters => asParameters(new URL(request.url).searchParams);

const malformed = (reason: string, description: string): Result<never, OAuthError> =>
  refused(oauthError('invalid_request', reason, description));

const mediaType = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** The bodies that were read, as long as their requests are under way: so that a failure can be told without quoting one. */
const bodies = new WeakMap<Request, string>();

/** The text of the body, if it was read. */
export const bodyRead = (request: Request): string => bodies.get(request) ?? '';

const boundedText = async (request: Request): Promise<string | undefined> => {
  const text = await readBounded(request);
  if (text !== undefined) bodies.set(request, text);
  return text;
};

/** The body's text if it is not too large: read piece by piece, and given up as soon as it is. */
const readBounded = async (request: Request): Promise<string | undefined> => {
  if (Number(request.headers.get('content-length') ?? '0') > MAX_BODY_BYTES) return undefined;
  if (!request.headers.has('transfer-encoding')) return request.text();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body ?? []) {
    size += piece.byteLength;
    if (size > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
};

/** Whether the body says that it is a form. */
export const isForm = (request: Request): boolean => mediaType(request) === 'application/x-www-form-urlencoded';

/** The body's text. That it breaks off, because the caller hung up or its chunks are none, is the caller's fault and no failure. */
const bodyText = async (request: Request): Promise<Result<string, OAuthError>> => {
  try {
    const text = await boundedText(request);
    return text === undefined ? malformed('body_too_large', 'The request is too large') : ok(text);
  } catch {
    return malformed('body_broken_off', 'The request breaks off');
  }
};

/** The parameters of a form body (`application/x-www-form-urlencoded`). */
export const formParameters = async (request: Request): Promise<Result<Parameters, OAuthError>> => {
  if (!isForm(request)) {
    return malformed('content_type', 'The content type must be application/x-www-form-urlencoded');
  }
  const text = await bodyText(request);
  return text.ok ? ok(asParameters(new URLSearchParams(text.value))) : text;
};

/** The parameters of a form, or of a flat JSON object as Auth0's SDKs send it. */
export const formOrJsonParameters = async (request: Request): Promise<Result<Parameters, OAuthError>> => {
  if (mediaType(request) !== 'application/json') return formParameters(request);
  const text = await bodyText(request);
  if (!text.ok) return text;
  const value = parseJsonObject(text.value);
  if (!value) return malformed('json_malformed', 'The body is not a JSON object');
  const pairs: [string, string][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string') return malformed('json_member', 'Every member of the JSON object must be a string');
    pairs.push([name, member]);
  }
  return ok(asParameters(pairs));
};

/** A JSON object, whatever its members are: for whom every member that it knows is checked, and nothing else read. */
export const jsonBody = async (request: Request): Promise<Result<JsonObject, OAuthError>> => {
  if (mediaType(request) !== 'application/json') {
    return malformed('content_type', 'The content type must be application/json');
  }
  const text = await bodyText(request);
  if (!text.ok) return text;
  const value = parseJsonObject(text.value);
  return value ? ok(value) : malformed('json_malformed', 'The body is not a JSON object');
};
