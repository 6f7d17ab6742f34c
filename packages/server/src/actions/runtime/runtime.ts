/** Runs Actions: a few workers that are always warm, and a queue before them that does not grow without end. */
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ActionCall, ActionLimits, ActionOutcome, ActionRuntime, HostAnswer, HostQuestion } from '../call.ts';
import type { Resolve } from './egress/connection.ts';
import type { Egress } from './egress/egress.ts';
import { createEgress } from './egress/egress.ts';
import type { WorkerSettings } from './messages.ts';
import { createPool } from './pool.ts';
import { openSeat } from './seat.ts';

export interface RuntimeSettings {
  readonly limits: ActionLimits;
  /**
   * Where `fetch` may go: see `docs/reference/actions-runtime.md` for how hosts are written. `ask` leaves `fetch` to the `ask` of each
   * call, which has no network then.
   */
  readonly egress: { readonly allow: readonly string[]; readonly allowPrivate?: readonly string[] } | 'ask';
  /** How many Actions can compute at a time. */
  readonly workers: number;
  /** How many more can run while those only wait, for an answer of another site say. None unless given. */
  readonly spares?: number;
  /** How many can wait for that. */
  readonly queue: number;
  /** A script whose value is `(host) => ({ event, api })`. */
  readonly insideSource: string | (() => string);
  /** Finds the addresses of a host. */
  readonly resolve?: Resolve;
}

/** How many programs are remembered to be what their checksum says. */
const MOST_CHECKED = 256;

const compileEngine = async (): Promise<WebAssembly.Module> => {
  const path = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
  return WebAssembly.compile(await readFile(path));
};

const failed = (call: ActionCall, failure: 'overloaded', message: string): ActionOutcome => ({
  outcome: 'failed',
  failure,
  message,
  commands: [],
  console: [],
  consoleLeftOut: 0,
  journal: call.journal,
  wallMs: 0,
  cpuMs: 0,
});

/** Workers keep what they have read by its checksum, so that has to be right. */
const createCheck = (): ((call: ActionCall) => void) => {
  const checked = new Map<string, string>();
  return ({ program: { checksum, code } }) => {
    if (checked.get(checksum) === code) return;
    if (hash('sha256', code, 'base64url') !== checksum) throw new Error('A program is not what its checksum says.');
    const [oldest] = checked.keys();
    if (checked.size >= MOST_CHECKED && oldest !== undefined) checked.delete(oldest);
    checked.set(checksum, code);
  };
};

const answerer =
  (egress: Egress | undefined) =>
  async (call: ActionCall, question: HostQuestion, signal: AbortSignal): Promise<HostAnswer> =>
    question.ask === 'fetch' && egress
      ? { answer: await egress.fetch(question.request, signal) }
      : call.ask(question, signal);

/**
 * The workers start at once, and the first calls wait for them.
 *
 * @throws Error for hosts that are written wrong
 */
export const createActionRuntime = (settings: RuntimeSettings): ActionRuntime => {
  const { limits, insideSource, resolve } = settings;
  const egress =
    settings.egress === 'ask'
      ? undefined
      : createEgress({ ...settings.egress, responseBytes: limits.resultBytes, ...(resolve && { resolve }) });
  const check = createCheck();
  const start = async () => {
    const engine = await compileEngine();
    const source = typeof insideSource === 'string' ? insideSource : insideSource();
    const data: WorkerSettings = { limits, insideSource: source, engine };
    const { workers, spares = 0, queue } = settings;
    const open = (waits: () => void) => openSeat(data, answerer(egress), waits);
    return createPool({ workers, spares, queue, patienceMs: limits.wallMs, open });
  };
  const started = start();
  started.catch(() => undefined);
  let isClosed = false;
  return {
    run: async (call) => {
      check(call);
      const pool = await started;
      const taken = isClosed ? undefined : pool.take();
      if (taken === undefined) return failed(call, 'overloaded', 'There are too many Actions running');
      const seat = await taken;
      if (seat === undefined)
        return failed(call, 'overloaded', 'It waited too long for its turn, or the server is shutting down');
      try {
        return await seat.run(call);
      } finally {
        if (!isClosed) pool.giveBack(seat);
      }
    },
    close: async () => {
      isClosed = true;
      const pool = await started.catch(() => undefined);
      await pool?.close();
    },
  };
};
