/**
 * Stile as a program of its own: `node stile-program.ts <settings as JSON>`. It is the server as it is run, but for three
 * things: it signs with the key that all contenders sign with, its clock can be turned forward, and passwords cost it nothing,
 * for hashing is measured apart.
 */
import { instant } from '@stile/core';
import type { Deps } from '@stile/server';
import { createDeps, createLog, listen, openStore, resolveConfig } from '@stile/server';
import { settingsIn } from '../world.ts';
import { stileConfig } from './stile-config.ts';

const settings = settingsIn(process.argv[2] ?? '');

/** Remembers passwords as they are: for a benchmark alone. */
const passwords = {
  hash: async (password: string) => password,
  verify: async (stored: string | undefined, password: string) => ({ valid: stored === password, needsRehash: false }),
  queueLength: () => 0,
  running: () => 0,
  isFull: () => false,
};

let ahead = 0;
const now: Deps['now'] = () => instant(Math.floor(Date.now() / 1000) + ahead);

const config = resolveConfig(stileConfig(settings));
const store = openStore(config);
const { jwk, alg } = settings;
await store.keys.ensure([{ kid: jwk.kid, alg, privateJwk: jwk, state: 'current', createdAt: now(), retiresAt: null }]);
const running = await listen(await createDeps(config, store, createLog('info'), { now, passwords }));

process.on('message', ({ advance }: { readonly advance: number }) => {
  ahead += advance;
  process.send?.({ ahead });
});
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit());
});
process.send?.({ ready: true });
