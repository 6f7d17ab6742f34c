/** `npm run code`: the code that Robin's authenticator app shows now. */
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@stile/server';
import { authenticatorOf } from './authenticator.ts';

const config = await loadConfig(fileURLToPath(new URL('../../../stile.config.ts', import.meta.url)), {});
const app = authenticatorOf('robin', config);
if (!app) throw new Error('stile.config.ts has no user robin with an authenticator app.');
const seconds = Math.floor(Date.now() / 1000);
const { code, secondsLeft } = app.codeAt(seconds);
process.stdout.write(`${code}   for another ${secondsLeft} s\n`);
process.stdout.write(`${app.codeAt(seconds, 1).code}   the next one; accepted already. Each code works once.\n`);
