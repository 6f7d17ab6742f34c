/** Says of every sample of a processor profile what the server was doing: the innermost function that belongs to a kind of work decides. */

/** What V8 writes (`Profiler.Profile` of the inspector protocol), as far as it is read here. */
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

interface Rule {
  readonly work: string;
  readonly url?: RegExp;
  readonly functionName?: RegExp;
  /** Only inside a function of this name. */
  readonly within?: RegExp;
}

/** Tried in this order on a function, then on the one that called it, and so on outwards. */
const rules: readonly Rule[] = [
  { work: 'collecting garbage', functionName: /^\(garbage collector\)$/ },
  { work: 'waiting', functionName: /^\(idle\)$/ },
  { work: 'Node itself', functionName: /^\(program\)$/ },
  { work: 'durable commits', url: /sqlite\/connection\.ts$/, functionName: /^execute$/, within: /^#commit$/ },
  { work: 'SQL: savepoints', url: /sqlite\/connection\.ts$/, functionName: /^execute$/ },
  { work: 'SQL: building', url: /\/kysely\// },
  { work: 'SQL: running', url: /\/better-sqlite3\/|sqlite\/connection\.ts$/ },
  { work: 'records to rows and back', url: /\/store\/|\/zod\// },
  { work: 'signing and verifying tokens', url: /\/keys\// },
  { work: 'pages', url: /\/pages\/|hono\/dist\/(?:helper\/html|utils\/html|jsx)/ },
  { work: 'deciding', url: /packages\/core\// },
  { work: 'log and metrics', url: /\/pino\/|sonic-boom|\/log\/|\/metrics\/|prom-client|safe-stable-stringify/ },
  {
    work: 'HTTP: requests and responses of the web',
    url: /@hono\/node-server|hono\/dist|deps\/undici|internal\/webstreams/,
  },
  { work: 'HTTP: Node', url: /^node:(?:_http|net|internal\/(?:http|streams|stream_base|timers|async_hooks))/ },
  { work: 'hashes, HMACs and randomness', url: /^node:internal\/crypto|\/digest\.ts$|\/system\.ts$/ },
  { work: 'handlers: parse, load, perform', url: /packages\/server\// },
];

const matches = (
  { callFrame: { url, functionName } }: ProfileNode,
  around: readonly ProfileNode[],
  rule: Rule,
): boolean =>
  (rule.url === undefined || rule.url.test(url)) &&
  (rule.functionName === undefined || rule.functionName.test(functionName)) &&
  (rule.within === undefined || around.some((outer) => rule.within?.test(outer.callFrame.functionName)));

const workOf = (stack: readonly ProfileNode[]): string => {
  for (const [depth, node] of stack.entries()) {
    const rule = rules.find((one) => matches(node, stack.slice(depth + 1), one));
    if (rule) return rule.work;
  }
  return 'Node itself';
};

/** From the innermost function outwards. */
const stacksOf = (nodes: readonly ProfileNode[]): ReadonlyMap<number, readonly ProfileNode[]> => {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
  const stackOf = (node: ProfileNode): readonly ProfileNode[] => {
    const parent = parents.get(node.id);
    return parent ? [node, ...stackOf(parent)] : [node];
  };
  return new Map(nodes.map((node) => [node.id, stackOf(node)]));
};

/** Microseconds for each kind of work, the most first. */
export const attribute = ({ nodes, samples, timeDeltas }: Profile): ReadonlyMap<string, number> => {
  const works = new Map([...stacksOf(nodes)].map(([id, stack]) => [id, workOf(stack)]));
  const spent = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const work = works.get(id) ?? 'Node itself';
    // A delta is the time before its sample, and so belongs to the sample before it.
    spent.set(work, (spent.get(work) ?? 0) + (timeDeltas[index + 1] ?? 0));
  }
  return new Map([...spent].sort(([, one], [, other]) => other - one));
};

const isProfile = (value: unknown): value is Profile =>
  typeof value === 'object' && value !== null && 'nodes' in value && 'samples' in value && 'timeDeltas' in value;

/** @throws Error for anything but a processor profile */
export const profileIn = (text: string): Profile => {
  const value: unknown = JSON.parse(text);
  if (!isProfile(value)) throw new Error('This is not a processor profile.');
  return value;
};
