/** Starts an authorization server on a free port of this machine, with a data folder of its own, by what `@stile/server` exports. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import type { Config, ConfigInput, Deps, RunningServer } from '@stile/server';
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
  /** Changes the configuration before it is checked. */
  readonly change?: (config: ConfigInput) => ConfigInput;
  /** Replaces parts of what its handlers are given, to break them or to watch. */
  readonly replace?: (deps: Deps) => Deps;
  /** The file that its log is written to; otherwise it writes none. */
  readonly logFile?: string;
  /** How far its clock starts behind that of the machine, so that what it issues can have expired. */
  readonly behindSeconds?: number;
}

export const startAuthorizationServer = async ({
  people = [],
  clients = [],
  change = (config) => config,
  replace = (deps) => deps,
  logFile,
  behindSeconds = 0,
}: Start = {}): Promise<AuthorizationServer> => {
  let ahead = -behindSeconds;
  const now = (): number => Math.floor(Date.now() / 1000) + ahead;
  const population = people.map((username) => person(username, now));
  const folder = mkdtempSync(join(tmpdir(), 'stile-conformance-'));
  const running = await onFreePort((port) => {
    const config = resolveConfig(change(fabrikam(`http://localhost:${port}/`, folder, population, clients)));
    return run(config, () => instant(now()), replace, logFile);
  });
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

const run = async (
  config: Config,
  now: () => Instant,
  replace: (deps: Deps) => Deps,
  logFile: string | undefined,
): Promise<RunningServer> => {
  const store = openStore(config);
  const log = logFile === undefined ? createLog('silent') : createLog('debug', logFile);
  try {
    return await listen(replace(await createDeps(config, store, log, { now })));
  } catch (error) {
    await store.close();
    throw error;
  }
};

const MOST_TRIES = 5;

/**
 * Starts something on a port that nobody listens on, again on another when somebody was faster: an issuer's name holds its
 * port, so the port must be known before the server starts.
 */
export const onFreePort = async <T>(start: (port: number) => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (tries === MOST_TRIES || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'))
        throw error;
    }
  }
};

/** A port that nobody listens on just now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
};

/** The port that a server was given. */
export const portOf = (server: Server): number => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
};
