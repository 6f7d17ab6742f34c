/** The `stile` command as operators run it, in a process of its own. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '@stile/server';

const MAIN = join(dirname(fileURLToPath(import.meta.resolve('@stile/server'))), 'main.ts');

export interface StileProcess {
  readonly child: ChildProcess;
  /** What it has written to its log so far. */
  log(): string;
  /** Ends it at once, if it still runs. */
  kill(): Promise<void>;
}

/**
 * Starts `stile serve` and waits until it listens.
 *
 * @param configurationFile is written, and may be anywhere
 * @param logFile takes what it writes to its standard output
 * @returns the process, which has ended already when it could not start
 */
export const startStile = async (
  configuration: ConfigInput,
  configurationFile: string,
  logFile: string,
): Promise<StileProcess> => {
  mkdirSync(dirname(configurationFile), { recursive: true });
  writeFileSync(configurationFile, `export default ${JSON.stringify(configuration)};\n`);
  const output = openSync(logFile, 'a');
  const child = spawn('env', [`STILE_CONFIG=${configurationFile}`, process.execPath, MAIN, 'serve'], {
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const log = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  while (!hasEnded() && !log().includes('"msg":"listening"')) await pause(10);
  return {
    child,
    log,
    kill: async () => {
      if (hasEnded()) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};
