/** The `stile` command as operators run it, in a process of its own. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { AuthorizationServer } from '../authorization-server.ts';
import { freePort } from '../authorization-server.ts';
import { fabrikam } from '../fabrikam.ts';
import { person, whoIs } from '../people.ts';

const MAIN = join(dirname(fileURLToPath(import.meta.resolve('@stile/server'))), 'main.ts');

export interface StileProcess {
  readonly child: ChildProcess;
  /** What it has written to its log so far. */
  log(): string;
  /** Ends it at once, if it still runs. */
  kill(): Promise<void>;
}

/** A server that runs as a process, as tests ask it. */
export interface StileServer extends AuthorizationServer {
  readonly port: number;
  readonly stile: StileProcess;
}

/**
 * Starts `stile serve` and waits until it listens. It has ended already when it could not.
 *
 * @param folder for its configuration and its log, under a name of its own
 * @param dataFolder may lie on a disk of its own
 */
export const serveFrom = async (
  folder: string,
  name: string,
  dataFolder: string,
  usernames: readonly string[],
): Promise<StileServer> => {
  const now = (): number => Math.floor(Date.now() / 1000);
  const people = usernames.map((username) => person(username, now));
  const port = await freePort();
  const issuer = `http://localhost:${port}/`;
  const configurationFile = join(folder, `${name}.config.mjs`);
  const configuration = JSON.stringify(fabrikam(issuer, dataFolder, people, []));
  writeFileSync(configurationFile, `export default ${configuration};\n`);
  const stile = await start(configurationFile, join(folder, `${name}.log`));
  return {
    issuer,
    port,
    stile,
    at: (path) => new URL(path, issuer).href,
    now,
    advance: () => {
      throw new Error('The clock of another process cannot be turned.');
    },
    person: (username) => whoIs(username, people),
    close: () => stile.kill(),
  };
};

const start = async (configurationFile: string, logFile: string): Promise<StileProcess> => {
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
