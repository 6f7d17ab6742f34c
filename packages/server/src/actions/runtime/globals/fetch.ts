/** `fetch`, with Request and Response. The host does the call, where and as far as it is allowed. */

import { AbortSignal } from './abort.ts';
import type { Content } from './body.ts';
import { Body, contentIn, contentOf, Kept } from './body.ts';
import { askText, unsupported } from './bridge.ts';
import { Headers } from './headers.ts';
import { asText } from './plain.ts';
import { askLater } from './questions.ts';
import { URL } from './url.ts';

interface Init {
  readonly method?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly redirect?: unknown;
  readonly signal?: unknown;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const methodOf = (method: unknown): string => {
  const name = String(method).toUpperCase();
  return METHODS.includes(name) ? name : unsupported(`The method of a request can be ${METHODS.join(', ')}`);
};

export class Request extends Body {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly redirect: string;
  readonly signal: AbortSignal;

  constructor(input: unknown, init: Init = {}) {
    const from = input instanceof Request ? input : undefined;
    const { content, type } = init.body === undefined && from ? { content: contentIn(from) } : contentOf(init.body);
    super(content);
    this.url = from?.url ?? new URL(input).href;
    this.method = methodOf(init.method ?? from?.method ?? 'GET');
    this.headers = new Headers(init.headers ?? from?.headers);
    this.redirect = asText(init.redirect ?? from?.redirect ?? 'follow');
    this.signal = init.signal instanceof AbortSignal ? init.signal : (from?.signal ?? new AbortSignal());
    if (content !== undefined && (this.method === 'GET' || this.method === 'HEAD')) {
      throw new TypeError(`A request with the method ${this.method} cannot have a body`);
    }
    if (type !== undefined && !this.headers.has('content-type')) this.headers.set('content-type', type);
  }

  clone(): Request {
    return new Request(this);
  }
}

const statusOf = (status: unknown): number => {
  const number = Number(status ?? 200);
  if (!Number.isInteger(number) || number < 200 || number > 599) throw new RangeError('There is no such status');
  return number;
};

/** What only an answer of the host can say of itself. */
interface Came {
  readonly url: string;
  readonly redirected: boolean;
}

export class Response extends Body {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly type = 'basic';
  url = '';
  redirected = false;

  constructor(body?: unknown, init: { status?: unknown; statusText?: unknown; headers?: unknown } = {}) {
    const { content, type } = contentOf(body);
    super(content);
    this.status = statusOf(init.status);
    this.statusText = asText(init.statusText ?? '');
    this.headers = new Headers(init.headers);
    if (type !== undefined && !this.headers.has('content-type')) this.headers.set('content-type', type);
  }

  static json(value: unknown, init: { status?: unknown; headers?: unknown } = {}): Response {
    const headers = new Headers(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new Response(JSON.stringify(value), { ...init, headers });
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  clone(): Response {
    if (this.bodyUsed) throw new TypeError('Body is unusable: it has already been read');
    return responseWith(contentIn(this), this, this);
  }
}

const responseWith = (content: Content, head: object, { url, redirected }: Came): Response => {
  const response = new Response(new Kept(content), head);
  response.url = url;
  response.redirected = redirected;
  return response;
};

interface Answer {
  readonly error?: { readonly message: string };
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly url: string;
  readonly redirected: boolean;
  readonly text?: string;
  readonly base64?: string;
}

const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null;

const contentOfAnswer = ({ text, base64 }: Answer): Content => {
  if (text !== undefined) return { text };
  return base64 === undefined ? undefined : { bytes: askText('bytes.from', base64, 'base64') };
};

const questionOf = (request: Request): unknown => {
  const content = contentIn(request);
  const text = content !== undefined && 'text' in content ? content.text : undefined;
  const base64 = content !== undefined && 'bytes' in content ? askText('bytes.to', content.bytes, 'base64') : undefined;
  const { url, method, redirect } = request;
  return { ask: 'fetch', request: { url, method, headers: [...request.headers], redirect, text, base64 } };
};

export const fetch = async (input: unknown, init?: Init): Promise<Response> => {
  const request = new Request(input, init);
  const { signal } = request;
  signal.throwIfAborted();
  const { answer, abandon } = askLater(questionOf(request));
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    abandon();
    reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort);
  const given = await Promise.race([answer, aborted]);
  signal.removeEventListener('abort', onAbort);
  if (!isAnswer(given)) throw new TypeError('fetch failed');
  if (given.error) throw new TypeError(`fetch failed: ${given.error.message}`);
  return responseWith(contentOfAnswer(given), given, given);
};
