/** The headers of a request or response: names without regard to case, values of one name together. */

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const checkedName = (name: unknown): string => {
  const text = String(name);
  if (!NAME.test(text)) throw new TypeError(`Invalid header name: ${text}`);
  return text.toLowerCase();
};

const checkedValue = (value: unknown): string => {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (!VALUE.test(text)) throw new TypeError('Invalid header value');
  return text;
};

const isIterable = (value: object): value is Iterable<readonly unknown[]> => Symbol.iterator in value;

export class Headers {
  readonly #values = new Map<string, string[]>();

  constructor(init?: unknown) {
    if (typeof init !== 'object' || init === null) return;
    const pairs = isIterable(init) ? init : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }

  append(name: unknown, value: unknown): void {
    const key = checkedName(name);
    this.#values.set(key, [...(this.#values.get(key) ?? []), checkedValue(value)]);
  }

  delete(name: unknown): void {
    this.#values.delete(checkedName(name));
  }

  get(name: unknown): string | null {
    return this.#values.get(checkedName(name))?.join(', ') ?? null;
  }

  getSetCookie(): string[] {
    return [...(this.#values.get('set-cookie') ?? [])];
  }

  has(name: unknown): boolean {
    return this.#values.has(checkedName(name));
  }

  set(name: unknown, value: unknown): void {
    this.#values.set(checkedName(name), [checkedValue(value)]);
  }

  forEach(call: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) call.call(self, value, name, this);
  }

  *entries(): Generator<[string, string]> {
    const names = [...this.#values.keys()].toSorted();
    for (const name of names) {
      const values = this.#values.get(name) ?? [];
      if (name === 'set-cookie') for (const value of values) yield [name, value];
      else yield [name, values.join(', ')];
    }
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }
}
