/**
 * `npm start`: all of Fabrikam on this machine. It reads from the environment:
 *
 * - `STILE_DATA`: the folder of the authorization server's data, `./data` by default
 * - `STILE_LOG_LEVEL`: `info` by default
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, loadConfig } from '@stile/server';
import { chooseAddresses, environmentOf, usualPorts } from './addresses.ts';
import { startFabrikam } from './fabrikam.ts';
import { welcome } from './welcome.ts';

const configFile = fileURLToPath(new URL('../../../stile.config.ts', import.meta.url));

const run = async (): Promise<void> => {
  // Listened for from the beginning, so that an interrupt during the start is not lost.
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const addresses = await chooseAddresses(usualPorts);
  const config = await loadConfig(configFile, { ...process.env, ...environmentOf(addresses) });
  const logFile = join(config.dataFolder, 'stile.log');
  const fabrikam = await startFabrikam({
    addresses,
    config,
    log: { level: process.env.STILE_LOG_LEVEL ?? 'info', file: logFile },
    onApiDecision: (decision) => {
      if (decision.outcome === 'refused' && decision.refusal.cause instanceof Error) {
        process.emitWarning(decision.refusal.cause);
      }
    },
  });
  const dataElsewhere = process.env.STILE_DATA !== undefined;
  const isTerminal = process.stdout.isTTY;
  process.stdout.write(await welcome({ addresses, config, logFile, dataElsewhere, isTerminal }));
  await interrupted;
  await fabrikam.close();
  process.stdout.write('\nFabrikam is closed. Start it again and everybody is still signed in.\n');
};

try {
  await run();
} catch (error) {
  const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
