/** A browser in small: keeps cookies, follows redirects of the server's own, fills in forms by what the page says. */
import { instant } from '@stile/core';
import { decodeBase32 } from '../factors/base32.ts';
import { totpCode } from '../factors/totp.ts';
import { ROBIN, ROBIN_TOTP_SECRET } from './test-config.ts';
import type { TestServer } from './test-server.ts';

/** A page, or the redirect that leaves the server. */
export interface Stop {
  readonly status: number;
  /** Path and query of the page; for a redirect to a client, the whole address. */
  readonly url: string;
  readonly html: string;
  readonly response: Response;
}

export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly #server: TestServer;
  readonly #address: string;

  constructor(server: TestServer, address = '192.0.2.10') {
    this.#server = server;
    this.#address = address;
  }

  /** One request with this browser's cookies; nothing is followed. */
  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0)
      headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await this.#server.send(path, { ...init, headers }, this.#address);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split('=');
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  /** Goes to a page, following redirects within the server, until there is a page or the way leads out. */
  async go(path: string, init: RequestInit = {}): Promise<Stop> {
    let [url, response] = [path, await this.send(path, init)];
    for (let hops = 0; hops < 12 && response.status === 303; hops += 1) {
      url = response.headers.get('location') ?? '';
      if (!url.startsWith('/')) return { status: 303, url, html: '', response };
      response = await this.send(url);
    }
    return { status: response.status, url, html: await response.text(), response };
  }

  /** Answers the form of a page; hidden fields go along. */
  async submit(page: Stop, fields: Readonly<Record<string, string>>): Promise<Stop> {
    return this.go(formAction(page), formPost({ ...hiddenFields(page), ...fields }));
  }

  /** Signs in on the login page. */
  async signIn(page: Stop, user: { readonly username: string; readonly password: string } = ROBIN): Promise<Stop> {
    return this.submit(page, { username: user.username, password: user.password });
  }

  /** Answers the code page with Robin's current code. */
  async giveCode(page: Stop): Promise<Stop> {
    return this.submit(page, { code: currentCode(this.#server) });
  }
}

export const formPost = (
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
});

export const unescaped = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

export const formAction = ({ html }: Stop): string => unescaped(/<form[^>]*\saction="([^"]*)"/.exec(html)?.[1] ?? '');

/** The hidden fields of a page's form. */
export const hiddenFields = ({ html }: Stop): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
      unescaped(/\sname="([^"]*)"/.exec(tag)?.[1] ?? ''),
      unescaped(/\svalue="([^"]*)"/.exec(tag)?.[1] ?? ''),
    ]),
  );

/** The code that Robin's authenticator app shows. */
export const currentCode = ({ deps }: TestServer, secret = ROBIN_TOTP_SECRET): string =>
  totpCode(decodeBase32(secret) ?? new Uint8Array(), Math.floor(instant(deps.now()) / 30));
