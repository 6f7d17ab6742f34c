/** Values as text for people, as `console.log` shows them. */

interface Depth {
  readonly left: number;
  readonly above: readonly object[];
}

const MOST_MEMBERS = 100;
const ONE_LINE = 76;

const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;

const nameOf = (name: string): string => (/^[\w$]+$/.test(name) ? name : quoted(name));

const block = (open: string, parts: readonly string[], close: string): string => {
  if (parts.length === 0) return `${open}${close}`;
  const line = `${open} ${parts.join(', ')} ${close}`;
  if (line.length <= ONE_LINE && !line.includes('\n')) return line;
  return `${open}\n${parts.map((part) => `  ${part.replaceAll('\n', '\n  ')}`).join(',\n')}\n${close}`;
};

const memberOf = (value: object, name: string, depth: Depth): string => {
  const property = Object.getOwnPropertyDescriptor(value, name);
  if (property?.get) return `${nameOf(name)}: [Getter]`;
  return `${nameOf(name)}: ${show(property?.value, depth)}`;
};

const limited = (parts: readonly string[]): readonly string[] =>
  parts.length <= MOST_MEMBERS
    ? parts
    : [...parts.slice(0, MOST_MEMBERS), `... ${parts.length - MOST_MEMBERS} more items`];

const membersOf = (value: object, depth: Depth): readonly string[] =>
  limited(Object.keys(value).map((name) => memberOf(value, name, depth)));

const prefixOf = (value: object): string => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return '[Object: null prototype] ';
  const made: unknown = Reflect.get(value, 'constructor');
  return typeof made === 'function' && made.name !== 'Object' && made.name !== 'Array' ? `${made.name} ` : '';
};

const showError = (error: Error): string => {
  const head = `${error.name}: ${error.message}`;
  const stack = typeof error.stack === 'string' ? error.stack.trimEnd() : '';
  return stack.includes(error.message) && error.message !== ''
    ? stack
    : stack === ''
      ? `[${head}]`
      : `${head}\n${stack}`;
};

const showWhole = (value: object, depth: Depth): string => {
  if (Array.isArray(value)) return block('[', limited(value.map((item) => show(item, depth))), ']');
  if (value instanceof Map) {
    const entries = [...value].map(([key, held]) => `${show(key, depth)} => ${show(held, depth)}`);
    return block(`Map(${value.size}) {`, limited(entries), '}');
  }
  if (value instanceof Set) {
    return block(`Set(${value.size}) {`, limited([...value].map((item) => show(item, depth))), '}');
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const items: readonly unknown[] = Array.from(Object.values(value));
    return block(`${prefixOf(value).trim()}(${items.length}) [`, limited(items.map(String)), ']');
  }
  return block(`${prefixOf(value)}{`, membersOf(value, depth), '}');
};

const showObject = (value: object, depth: Depth): string => {
  if (depth.above.includes(value)) return '[Circular *1]';
  if (value instanceof Error) return showError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Promise) return 'Promise { }';
  if (depth.left < 0) return Array.isArray(value) ? '[Array]' : `[${prefixOf(value).trim() || 'Object'}]`;
  return showWhole(value, { left: depth.left - 1, above: [...depth.above, value] });
};

const show = (value: unknown, depth: Depth): string => {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return String(value);
    case 'function':
      return value.name === '' ? '[Function (anonymous)]' : `[Function: ${value.name}]`;
    case 'object':
      return value === null ? 'null' : showObject(value, depth);
    default:
      return Object.is(value, -0) ? '-0' : `${String(value)}`;
  }
};

export const inspect = (value: unknown, options: { readonly depth?: number | null } = {}): string => {
  const { depth = 2 } = options;
  return show(value, { left: depth ?? Number.POSITIVE_INFINITY, above: [] });
};

const plain = (value: unknown): string => (typeof value === 'string' ? value : inspect(value));

const replaced = (mark: string, value: unknown): string => {
  switch (mark) {
    case '%s':
      return plain(value);
    case '%d':
      return typeof value === 'bigint' ? `${value}n` : String(Number(value));
    case '%i':
      return String(Number.parseInt(String(value), 10));
    case '%f':
      return String(Number.parseFloat(String(value)));
    case '%j':
      return String(JSON.stringify(value));
    case '%c':
      return '';
    default:
      return inspect(value, { depth: 4 });
  }
};

/** As Node's `util.format`: marks in the first argument are replaced by those after it. */
export const format = (...given: readonly unknown[]): string => {
  const [first, ...rest] = given;
  if (typeof first !== 'string') return given.map(plain).join(' ');
  let used = 0;
  if (!first.includes('%')) return given.map(plain).join(' ');
  const text = first.replace(/%[sdifjoOc%]/g, (mark) => {
    if (mark === '%%') return '%';
    if (used >= rest.length) return mark;
    used += 1;
    return replaced(mark, rest[used - 1]);
  });
  return [text, ...rest.slice(used).map(plain)].join(' ');
};
