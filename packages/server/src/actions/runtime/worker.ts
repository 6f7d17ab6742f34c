/**
 * The thread that an Action runs in, with one engine and one call at a time. It holds nothing of the server: no environment, no
 * arguments, no keys; what it is sent is the event and the program.
 */
import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';
import type { ActionLimits } from '../call.ts';
import type { CpuMeter } from './cpu-meter.ts';
import { createCpuMeter } from './cpu-meter.ts';
import type { Engine, Thrown } from './engine.ts';
import { createEngine } from './engine.ts';
import { Execution } from './execution.ts';
import { loadGlobals } from './globals-source.ts';
import { answerInside } from './inside-calls.ts';
import type { MemoryImage } from './memory-image.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts';
import type { Ending, Run } from './run.ts';
import { createRun } from './run.ts';
import { installVirtualClock } from './virtual-clock.ts';

type RunMessage = Extract<ToWorker, { type: 'run' }>;

/** How many programs are kept read, and how much memory they may take. */
const MOST_PROGRAMS = 16;
const MOST_PROGRAM_BYTES = 48 * 1024 * 1024;
/** How long reading a program may take. */
const READING_CPU_MS = 2000;

const isSettings = (value: unknown): value is WorkerSettings =>
  typeof value === 'object' && value !== null && 'insideSource' in value && 'limits' in value && 'engine' in value;

const bytesOf = (programs: ReadonlyMap<string, MemoryImage>): number =>
  [...programs.values()].reduce((sum, { statics, heap }) => sum + statics.length + heap.length, 0);

/** The programs that this worker has read, those that were used last. */
const createShelf = () => {
  const programs = new Map<string, MemoryImage>();
  return {
    get: (checksum: string): MemoryImage | undefined => programs.get(checksum),
    keep: (checksum: string, image: MemoryImage): void => {
      programs.delete(checksum);
      programs.set(checksum, image);
      for (const oldest of programs.keys()) {
        if (programs.size <= MOST_PROGRAMS && bytesOf(programs) <= MOST_PROGRAM_BYTES) break;
        if (oldest !== checksum) programs.delete(oldest);
      }
    },
  };
};

/** What is going on in this worker just now. */
interface Current {
  run: Run | undefined;
  cpu: CpuMeter | undefined;
  execution: Execution | undefined;
  /** What the memory of the engine holds. */
  image: MemoryImage | undefined;
}

const textOf = (ending: Ending, { run, cpu }: Current): string =>
  JSON.stringify({
    ending,
    ...(ending.failure === 'suspended' && { question: run?.questions.get(ending.question) }),
    ...run?.capture.captured(),
    answers: run?.answers,
    cpuMs: cpu?.usedMs() ?? 0,
  });

/** Takes one message after the other. */
const createDesk = (engine: Engine, current: Current, limits: ActionLimits, tell: (message: FromWorker) => void) => {
  const clock = installVirtualClock();
  const shelf = createShelf();
  let wanted: RunMessage | undefined;

  const done = (call: number, ending: Ending): void => {
    tell({ type: 'done', call, text: textOf(ending, current) });
    current.run = undefined;
    current.execution = undefined;
    // After the answer: whoever waits for it does not wait for this.
    if (current.image) engine.restore(current.image);
  };

  const begin = (message: RunMessage, image: MemoryImage, received: number): void => {
    const { call, journal, handler, input } = message;
    if (current.image !== image) engine.restore(image);
    clock.set(journal.startedAtMs);
    const run = createRun(limits, clock, journal);
    const cpu = createCpuMeter(limits);
    const parts = { call, engine, run, cpu, tell, received, done: (ending: Ending) => done(call, ending) };
    const execution = new Execution(parts);
    Object.assign(current, { image, run, cpu, execution });
    execution.begin(`{"handler":${JSON.stringify(handler)},${input.slice(1)}`);
  };

  const read = (message: RunMessage, code: string): void => {
    const cpu = createCpuMeter({ cpuMs: READING_CPU_MS });
    Object.assign(current, { cpu, image: undefined });
    cpu.start();
    const compiled = engine.compile(code);
    cpu.stop();
    if ('thrown' in compiled) {
      current.run = createRun(limits, clock, message.journal);
      done(message.call, { failure: 'not_runnable', message: describe(compiled.thrown) });
      return;
    }
    shelf.keep(message.checksum, compiled.image);
    current.image = compiled.image;
    begin(message, compiled.image, 2);
  };

  const receiveRun = (message: RunMessage): void => {
    const image = shelf.get(message.checksum);
    if (image) {
      shelf.keep(message.checksum, image);
      begin(message, image, 1);
    } else {
      wanted = message;
      tell({ type: 'program-wanted', call: message.call });
    }
  };

  return (message: ToWorker): void => {
    if (message.type === 'run') receiveRun(message);
    else if (message.type !== 'program') current.execution?.receive(message);
    else if (wanted?.call === message.call) read(wanted, message.code);
  };
};

/** What the engine would print of its troubles would pile up unread. */
const keepQuiet = (): void => {
  const nothing = (): void => undefined;
  Object.assign(globalThis.console, { log: nothing, warn: nothing, error: nothing });
};

const work = async (port: MessagePort, { engine: module, limits, insideSource }: WorkerSettings): Promise<void> => {
  keepQuiet();
  const current: Current = { run: undefined, cpu: undefined, execution: undefined, image: undefined };
  const tell = (message: FromWorker): void => port.postMessage(message);
  const engine = await createEngine({
    engine: module,
    memoryBytes: limits.memoryBytes,
    globals: loadGlobals(),
    insideSource,
    bridge: (operation, text) => answerInside(current.run, operation, text),
    shouldInterrupt: () => current.run?.ended() !== undefined || (current.cpu?.isExceeded() ?? false),
  });
  const receive = createDesk(engine, current, limits, tell);
  const giveUp = (call: number, error: unknown): void => {
    current.execution?.drop();
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: 'broken', call, cpuMs: current.cpu?.usedMs() ?? 0, message });
  };
  port.on('message', (message: ToWorker) => {
    try {
      receive(message);
    } catch (error) {
      giveUp(message.call, error);
    }
  });
  tell({ type: 'ready' });
};

const describe = ({ name, message, stack = '' }: Thrown): string => {
  const [, line] = /action\.js:(\d+)/.exec(stack) ?? [];
  return `${name}: ${message}${line === undefined ? '' : ` (line ${line})`}`;
};

if (parentPort === null || !isSettings(workerData)) throw new Error('This runs in a worker only.');
await work(parentPort, workerData);
