/**
 * The `stile` command. The only place that reads the environment:
 *
 * - `STILE_CONFIG`: the configuration file, `./stile.config.ts` by default
 * - `STILE_LOG_LEVEL`: `info` by default
 */
import { pino } from 'pino';
import { runCommand } from './cli/commands.ts';
import { loadConfig } from './cli/load-config.ts';
import { ConfigError } from './config/config.ts';
import { StoreError } from './store/store-error.ts';

const log = pino({ name: 'stile', level: process.env.STILE_LOG_LEVEL ?? 'info' });

try {
  const config = await loadConfig(process.env.STILE_CONFIG ?? './stile.config.ts', process.env);
  process.exitCode = await runCommand(process.argv.slice(2), {
    config,
    log,
    print: (line) => process.stdout.write(`${line}\n`),
  });
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof StoreError;
  process.stderr.write(
    `${expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
