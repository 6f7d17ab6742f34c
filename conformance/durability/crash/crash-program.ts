/**
 * An authorization server as a program of its own, to be killed under load. It waits for orders with its code loaded already.
 *
 *     node crash-program.ts <folder for compiled code>
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import type { Config, Deps, RunningServer } from '@stile/server';
import type { Order } from './orders.ts';
import { isOrder } from './orders.ts';
import { dieAt } from './sudden-death.ts';

// What one process has compiled the next ones need not: the test is about what they do, not about how they are loaded.
enableCompileCache(process.argv[2]);
const { createDeps, createLog, listen, openStore, resolveConfig, runCommand } = await import('@stile/server');
flushCompileCache();

const log = createLog('silent');
let now: Instant = instant(0);
let running: { readonly config: Config; readonly deps: Deps; readonly server: RunningServer } | undefined;

const serve = async (configuration: unknown): Promise<void> => {
  const config = resolveConfig(configuration);
  const deps = await createDeps(config, openStore(config), log, { now: () => now });
  running = { config, deps, server: await listen(deps) };
};

const sweepOn = async ({ store }: Deps): Promise<void> => {
  await store.sweep(now);
  setTimeout(() => void (running && sweepOn(running.deps)), 2);
};

const obey = async (order: Order): Promise<void> => {
  switch (order.kind) {
    case 'serve':
      now = instant(order.now);
      return serve(order.configuration);
    case 'clock':
      now = instant(order.now);
      return undefined;
    case 'die':
      return dieAt(order.death);
    case 'sweep':
      return running && sweepOn(running.deps);
    case 'rotate':
      if (running) await runCommand(['keys', 'rotate'], { config: running.config, log, print: () => undefined });
      return undefined;
  }
};

process.on('message', (message) => {
  if (!isOrder(message)) throw new Error('Not an order.');
  void obey(message).then(() => process.send?.(message.kind));
});
process.once('SIGTERM', () => {
  const closing = running?.server;
  running = undefined;
  void closing?.close().then(() => process.disconnect());
});
process.send?.('ready');
