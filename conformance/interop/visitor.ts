/** A person in front of a web application of others, and of the authorization server that it sends them to. */
import type { Person } from '../people.ts';
import { UserAgent } from '../user-agent.ts';

/** Where a visit ended: at the application, or at a page of the authorization server that nobody answered. */
interface Arrival {
  readonly status: number;
  readonly url: URL;
  readonly body: string;
  /** The paths of the authorization server's pages that were answered, in order. */
  readonly pages: readonly string[];
}

const MOST_REDIRECTS = 12;

export class Visitor {
  /** Their browser as the application sees it. */
  readonly atApplication: UserAgent;
  /** The same as the authorization server sees it. */
  readonly atServer: UserAgent;
  readonly #application: URL;
  readonly #issuer: URL;

  constructor(application: string, issuer: string) {
    this.#application = new URL(application);
    this.#issuer = new URL(issuer);
    this.atApplication = new UserAgent(application);
    this.atServer = new UserAgent(issuer);
  }

  /** Sends a request to the application and follows where that leads, answering what the server asks. */
  async visit(start: string, person: Person, init: RequestInit = {}): Promise<Arrival> {
    let url = new URL(start, this.#application);
    let response = await this.atApplication.send(url, init);
    const pages: string[] = [];
    for (let hops = 0; hops < MOST_REDIRECTS; hops += 1) {
      const next = this.#next(response, url);
      if (next === undefined) break;
      url = next;
      if (url.origin === this.#issuer.origin) {
        const { end, pages: answered } = await this.atServer.authorize(url, person);
        pages.push(...answered);
        if (end.url.origin === this.#issuer.origin) return { status: end.status, url: end.url, body: end.html, pages };
        url = end.url;
      }
      response = await this.atApplication.send(url);
    }
    return { status: response.status, url, body: await response.text(), pages };
  }

  /** Where an answer redirects to, as long as that is the application or the server. */
  #next(response: Response, from: URL): URL | undefined {
    const location = response.headers.get('location');
    if (location === null || response.status < 300 || response.status > 399) return undefined;
    const next = new URL(location, from);
    return [this.#application.origin, this.#issuer.origin].includes(next.origin) ? next : undefined;
  }

  /** Lets the application begin an authorization request, and gives back its address. */
  async begin(start: string): Promise<URL> {
    const response = await this.atApplication.send(new URL(start, this.#application));
    return new URL(response.headers.get('location') ?? '');
  }
}
