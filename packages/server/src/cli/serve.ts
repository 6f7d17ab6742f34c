import type { Logger } from 'pino';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { BEAT_MILLISECONDS, keepAnnouncing } from '../doctor/processes.ts';
import { describeError } from '../log/error.ts';
import { createDeps, listen, openStore } from '../server.ts';
import type { Command } from './command.ts';

/** `stile serve`: listens until SIGINT or SIGTERM. A second one cuts what is still under way. */
export const serve: Command = async (_words, { config, log }) => {
  const findings = await examine(config, { thorough: false, reach: false });
  if (tell(findings, log)) return 1;
  const deps = await createDeps(config, openStore(config), log);
  const server = await listen(deps).catch(async (error: unknown) => {
    await deps.store.close();
    throw error;
  });
  // Telling other processes that this one runs is of no use if it keeps this one from running.
  const announcement = keepAnnouncing(config, (error) =>
    log.warn({ err: describeError(error, []) }, 'this process could not say in the data folder that it runs'),
  );
  const beat = setInterval(() => announcement.beat(), BEAT_MILLISECONDS);
  log.info({ issuer: config.issuer, port: server.port, metricsPort: server.metricsPort }, 'listening');
  await askedToStop();
  log.info('shutting down');
  const hurry = new AbortController();
  void askedToStop().then(() => {
    log.warn('told again to stop: what is still under way is cut');
    hurry.abort();
  });
  clearInterval(beat);
  announcement.withdraw();
  await server.close(hurry.signal);
  return 0;
};

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Waits for the next signal to stop. Whoever waits no longer leaves the one after it to the system. */
const askedToStop = (): Promise<void> =>
  new Promise((resolve) => {
    const heard = (): void => {
      for (const signal of STOP_SIGNALS) process.off(signal, heard);
      resolve();
    };
    for (const signal of STOP_SIGNALS) process.on(signal, heard);
  });

/** Tells what is not as it should be. True when the server must not start. */
const tell = (findings: readonly Finding[], log: Logger): boolean => {
  for (const { severity, check, what, why, todo } of findings) {
    if (severity === 'warning') log.warn({ check, why, todo }, what);
    if (severity === 'error') log.error({ check, why, todo }, what);
  }
  return findings.some(({ severity }) => severity === 'error');
};
