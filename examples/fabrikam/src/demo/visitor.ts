/** A person with a very small browser: it keeps cookies, follows redirects, reads forms, and tells what it does. */
import type { Detail, Narrator } from './narrator.ts';

/** Where the browser has come to: a page, or a redirect that leaves the authorization server. */
export interface Place {
  /** The address of the page; of a redirect, where it leads. */
  readonly url: URL;
  readonly html: string;
  /** The last request to the authorization endpoint: under this name its decision is on record. */
  readonly decidedBy: string;
}

/** Parameters of an authorization request that are worth reading. */
const telling = ['scope', 'acr_values', 'max_age', 'prompt'];
/** Fields of forms that nobody may read over the person's shoulder. */
const secret = new Set(['password', 'code', 'csrf', 'ticket', 'id_token_hint']);
const mostHops = 10;

export class Visitor {
  readonly #cookies = new Map<string, string>();
  readonly #issuer: URL;
  readonly #narrator: Narrator;

  constructor(issuer: string, narrator: Narrator) {
    this.#issuer = new URL(issuer);
    this.#narrator = narrator;
  }

  /** Opens an address of the authorization server and goes where it leads. */
  async open(url: URL): Promise<Place> {
    const details = telling.flatMap((name): Detail[] => {
      const value = url.searchParams.get(name);
      return value === null ? [] : [[name, value]];
    });
    return this.#go(url, { method: 'GET' }, details);
  }

  /** Fills in the form of a page and sends it. */
  async answer({ html, url }: Place, fields: Readonly<Record<string, string>>): Promise<Place> {
    const action = unescaped(/<form[^>]*\saction="([^"]*)"/.exec(html)?.[1] ?? '');
    const all = { ...hiddenFields(html), ...fields };
    const details = Object.entries(fields).map(
      ([name, value]): Detail => [name, secret.has(name) ? '(hidden)' : value],
    );
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#go(
      new URL(action, url),
      { method: 'POST', headers, body: new URLSearchParams(all).toString() },
      details,
    );
  }

  async #go(start: URL, init: RequestInit, sent: readonly Detail[]): Promise<Place> {
    let url = start;
    let decidedBy = '';
    let response = await this.#send(url, init, sent);
    for (let hops = 0; hops < mostHops; hops += 1) {
      if (url.pathname === '/authorize') decidedBy = response.headers.get('x-request-id') ?? '';
      const location = response.headers.get('location');
      if (location === null) return { url, html: await response.text(), decidedBy };
      url = new URL(location, url);
      if (url.origin !== this.#issuer.origin) return { url, html: '', decidedBy };
      response = await this.#send(url, { method: 'GET' }, []);
    }
    throw new Error('The redirects do not end.');
  }

  async #send(url: URL, init: RequestInit, sent: readonly Detail[]): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(init.headers);
    headers.set('accept-language', 'en');
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    this.#narrator.request(init.method ?? 'GET', pathOf(url), await outcomeOf(response, url), sent);
    return response;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split('=');
    if (attributes.includes('Max-Age=0')) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

const pathOf = (url: URL): string =>
  url.searchParams.has('interaction') ? `${url.pathname} (the same request)` : url.pathname;

const outcomeOf = async (response: Response, url: URL): Promise<string> => {
  const location = response.headers.get('location');
  if (location === null) return `${response.status} “${headingOf(await response.clone().text())}”`;
  const target = new URL(location, url);
  if (target.origin === url.origin) return `${response.status} → ${target.pathname}`;
  const answer = target.searchParams.get('error') ?? (target.searchParams.has('code') ? 'a code' : 'no code');
  return `${response.status} → the application, with ${answer}`;
};

/** The question of a page. */
export const headingOf = (html: string): string => unescaped(/<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1] ?? '').trim();

/** The sentence under it: the reason. */
export const leadOf = (html: string): string => unescaped(/<p class="lead">(.*?)<\/p>/s.exec(html)?.[1] ?? '').trim();

/** What a page says went wrong. */
export const errorOf = (html: string): string =>
  unescaped((/<p class="error"[^>]*>(.*?)<\/p>/s.exec(html)?.[1] ?? '').replaceAll(/<[^>]+>/g, '')).trim();

const hiddenFields = (html: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
      unescaped(/\sname="([^"]*)"/.exec(tag)?.[1] ?? ''),
      unescaped(/\svalue="([^"]*)"/.exec(tag)?.[1] ?? ''),
    ]),
  );

const unescaped = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
