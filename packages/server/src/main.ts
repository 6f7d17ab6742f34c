/**
 * The `stile` command. The only place that reads the environment:
 *
 * - `STILE_CONFIG`: the configuration file, `./stile.config.ts` by default
 * - `STILE_LOG_LEVEL`: `info` by default
 */
import { verifyOffline } from './cli/audit.ts';
import { runCommand } from './cli/commands.ts';
import { doctorWithoutConfiguration } from './cli/doctor.ts';
import { loadConfig } from './cli/load-config.ts';
import { ConfigError } from './config/config.ts';
import { describeError } from './log/error.ts';
import { createLog } from './server.ts';
import { StoreError } from './store/store-error.ts';

const log = createLog(process.env.STILE_LOG_LEVEL ?? 'info');
const words = process.argv.slice(2);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** An expected failure says what to do; any other is told without what it may quote. */
const complain = (failure: unknown): number => {
  const { type, message, stack } = describeError(failure, []);
  const expected = failure instanceof ConfigError || failure instanceof StoreError;
  process.stderr.write(expected ? `${failure.message}\n` : `${type}: ${message}\n${stack ?? ''}\n`);
  return 1;
};

process.on('uncaughtException', (failure) => {
  log.fatal({ err: describeError(failure, []) }, 'stopped by a failure that nobody expected');
  process.exit(1);
});

/** What needs no configuration: an exported audit log is verified anywhere. */
const withoutConfiguration = async (): Promise<number | undefined> =>
  words[0] === 'audit' && words[1] === 'verify' ? verifyOffline(words.slice(2), print) : undefined;

const withConfiguration = async (): Promise<number> => {
  const config = await loadConfig(process.env.STILE_CONFIG ?? './stile.config.ts', process.env);
  return runCommand(words, { config, log, print, environment: process.env });
};

try {
  process.exitCode = (await withoutConfiguration()) ?? (await withConfiguration());
} catch (failure) {
  process.exitCode = doctorWithoutConfiguration(failure, words, print) ?? complain(failure);
}
