/** Two processes of the server on one store, behind a load balancer that gives them the requests in turn. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as ask } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigInput } from '@stile/server';
import { listenAnywhere } from '../api.ts';
import type { AuthorizationServer } from '../authorization-server.ts';
import { onFreePort } from '../authorization-server.ts';
import { fabrikam } from '../fabrikam.ts';
import { person, whoIs } from '../people.ts';

const PROGRAM = join(import.meta.dirname, '../durability/server-program.ts');

interface Replica {
  readonly port: number;
  readonly child: ChildProcess;
}

interface Replicas extends AuthorizationServer {
  /** The same path at each replica, past the load balancer. */
  atEach(path: string): readonly string[];
  /** Ends the second replica at once, without a warning, and lets the first do everything. */
  killSecond(): Promise<void>;
}

const startReplica = (config: ConfigInput): Promise<Replica> =>
  onFreePort(async (port) => {
    const configuration = JSON.stringify({ ...config, listen: { host: 'localhost', port } });
    const child = spawn(process.execPath, [PROGRAM, configuration], { stdio: ['ignore', 'pipe', 'inherit'] });
    const listens = await Promise.race([
      once(child.stdout, 'data').then(() => true),
      once(child, 'exit').then(() => false),
    ]);
    if (listens) return { port, child };
    throw Object.assign(new Error('The server ended before it listened.'), { code: 'EADDRINUSE' });
  });

const killed = async ({ child }: Replica): Promise<void> => {
  if (child.signalCode !== null || child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
};

/** Hands a request on as it came, and the answer back; a replica that is gone is a 502. */
const handOn = (request: IncomingMessage, response: ServerResponse, port: number): void => {
  const { method, url: path, headers } = request;
  const options = { host: 'localhost', port, method, path, headers, agent: false };
  const onward = ask(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  onward.once('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end('{}')));
  request.pipe(onward);
};

/** @param change changes the configuration of both */
export const startReplicas = async (
  usernames: readonly string[],
  change: (config: ConfigInput) => ConfigInput = (config) => config,
): Promise<Replicas> => {
  const now = (): number => Math.floor(Date.now() / 1000);
  const people = usernames.map((username) => person(username, now));
  const folder = mkdtempSync(join(tmpdir(), 'stile-replicas-'));
  const balancer = await listenAnywhere();
  const issuer = `${balancer.origin}/`;
  const config = change(fabrikam(issuer, folder, people, []));
  const first = await startReplica(config);
  const second = await startReplica(config);
  let alive: readonly Replica[] = [first, second];
  let turn = 0;
  balancer.serve((request, response) => {
    turn += 1;
    handOn(request, response, alive[turn % alive.length]?.port ?? first.port);
  });
  return {
    issuer,
    at: (path) => new URL(path, issuer).href,
    atEach: (path) => [first, second].map(({ port }) => new URL(path, `http://localhost:${port}/`).href),
    now,
    advance: () => {
      throw new Error('The clock of another process cannot be turned.');
    },
    person: (username) => whoIs(username, people),
    killSecond: async () => {
      alive = [first];
      await killed(second);
    },
    close: async () => {
      await balancer.close();
      await Promise.all([killed(first), killed(second)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
