/** Servers of others, as child processes of a test: started on a port of this machine, and ended with it. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface ChildProgram {
  readonly pid: number;
  /** What it has written so far, to both outputs. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Ends it, and waits until it is gone. Gives back its exit code. */
  close(): Promise<number | null>;
}

interface Start {
  readonly command: string;
  readonly args: readonly string[];
  /** Where it will listen. */
  readonly port: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** The user and the group it runs as; only root can choose. */
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
  /** More to show than its output when it does not start: the end of its log. */
  readonly log?: () => string;
}

const PATIENCE_MILLISECONDS = 60_000;
const LOOK_EVERY_MILLISECONDS = 25;

/**
 * Starts a program and waits until it takes connections.
 *
 * @throws Error with what it wrote, when it ends instead; with the code EADDRINUSE, when somebody else had the port
 */
export const startProgram = async (start: Start): Promise<ChildProgram> => {
  const { command, args, port, env, cwd, as } = start;
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
    ...as,
  });
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => written.push(String(chunk)));
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
  });
  failed.catch(() => undefined);
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.removeListener('exit', endWithUs));
  const output = (): string => written.join('');
  await Promise.race([failed, untilItListens(child, port, () => `${output()}${start.log?.() ?? ''}`, command)]);
  return {
    pid: child.pid ?? 0,
    output,
    kill: (signal) => void child.kill(signal),
    close: () => ended(child),
  };
};

const untilItListens = async (
  child: ChildProcess,
  port: number,
  written: () => string,
  command: string,
): Promise<void> => {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await ended(child);
      const taken = /address already in use/i.test(written());
      throw Object.assign(new Error(`${command} does not start:\n${written()}`), taken && { code: 'EADDRINUSE' });
    }
    await pause(LOOK_EVERY_MILLISECONDS);
  }
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  return child.exitCode;
};
