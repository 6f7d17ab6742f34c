/** The policy of a configuration file that is not in force (yet). */
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { CommandLine } from './command.ts';
import { loadConfig } from './load-config.ts';

/** @throws ConfigError when there is no such file, or it does not hold a configuration */
export const candidateConfig = (path: string, { environment }: CommandLine): Promise<Config> =>
  loadConfig(resolve(path), environment ?? {});
