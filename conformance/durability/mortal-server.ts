/** An authorization server in a process of its own, that can be killed without a warning and started again on its data. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthorizationServer } from '../authorization-server.ts';
import { onFreePort } from '../authorization-server.ts';
import { fabrikam } from '../fabrikam.ts';
import { person, whoIs } from '../people.ts';

interface MortalServer extends AuthorizationServer {
  /** Ends the process at once: no handler runs. What it has given to the operating system stays; a power cut is another matter. */
  kill(): Promise<void>;
  /** Starts it again on the same port and the same data. */
  restart(): Promise<void>;
}

const PROGRAM = join(import.meta.dirname, 'server-program.ts');

const started = async (configuration: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [PROGRAM, configuration], { stdio: ['ignore', 'pipe', 'inherit'] });
  const outcome = await Promise.race([
    once(child.stdout, 'data').then(() => 'listening'),
    once(child, 'exit').then(() => 'ended'),
  ]);
  // What it said about it stands above; a port that was taken meanwhile is the likely reason.
  if (outcome === 'ended')
    throw Object.assign(new Error('The server ended before it listened.'), { code: 'EADDRINUSE' });
  return child;
};

const killed = async (child: ChildProcess): Promise<void> => {
  if (child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
};

export const startMortalServer = async (usernames: readonly string[]): Promise<MortalServer> => {
  const now = (): number => Math.floor(Date.now() / 1000);
  const people = usernames.map((username) => person(username, now));
  const folder = mkdtempSync(join(tmpdir(), 'stile-durability-'));
  const start = async (port: number): Promise<{ issuer: string; configuration: string; child: ChildProcess }> => {
    const issuer = `http://localhost:${port}/`;
    const configuration = JSON.stringify(fabrikam(issuer, folder, people, []));
    return { issuer, configuration, child: await started(configuration) };
  };
  const { issuer, configuration, child: first } = await onFreePort(start);
  let child = first;
  return {
    issuer,
    at: (path) => new URL(path, issuer).href,
    now,
    advance: () => {
      throw new Error('The clock of another process cannot be turned.');
    },
    person: (username) => whoIs(username, people),
    kill: () => killed(child),
    restart: async () => {
      await killed(child);
      child = await started(configuration);
    },
    close: async () => {
      await killed(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
