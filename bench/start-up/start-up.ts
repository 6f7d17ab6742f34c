/** How long the server takes from nothing to its first answer, and how much memory it has then. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort, newFolder, onServerCore, removeFolder } from '../contenders/program.ts';
import { Connection, get } from '../load/connection.ts';
import type { StartUp } from '../results.ts';
import type { Settings } from '../world.ts';
import { API_CLIENT, AUDIENCE, CLIENT, makeSigningPair, SCOPE } from '../world.ts';

const MAIN = join(import.meta.dirname, '../../packages/server/src/main.ts');
/** Loaded first by every npm script. */
const REQUIRE_NODE = join(import.meta.dirname, '../../tools/require-node.mjs');
const CONFIG = join(import.meta.dirname, 'stile.config.ts');
const POLL_MILLISECONDS = 2;
const MOST_MILLISECONDS = 60_000;

const firstAnswer = async (port: number): Promise<number> => {
  const began = performance.now();
  while (performance.now() - began < MOST_MILLISECONDS) {
    const connection = await Connection.open(port).catch(() => undefined);
    if (connection) {
      const { status } = await connection.send(get(`localhost:${port}`, '/.well-known/openid-configuration'));
      connection.close();
      if (status === 200) return performance.now() - began;
      throw new Error(`The first answer of the server is ${status}.`);
    }
    await setTimeout(POLL_MILLISECONDS);
  }
  throw new Error('The server does not start.');
};

/** Megabytes that a process has in memory; 0 where the system does not say. */
const residentMegabytes = ({ pid }: ChildProcess): number => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return 0;
  }
};

/** Starts the server as an operator does, and stops it again. */
const startOnce = async (folder: string, pinned: boolean): Promise<{ milliseconds: number; megabytes: number }> => {
  const port = await freePort();
  const pair = makeSigningPair('ES256');
  const settings: Settings = {
    issuer: `http://localhost:${port}/`,
    port,
    alg: pair.alg,
    jwk: pair.jwk,
    client: CLIENT,
    apiClient: API_CLIENT,
    audience: AUDIENCE,
    scope: SCOPE,
    signedInAt: 0,
    people: 0,
    folder,
  };
  const environment = [`STILE_CONFIG=${CONFIG}`, `BENCH_SETTINGS=${JSON.stringify(settings)}`];
  const [command, args] = onServerCore(['--import', REQUIRE_NODE, MAIN], pinned);
  const child = spawn('env', [...environment, command, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const milliseconds = await firstAnswer(port);
    return { milliseconds, megabytes: residentMegabytes(child) };
  } finally {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }
};

/** Measures the first start, which makes keys and a database, and the starts after it, in turn. */
export const measureStartUp = async (rounds: number, pinned: boolean): Promise<StartUp> => {
  const [first, again, megabytes]: [number[], number[], number[]] = [[], [], []];
  for (let number = 0; number < rounds; number += 1) {
    const folder = newFolder();
    try {
      first.push((await startOnce(folder, pinned)).milliseconds);
      const next = await startOnce(folder, pinned);
      again.push(next.milliseconds);
      megabytes.push(next.megabytes);
    } finally {
      removeFolder(folder);
    }
  }
  return { firstMilliseconds: first, againMilliseconds: again, residentMegabytes: Math.max(...megabytes) };
};
