/** What a person's browser does: it keeps cookies, follows redirects and sends forms. The time people take is left out. */
import { decodeBase32, totpCode } from '@stile/server';
import type { Answer } from '../load/connection.ts';
import { Connection, cookiesIn, get, headerOf, postForm } from '../load/connection.ts';
import { person, SCOPE, TRANSFER_SCOPE } from '../world.ts';
import type { Server } from './server.ts';
import { authorizationPath, codeIn, redeem } from './server.ts';
import type { Tokens } from './token-response.ts';

/** A server whose people can sign in, and whose clock can be turned. */
export interface PersonalServer extends Server {
  readonly people: number;
  /** By how many seconds its clock is ahead. */
  ahead(): number;
  advance(seconds: number): Promise<void>;
}

/** Every browser comes from an address of its own, as people do. */
export class Browser {
  static #made = 0;
  readonly #cookies = new Map<string, string>();
  readonly #host: string;
  readonly #address: string;

  constructor({ host }: Server) {
    Browser.#made += 1;
    const number = Browser.#made;
    this.#host = host;
    this.#address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async go(connection: Connection, path: string): Promise<Answer> {
    return this.#kept(await connection.send(get(this.#host, path, this.#headers())));
  }

  async post(connection: Connection, path: string, form: Readonly<Record<string, string>>): Promise<Answer> {
    return this.#kept(await connection.send(postForm(this.#host, path, form, this.#headers())));
  }

  #headers(): Readonly<Record<string, string>> {
    const from = { 'x-forwarded-for': this.#address };
    return this.#cookies.size === 0 ? from : { ...from, cookie: this.cookie };
  }

  #kept(answer: Answer): Answer {
    for (const [name, value] of cookiesIn(answer)) this.#cookies.set(name, value);
    return answer;
  }
}

/** The page that a redirect leads to. */
const next = (answer: Answer, path: string): string => {
  const location = headerOf(answer, 'location');
  if (location.startsWith(path)) return location;
  throw new Error(`${answer.status} ${location || answer.body.slice(0, 200)} instead of ${path}`);
};

const hidden = ({ body }: Answer, name: string): string =>
  new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(body)?.[1] ?? '';

/** Signs somebody in: five requests, from the application's redirect to its tokens. */
export const signIn = async (
  connection: Connection,
  server: Server,
  index: number,
): Promise<{ readonly browser: Browser; readonly tokens: Tokens }> => {
  const { username, password } = person(index);
  const browser = new Browser(server);
  const login = next(await browser.go(connection, authorizationPath(server, SCOPE)), '/login');
  const page = await browser.go(connection, login);
  const form = { csrf: hidden(page, 'csrf'), username, password };
  const home = next(await browser.post(connection, login, form), '/authorize');
  const code = codeIn(await browser.go(connection, home));
  return { browser, tokens: await redeem(connection, server, code) };
};

const TOTP_STEP_SECONDS = 30;

/** What the person's authenticator app shows by the clock of the server. */
const codeOf = (index: number, server: PersonalServer): string => {
  const secret = decodeBase32(person(index).totpSecret);
  if (!secret) throw new Error('The secret of the authenticator app is not one.');
  return totpCode(secret, Math.floor((Date.now() / 1000 + server.ahead()) / TOTP_STEP_SECONDS));
};

/** Steps somebody up who is signed in: five requests, from the application's redirect to its token for the transfer. */
export const stepUp = async (
  connection: Connection,
  server: PersonalServer,
  index: number,
  browser: Browser,
): Promise<Tokens> => {
  const challenge = next(await browser.go(connection, authorizationPath(server, TRANSFER_SCOPE)), '/challenge');
  const page = await browser.go(connection, challenge);
  const form = {
    csrf: hidden(page, 'csrf'),
    authenticator: hidden(page, 'authenticator'),
    code: codeOf(index, server),
  };
  const home = next(await browser.post(connection, challenge, form), '/authorize');
  return redeem(connection, server, codeIn(await browser.go(connection, home)));
};

const CONNECTIONS_TO_PREPARE = 16;

/** Does something for each of so many, several at a time. */
export const forEach = async (
  { port }: Server,
  count: number,
  work: (connection: Connection, index: number) => Promise<void>,
): Promise<void> => {
  let coming = 0;
  const lane = async (): Promise<void> => {
    const connection = await Connection.open(port);
    try {
      for (let index = coming++; index < count; index = coming++) await work(connection, index);
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS_TO_PREPARE, count) }, lane));
};
