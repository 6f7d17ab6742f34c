/**
 * Stile as a program of its own: `node stile-program.ts <settings as JSON>`. It is the server as it is run, but for three
 * things: it signs with the key that all contenders sign with, its clock can be turned forward, and passwords cost it nothing,
 * for hashing is measured apart.
 */
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { instant } from '@stile/core';
import type { Deps } from '@stile/server';
import { createDeps, createLog, listen, openStore, resolveConfig } from '@stile/server';
import { deployAction } from '../../packages/server/src/actions/deploy/deploy.ts';
import { openEncryptionKey } from '../../packages/server/src/actions/deploy/encryption-key.ts';
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

const PROFILE_MICROSECONDS = 200;

let ahead = 0;
const now: Deps['now'] = () => instant(Math.floor(Date.now() / 1000) + ahead);

const config = resolveConfig(stileConfig(settings));
const store = openStore(config);
const { jwk, alg } = settings;
await store.keys.ensure([{ kid: jwk.kid, alg, privateJwk: jwk, state: 'current', createdAt: now(), retiresAt: null }]);
const deps = await createDeps(config, store, createLog('info'), { now, passwords });
if (settings.action !== undefined) {
  const { action: code } = settings;
  await deployAction(
    {
      ...deps,
      store: store.actions,
      settings: config.actions,
      encryptionKey: () => openEncryptionKey(config, 'throw'),
    },
    { name: 'bench', program: { checksum: hash('sha256', code, 'base64url'), code }, dependencies: [], warnings: [] },
    {},
    'live',
  );
}
const running = await listen(deps);

/** What the benchmark says: how far to turn the clock, or where to write a profile of what happens until it is asked for. */
type Message =
  | { readonly advance: number }
  | { readonly profile: 'begin' }
  | { readonly profile: 'end'; readonly file: string };

const profiler = new Session();

const obey = async (message: Message): Promise<void> => {
  if ('advance' in message) {
    ahead += message.advance;
  } else if (message.profile === 'begin') {
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.setSamplingInterval', { interval: PROFILE_MICROSECONDS });
    await profiler.post('Profiler.start');
  } else {
    const { profile } = await profiler.post('Profiler.stop');
    writeFileSync(message.file, JSON.stringify(profile));
  }
};

process.on('message', (message: Message) => {
  void obey(message).then(() => process.send?.({ done: true }));
});
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit());
});
process.send?.({ ready: true });
