/** A server as a program of its own, to be killed: `node server-program.ts <configuration as JSON>`. Says `listening` when it does. */
import { createDeps, createLog, listen, openStore, resolveConfig } from '@stile/server';

const config = resolveConfig(JSON.parse(process.argv[2] ?? ''));
await listen(await createDeps(config, openStore(config), createLog('silent')));
process.stdout.write('listening\n');
