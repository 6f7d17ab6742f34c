/** A contender is a program of its own, on a processor of its own where the system allows it. */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** Under the repository, for where temporary files are kept in memory durability would cost nothing. */
const DATA = join(import.meta.dirname, '../data');

/** A folder that is gone when the benchmark is over. */
export const newFolder = (): string => {
  mkdirSync(DATA, { recursive: true });
  return mkdtempSync(join(DATA, 'run-'));
};

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

const SERVER_CORE = '0';
const GENERATOR_CORE = '1';

/** Whether a program can be kept on one core here. */
export const canPin = (): boolean =>
  availableParallelism() > 1 && spawnSync('taskset', ['-c', SERVER_CORE, 'true'], { stdio: 'ignore' }).status === 0;

/** Keeps this process, which makes the load, off the core of the servers. */
export const pinGenerator = (): void => {
  spawnSync('taskset', ['-a', '-c', '-p', GENERATOR_CORE, String(process.pid)], { stdio: 'ignore' });
};

/** The command that runs Node with these arguments on the core of the servers, or anywhere. */
export const onServerCore = (args: readonly string[], pinned: boolean): [command: string, args: string[]] =>
  pinned ? ['taskset', ['-c', SERVER_CORE, process.execPath, ...args]] : [process.execPath, [...args]];

/** A program that runs and has said so. */
export interface Program {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: unknown;
  /** Says something to it and waits for its answer. */
  ask(message: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/** How a program is started. */
interface Launch {
  readonly path: string;
  readonly args: readonly string[];
  readonly nodeOptions: readonly string[];
  readonly pinned: boolean;
  /** The file that its standard output goes to. */
  readonly log: string;
}

const PATIENCE_MILLISECONDS = 120_000;

const nextMessage = async (child: ChildProcess): Promise<unknown> => {
  const giveUp = new AbortController();
  const patience = setTimeout(() => giveUp.abort(new Error('The program says nothing.')), PATIENCE_MILLISECONDS);
  const { signal } = giveUp;
  const ended = async (): Promise<never> => {
    await once(child, 'exit', { signal });
    throw new Error('The program ended; what it said about it stands above.');
  };
  try {
    const received: readonly unknown[] = await Promise.race([once(child, 'message', { signal }), ended()]);
    return received[0];
  } finally {
    clearTimeout(patience);
    giveUp.abort();
  }
};

export const startProgram = async ({ path, args, nodeOptions, pinned, log }: Launch): Promise<Program> => {
  const [command, rest] = onServerCore([...nodeOptions, path, ...args], pinned);
  const output = openSync(log, 'a');
  const child = spawn(command, rest, { stdio: ['ignore', output, 'inherit', 'ipc'] });
  closeSync(output);
  const ready = await nextMessage(child);
  return {
    pid: child.pid ?? 0,
    ready,
    ask: (message) => {
      const answer = nextMessage(child);
      child.send(message);
      return answer;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
};

/** A port that nobody listens on. An issuer's name holds its port, so it must be known before the server starts. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  server.close();
  await once(server, 'close');
  return address.port;
};
