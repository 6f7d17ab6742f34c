/** A browser of which every byte can be chosen: keeps cookies, and knows the way to each page. */
import { ACCOUNTS, CALLBACK } from '../fabrikam.ts';
import { s256, VERIFIER } from '../flow.ts';
import type { Answer, Wire, WireRequest } from './wire.ts';

export type Fields = Readonly<Record<string, string>>;

/** A page with a form. */
export interface Form {
  /** Path and query that its form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly html: string;
  readonly answer: Answer;
}

/** A request to `/authorize` that is good in every respect, by the usual client. */
export const authorization = (changes: Fields = {}): Fields => ({
  client_id: 'web',
  redirect_uri: CALLBACK,
  response_type: 'code',
  scope: 'openid read:accounts offline_access',
  audience: ACCOUNTS,
  state: 'a state',
  nonce: 'a nonce',
  code_challenge: s256(VERIFIER),
  code_challenge_method: 'S256',
  ...changes,
});

/** What leads to each page of the server, for somebody who has got so far. */
const WAY_TO: Readonly<Record<string, Fields>> = {
  '/login': { prompt: 'login' },
  '/challenge': { acr_values: 'mfa' },
  '/enrol': { acr_values: 'mfa' },
  '/consent': { client_id: 'budget', scope: 'openid read:accounts', audience: ACCOUNTS, prompt: 'consent' },
  '/select-account': { prompt: 'select_account' },
};

let devices = 0;

/** Another device each time. */
const someAddress = (): string => {
  devices += 1;
  return `10.${(devices >> 16) & 255}.${(devices >> 8) & 255}.${devices & 255}`;
};

const plain = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

export class Visitor {
  readonly #cookies = new Map<string, string>();
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The value of the Cookie header; empty for somebody who has none. */
  get cookie(): string {
    return [...this.#cookies].map((pair) => pair.join('=')).join('; ');
  }

  /** Sends a request as it is, from an address of its own; what the server sets is kept. */
  async send(request: WireRequest): Promise<Answer | undefined> {
    const headers = request.headers ?? [];
    const has = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted);
    const own: readonly (readonly [string, string])[] = [
      ...(has('x-forwarded-for') ? [] : [['X-Forwarded-For', someAddress()] as const]),
      ...(has('cookie') || this.#cookies.size === 0 ? [] : [['Cookie', this.cookie] as const]),
    ];
    const answer = await this.#wire.send({ ...request, headers: [...headers, ...own] });
    for (const line of answer?.headers.get('set-cookie') ?? []) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined || value === undefined) return;
    if (/; max-age=0(;|$)/i.test(line)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }

  /** Goes to an address of the server and follows it home, as far as there is something to read or the way leads out. */
  async open(target: string): Promise<{ readonly target: string; readonly answer: Answer }> {
    let at = target;
    for (let hops = 0; hops < 12; hops += 1) {
      const answer = await this.send({ method: 'GET', target: at });
      if (!answer) throw new Error(`No answer from ${at}`);
      const location = answer.headers.get('location')?.[0];
      if (location === undefined) return { target: at, answer };
      if (!location.startsWith('/')) return { target: location, answer };
      at = location;
    }
    throw new Error(`${target} leads round in a circle.`);
  }

  /** Makes a new request that leads to a page, and opens it. */
  async begin(page: string, changes: Fields = {}): Promise<Form> {
    const query = new URLSearchParams({ ...authorization(WAY_TO[page]), ...changes });
    const { target, answer } = await this.open(`/authorize?${query}`);
    if (!target.startsWith(`${page}?`)) throw new Error(`Not ${page} but ${answer.status} ${target}`);
    return formIn(answer);
  }

  /** Sends the form of a page. */
  async answer(form: Form, fields: Fields): Promise<Answer | undefined> {
    return this.send({
      method: 'POST',
      target: form.action,
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      body: new URLSearchParams({ csrf: form.csrf, ...fields }).toString(),
    });
  }

  /** A code for the usual client, which only somebody who is signed in gets. */
  async code(): Promise<string> {
    const { target } = await this.open(`/authorize?${new URLSearchParams(authorization())}`);
    const code = new URL(target, 'http://localhost').searchParams.get('code');
    if (code === null) throw new Error(`No code: ${target}`);
    return code;
  }
}

export const formIn = (answer: Answer): Form => {
  const html = answer.body;
  const [, action = ''] = /<form[^>]*\saction="([^"]*)"/.exec(html) ?? [];
  const [, csrf = ''] = /name="csrf" value="([^"]*)"/.exec(html) ?? [];
  return { action: plain(action), csrf, html, answer };
};
