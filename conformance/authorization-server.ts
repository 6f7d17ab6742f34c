/** Starts an authorization server on a free port of this machine, with a data folder of its own, by what `@stile/server` exports. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@stile/core';
import type { ConfigInput, RunningServer } from '@stile/server';
import { createDeps, createLog, listen, openStore, resolveConfig } from '@stile/server';
import { fabrikam } from './fabrikam.ts';
import type { Person } from './people.ts';
import { person, whoIs } from './people.ts';

/** A running server, as the tests see it: an address, a clock, and people who can sign in. */
export interface AuthorizationServer {
  readonly issuer: string;
  /** The whole address of a path. */
  at(path: string): string;
  /** What its clock shows, in seconds since the epoch. */
  now(): number;
  /** Turns its clock forward; the clocks of its clients stay. */
  advance(seconds: number): void;
  /** @throws Error when nobody of that name was there at the start */
  person(username: string): Person;
  close(): Promise<void>;
}

interface Start {
  readonly people?: readonly string[];
  readonly clients?: NonNullable<ConfigInput['clients']>;
}

export const startAuthorizationServer = async ({
  people = [],
  clients = [],
}: Start = {}): Promise<AuthorizationServer> => {
  let ahead = 0;
  const now = (): number => Math.floor(Date.now() / 1000) + ahead;
  const population = people.map((username) => person(username, now));
  const folder = mkdtempSync(join(tmpdir(), 'stile-conformance-'));
  const start = async (port: number): Promise<RunningServer> => {
    const config = resolveConfig(fabrikam(`http://localhost:${port}/`, folder, population, clients));
    return listen(await createDeps(config, openStore(config), createLog('silent'), { now: () => instant(now()) }));
  };
  const running = await start(await freePort());
  const issuer = `http://localhost:${running.port}/`;
  return {
    issuer,
    at: (path) => new URL(path, issuer).href,
    now,
    advance: (seconds) => {
      ahead += seconds;
    },
    person: (username) => whoIs(username, population),
    close: async () => {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** A port that nobody listens on: the issuer's name holds it, so it must be known before the server starts. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
};
