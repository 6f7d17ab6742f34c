/**
 * A person in front of a browser without scripts: keeps cookies, follows redirects as long as they stay at the
 * authorization server, and fills in forms by what the page says.
 */
import type { Person } from './people.ts';

/** A page, or the redirect that leads away. */
export interface Page {
  readonly status: number;
  readonly url: URL;
  readonly html: string;
  readonly response: Response;
}

/** Where an authorization ended, and over which pages. */
export interface Journey {
  /** The page that ended it: at the client, or one that nobody could answer. */
  readonly end: Page;
  /** The paths of the pages that were answered, in order. */
  readonly pages: readonly string[];
}

const MOST_PAGES = 8;
const MOST_REDIRECTS = 12;

export class UserAgent {
  /** What the browser keeps for the server; whoever has it is that browser. */
  readonly cookies = new Map<string, string>();
  readonly #home: string;
  readonly #fetch: typeof fetch;

  /**
   * @param issuer the server whose cookies are kept and whose redirects are followed
   * @param fetcher how requests get there, when not as usual
   */
  constructor(issuer: string, fetcher: typeof fetch = fetch) {
    this.#home = new URL(issuer).origin;
    this.#fetch = fetcher;
  }

  /** One request with the cookies; nothing is followed. */
  async send(url: URL | string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0) headers.set('cookie', [...this.cookies].map((pair) => pair.join('=')).join('; '));
    const response = await this.#fetch(new URL(url, this.#home), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined || value === undefined) return;
    if (/; max-age=0(;|$)/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  /** Opens a page and follows redirects until there is something to read, or the way leads elsewhere. */
  async open(start: URL | string, init: RequestInit = {}): Promise<Page> {
    let url = new URL(start, this.#home);
    let response = await this.send(url, init);
    for (let hops = 0; hops < MOST_REDIRECTS && response.status === 303; hops += 1) {
      url = new URL(response.headers.get('location') ?? '', url);
      if (url.origin !== this.#home) return { status: 303, url, html: '', response };
      await response.body?.cancel();
      response = await this.send(url);
    }
    return { status: response.status, url, html: await response.text(), response };
  }

  /** Sends the form of a page, with what it holds already and what was typed. */
  async submit(page: Page, typed: Readonly<Record<string, string>>): Promise<Page> {
    const body = new URLSearchParams({ ...hiddenFields(page), ...typed });
    return this.open(new URL(formAction(page), page.url), { method: 'POST', body });
  }

  /** Opens an authorization request and answers each page as that person would, until the way leads to the client. */
  async authorize(url: URL | string, person: Person): Promise<Journey> {
    const { username, password } = person;
    const pages: string[] = [];
    let page = await this.open(url);
    while (page.status === 200 && pages.length < MOST_PAGES) {
      const fields = fieldNames(page);
      pages.push(page.url.pathname);
      if (fields.includes('username')) page = await this.submit(page, { username, password });
      else if (fields.includes('password')) page = await this.submit(page, { password });
      else if (fields.includes('code')) page = await this.submit(page, { code: person.code() });
      else if (page.html.includes('name="allow"')) page = await this.submit(page, { allow: '1' });
      else return { end: page, pages: pages.slice(0, -1) };
    }
    return { end: page, pages };
  }
}

const plain = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const attribute = (tag: string, name: string): string => plain(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');

const tags = ({ html }: Page, name: string): readonly string[] =>
  [...html.matchAll(new RegExp(`<${name}\\b[^>]*>`, 'g'))].map(([tag]) => tag);

/** Where the form of a page is sent to. */
export const formAction = (page: Page): string => attribute(tags(page, 'form')[0] ?? '', 'action');

/** What the form of a page holds without anybody typing. */
export const hiddenFields = (page: Page): Readonly<Record<string, string>> =>
  Object.fromEntries(
    tags(page, 'input')
      .filter((tag) => attribute(tag, 'type') === 'hidden')
      .map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')]),
  );

const fieldNames = (page: Page): readonly string[] => tags(page, 'input').map((tag) => attribute(tag, 'name'));
