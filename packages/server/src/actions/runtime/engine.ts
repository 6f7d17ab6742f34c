/**
 * One engine: QuickJS in WebAssembly, whose memory cannot grow beyond its limit. What it runs reaches the host by one function that
 * takes and gives text.
 */
import packaged from '@jitl/quickjs-wasmfile-release-sync';
import type { QuickJSContext, QuickJSHandle, QuickJSSyncVariant } from 'quickjs-emscripten-core';
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core';
import type { ImageKeeper, MemoryImage } from './memory-image.ts';
import { createImageKeeper } from './memory-image.ts';

/** What was thrown inside, as text. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

export type Operation = 'start' | 'answer' | 'fire';

export interface Engine {
  /** Reads a program, without running it, and keeps the engine as it is then. */
  compile(code: string): { readonly image: MemoryImage } | { readonly thrown: Thrown };
  restore(image: MemoryImage): void;
  /** @returns what was thrown, if anything was */
  enter(operation: Operation, text: string): Thrown | undefined;
  /** Whether it last asked for more memory than it may have, since it was restored. */
  ranOut(): boolean;
  /** Runs promise jobs until there are no more, or until it should stop. */
  runJobs(shouldStop: () => boolean): Thrown | undefined;
}

export interface EngineParts {
  readonly engine: WebAssembly.Module;
  readonly memoryBytes: number;
  /** The modules that make the globals, by name; `main.ts` is run. */
  readonly globals: ReadonlyMap<string, string>;
  readonly insideSource: string;
  /** What the inside asks of the host: text in, text out. */
  readonly bridge: (operation: string, text: string) => string;
  /** Asked again and again while something runs. */
  readonly shouldInterrupt: () => boolean;
}

const PAGE_BYTES = 65_536;
/** The engine does not start with less. */
const LEAST_PAGES = 256;
/** How deep calls may nest. The stack of the worker itself has to hold the same depth: see the settings of the worker. */
const STACK_BYTES = 512 * 1024;
/** What is written to the stack beyond that limit before the engine notices. */
const STACK_MARGIN_BYTES = 256 * 1024;
const JOBS_AT_ONCE = 500;

const isText = (value: unknown): value is string => typeof value === 'string';

const memberText = (value: unknown, name: string): string | undefined => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const member: unknown = Reflect.get(value, name);
  return isText(member) ? member : undefined;
};

const thrownBy = (context: QuickJSContext, error: QuickJSHandle): Thrown => {
  const dumped: unknown = context.dump(error);
  error.dispose();
  const stack = memberText(dumped, 'stack');
  return {
    name: memberText(dumped, 'name') ?? 'Error',
    message: memberText(dumped, 'message') ?? String(isText(dumped) ? dumped : JSON.stringify(dumped)),
    ...(stack !== undefined && { stack }),
  };
};

const fail = ({ name, message, stack = '' }: Thrown, what: string): never => {
  throw new Error(`${what} does not start: ${name}: ${message}\n${stack}`);
};

/** Puts the globals into a fresh context, and gives back the function by which the inside is entered. */
const furnish = (context: QuickJSContext, parts: EngineParts): QuickJSHandle => {
  const { runtime, global } = context;
  const bridge = context.newFunction('bridge', (operation, text) =>
    context.newString(parts.bridge(context.getString(operation), context.getString(text))),
  );
  bridge.consume((handle) => context.setProp(global, '__bridge', handle));
  runtime.setModuleLoader((name) => parts.globals.get(name) ?? { error: new Error(`There is no module ${name}.`) });
  const evaluated = context.evalCode(parts.globals.get('main.ts') ?? '', 'main.ts', { type: 'module' });
  if (evaluated.error) return fail(thrownBy(context, evaluated.error), 'The sandbox');
  runtime.executePendingJobs().dispose();
  const state = context.getPromiseState(evaluated.value);
  if (state.type === 'rejected') return fail(thrownBy(context, state.error), 'The sandbox');
  if (state.type === 'fulfilled' && !state.notAPromise) state.value.dispose();
  evaluated.value.dispose();
  const none = () => ({ error: new Error('There are no modules to import here') });
  runtime.setModuleLoader(none, none);
  const enter = context.getProp(global, '__enter');
  if (context.typeof(enter) !== 'function') throw new Error('The sandbox does not start.');
  context.unwrapResult(context.evalCode('delete globalThis.__enter; delete globalThis.__bridge;')).dispose();
  return enter;
};

const call = (context: QuickJSContext, enter: QuickJSHandle, operation: string, given: QuickJSHandle) => {
  const name = context.newString(operation);
  const result = context.callFunction(enter, context.undefined, name, given);
  name.dispose();
  given.dispose();
  if (result.error) return thrownBy(context, result.error);
  result.value.dispose();
  return undefined;
};

/** Evaluates a script whose value is a function, and hands it to the inside. */
const load = (context: QuickJSContext, enter: QuickJSHandle, operation: string, code: string, file: string) => {
  const evaluated = context.evalCode(code, file);
  if (evaluated.error) return thrownBy(context, evaluated.error);
  return call(context, enter, operation, evaluated.value);
};

const runJobs = (context: QuickJSContext, shouldStop: () => boolean): Thrown | undefined => {
  while (context.runtime.hasPendingJob()) {
    const jobs = context.runtime.executePendingJobs(JOBS_AT_ONCE);
    if (jobs.error) return thrownBy(context, jobs.error);
    jobs.dispose();
    if (shouldStop()) break;
  }
  return undefined;
};

const compileInto = (keeper: ImageKeeper, empty: MemoryImage, context: QuickJSContext, enter: QuickJSHandle) => {
  return (code: string): ReturnType<Engine['compile']> => {
    keeper.restore(empty);
    const wrapped = `(function (exports, require, module) {${code}\n})`;
    const thrown = load(context, enter, 'program', wrapped, 'action.js');
    return thrown ? { thrown } : { image: keeper.take() };
  };
};

/** The engine asks for more than it needs first, and for less when that is refused: the last word counts. */
const watchGrowth = (memory: WebAssembly.Memory) => {
  const grow = memory.grow.bind(memory);
  let ranOut = false;
  memory.grow = (pages) => {
    ranOut = true;
    const before = grow(pages);
    ranOut = false;
    return before;
  };
  return {
    ranOut: () => ranOut,
    forget: () => {
      ranOut = false;
    },
  };
};

const isVariant = (value: unknown): value is QuickJSSyncVariant =>
  typeof value === 'object' && value !== null && 'importFFI' in value;

/** An instance of its own, and the functions by which it takes memory. */
const instantiate = async (wasmModule: WebAssembly.Module, wasmMemory: WebAssembly.Memory) => {
  if (!isVariant(packaged)) throw new Error('The engine is not packaged as it was.');
  const capped = newVariant(packaged, { wasmModule, wasmMemory, log: () => undefined });
  const load = await capped.importModuleLoader();
  if (typeof load !== 'function') throw new Error('The engine is not packaged as it was.');
  const allocator = await load();
  const allocate = allocator._malloc.bind(allocator);
  // What writes text into the memory of the engine does not look whether there was any.
  allocator._malloc = (size) => {
    const pointer = allocate(size);
    if (pointer === 0) throw new RangeError('out of memory');
    return pointer;
  };
  const quickjs = await newQuickJSWASMModuleFromVariant({
    ...capped,
    importModuleLoader: () => Promise.resolve(() => Promise.resolve(allocator)),
  });
  return { quickjs, allocator };
};

export const createEngine = async (parts: EngineParts): Promise<Engine> => {
  const maximum = Math.max(LEAST_PAGES, Math.floor(parts.memoryBytes / PAGE_BYTES));
  const wasmMemory = new WebAssembly.Memory({ initial: LEAST_PAGES, maximum });
  const growth = watchGrowth(wasmMemory);
  const { quickjs, allocator } = await instantiate(parts.engine, wasmMemory);
  const keeper = createImageKeeper(wasmMemory, allocator, STACK_BYTES + STACK_MARGIN_BYTES);
  const runtime = quickjs.newRuntime({
    maxStackSizeBytes: STACK_BYTES,
    interruptHandler: () => parts.shouldInterrupt(),
  });
  const context = runtime.newContext();
  const enter = furnish(context, parts);
  const thrown = load(context, enter, 'inside', parts.insideSource, 'inside.js');
  if (thrown) return fail(thrown, 'The code inside the sandbox');
  const empty = keeper.take();
  return {
    compile: compileInto(keeper, empty, context, enter),
    restore: (image) => {
      keeper.restore(image);
      growth.forget();
    },
    ranOut: growth.ranOut,
    enter: (operation, text) => call(context, enter, operation, context.newString(text)),
    runJobs: (shouldStop) => runJobs(context, shouldStop),
  };
};
