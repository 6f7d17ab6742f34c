/** `fetch` for Actions: where it may go, redirects, and what is said when it fails. */
import type { Json, JsonObject } from '../../call.ts';
import type { AllowList } from './allow-list.ts';
import { parseAllowList } from './allow-list.ts';
import type { ConnectionSettings, Exchange, Resolve } from './connection.ts';
import { exchange, systemResolve } from './connection.ts';
import type { FetchRequest } from './fetch-request.ts';
import { NotAllowed, parseAddress, parseFetchRequest } from './fetch-request.ts';

export interface EgressSettings {
  readonly allow: readonly string[];
  /** Of those, the ones that are in the own network. */
  readonly allowPrivate?: readonly string[];
  readonly responseBytes: number;
  readonly resolve?: Resolve;
  readonly ca?: string;
}

export interface Egress {
  /** Never rejects: what goes wrong is an answer as well, and says nothing of addresses. */
  fetch(request: JsonObject, signal: AbortSignal): Promise<Json>;
}

const MOST_REDIRECTS = 3;
const REDIRECTIONS = [301, 302, 303, 307, 308];

const NOT_ABROAD = ['authorization', 'cookie'];
const OF_BODIES = ['content-encoding', 'content-language', 'content-location', 'content-type'];

/** The request that a redirect leads to (Fetch standard, HTTP-redirect fetch). */
const redirected = (request: FetchRequest, status: number, location: string): FetchRequest => {
  const url = parseAddress(location, request.url);
  const becomesGet =
    (status === 303 && request.method !== 'HEAD') || ((status === 301 || status === 302) && request.method === 'POST');
  const dropped = [...(url.origin === request.url.origin ? [] : NOT_ABROAD), ...(becomesGet ? OF_BODIES : [])];
  return {
    ...request,
    url,
    headers: request.headers.filter(([name]) => !dropped.includes(name)),
    ...(becomesGet && { method: 'GET', body: undefined }),
  };
};

const headerIn = ({ headers }: Exchange, name: string): string | undefined =>
  headers.find(([one]) => one === name)?.[1];

/** What the Action gets: text where it is text, so that it can be read where it is kept. */
const answerOf = ({ status, statusText, headers, body }: Exchange, url: URL, isRedirected: boolean): Json => {
  const text = body.toString('utf8');
  const isText = Buffer.from(text).equals(body);
  const kept = headers.filter(([name]) => name !== 'set-cookie');
  const content = isText ? { text } : { base64: body.toString('base64') };
  return { status, statusText, headers: kept, url: url.href, redirected: isRedirected, ...content };
};

const follow = async (
  first: FetchRequest,
  isAllowed: AllowList,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<Json> => {
  let request = first;
  for (let hops = 0; ; hops += 1) {
    if (!isAllowed(request.url)) throw new NotAllowed(`${request.url.host} is not among the hosts that are allowed`);
    const found = await exchange(request, settings, signal);
    const location = headerIn(found, 'location');
    const isRedirect = REDIRECTIONS.includes(found.status) && location !== undefined;
    if (!isRedirect || request.redirect === 'manual') return answerOf(found, request.url, hops > 0);
    if (request.redirect === 'error') throw new NotAllowed('the host redirects');
    if (hops === MOST_REDIRECTS) throw new NotAllowed(`there are more than ${MOST_REDIRECTS} redirects`);
    request = redirected(request, found.status, location);
  }
};

const messageFor = (error: unknown): string => {
  if (error instanceof NotAllowed) return error.message;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const isTls = typeof code === 'string' && /CERT|TLS|SSL|SELF_SIGNED|ALTNAME|LEAF/.test(code);
  return isTls ? 'the certificate of the host is not trusted' : 'the host could not be reached';
};

/** @throws Error for hosts that are written wrong */
export const createEgress = (settings: EgressSettings): Egress => {
  const isAllowed = parseAllowList(settings.allow);
  const { responseBytes, resolve = systemResolve, ca } = settings;
  const connection = { responseBytes, resolve, ca, mayBePrivate: parseAllowList(settings.allowPrivate ?? []) };
  return {
    fetch: async (request, signal) => {
      try {
        return await follow(parseFetchRequest(request), isAllowed, connection, signal);
      } catch (error) {
        return { error: { message: messageFor(error) } };
      }
    },
  };
};
