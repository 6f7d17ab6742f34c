/** URL and URLSearchParams: the host takes them apart, by the rules of the web. */

import { ask, askText } from './bridge.ts';
import { asText } from './plain.ts';

type Part =
  | 'href'
  | 'origin'
  | 'protocol'
  | 'username'
  | 'password'
  | 'host'
  | 'hostname'
  | 'port'
  | 'pathname'
  | 'search'
  | 'hash';

type Parts = Readonly<Record<Part, string>>;

const isParts = (value: unknown): value is Parts => typeof value === 'object' && value !== null && 'href' in value;

const partsFrom = (operation: string, ...given: readonly unknown[]): Parts => {
  const parts = ask(operation, ...given);
  if (!isParts(parts)) throw new TypeError('Invalid URL');
  return parts;
};

const isPairs = (value: unknown): value is [string, string][] => Array.isArray(value);

const isIterable = (value: object): value is Iterable<readonly unknown[]> => Symbol.iterator in value;

const pairsOf = (init: unknown): [string, string][] => {
  if (typeof init !== 'object' || init === null) {
    const pairs = init === undefined ? [] : ask('url.pairs', asText(init).toWellFormed());
    return isPairs(pairs) ? pairs : [];
  }
  const pairs: Iterable<readonly unknown[]> = isIterable(init) ? init : Object.entries(init);
  return [...pairs].map(([name, value]): [string, string] => [
    asText(name).toWellFormed(),
    asText(value).toWellFormed(),
  ]);
};

export class URLSearchParams {
  #pairs: [string, string][];
  #changed: ((query: string) => void) | undefined;

  constructor(init?: unknown, changed?: (query: string) => void) {
    this.#pairs = pairsOf(init);
    this.#changed = changed;
  }

  #set(pairs: [string, string][]): void {
    this.#pairs = pairs;
    this.#changed?.(this.toString());
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: unknown, value: unknown): void {
    this.#set([...this.#pairs, [asText(name), asText(value)]]);
  }

  delete(name: unknown, value?: unknown): void {
    this.#set(
      this.#pairs.filter(([one, held]) => one !== asText(name) || (value !== undefined && held !== asText(value))),
    );
  }

  get(name: unknown): string | null {
    return this.#pairs.find(([one]) => one === asText(name))?.[1] ?? null;
  }

  getAll(name: unknown): string[] {
    return this.#pairs.filter(([one]) => one === asText(name)).map(([, value]) => value);
  }

  has(name: unknown, value?: unknown): boolean {
    return this.getAll(name).some((held) => value === undefined || held === asText(value));
  }

  set(name: unknown, value: unknown): void {
    const at = this.#pairs.findIndex(([one]) => one === asText(name));
    if (at === -1) {
      this.append(name, value);
      return;
    }
    const others = this.#pairs.filter(([one], index) => one !== asText(name) || index === at);
    this.#set(others.map((pair) => (pair[0] === asText(name) ? [pair[0], asText(value)] : pair)));
  }

  sort(): void {
    this.#set(this.#pairs.toSorted(([one], [other]) => (one < other ? -1 : Number(one > other))));
  }

  forEach(call: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
    for (const [name, value] of this.#pairs) call.call(self, value, name, this);
  }

  *entries(): Generator<[string, string]> {
    for (const [name, value] of this.#pairs) yield [name, value];
  }

  *keys(): Generator<string> {
    for (const [name] of this.#pairs) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this.#pairs) yield value;
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }

  toString(): string {
    return askText('url.query', this.#pairs);
  }
}

let read: (url: URL, part: Part) => string;
let write: (url: URL, part: Part, value: unknown) => void;

export class URL {
  // By the accessors below.
  declare href: string;
  declare readonly origin: string;
  declare protocol: string;
  declare username: string;
  declare password: string;
  declare host: string;
  declare hostname: string;
  declare port: string;
  declare pathname: string;
  declare search: string;
  declare hash: string;
  #parts: Parts;
  #params: URLSearchParams | undefined;

  static {
    read = (url, part) => url.#parts[part];
    write = (url, part, value) => {
      url.#parts = partsFrom('url.set', url.#parts.href, part, asText(value).toWellFormed());
      if (part === 'search' || part === 'href') url.#params = undefined;
    };
  }

  constructor(input: unknown, base?: unknown) {
    const given = base === undefined ? undefined : asText(base).toWellFormed();
    this.#parts = partsFrom('url.parse', asText(input).toWellFormed(), given);
  }

  static canParse(input: unknown, base?: unknown): boolean {
    return URL.parse(input, base) !== null;
  }

  static parse(input: unknown, base?: unknown): URL | null {
    try {
      return new URL(input, base);
    } catch {
      return null;
    }
  }

  get searchParams(): URLSearchParams {
    this.#params ??= new URLSearchParams(this.#parts.search, (query) => {
      this.#parts = partsFrom('url.set', this.#parts.href, 'search', query);
    });
    return this.#params;
  }

  toString(): string {
    return this.#parts.href;
  }

  toJSON(): string {
    return this.#parts.href;
  }
}

const PARTS: readonly Part[] = [
  'href',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
];

for (const part of PARTS) {
  Object.defineProperty(URL.prototype, part, {
    enumerable: true,
    configurable: true,
    get(this: URL) {
      return read(this, part);
    },
    set(this: URL, value: unknown) {
      write(this, part, value);
    },
  });
}
Object.defineProperty(URL.prototype, 'origin', {
  enumerable: true,
  configurable: true,
  get(this: URL) {
    return read(this, 'origin');
  },
});
