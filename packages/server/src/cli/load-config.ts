import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isJsonObject } from '@stile/core';
import type { Config, Environment } from '../config/config.ts';
import { ConfigError, resolveConfig } from '../config/config.ts';

/**
 * Loads a configuration file: its default export, a function of the environment (or the plain object).
 *
 * @throws ConfigError when there is no such file, or it does not hold a configuration
 */
export const loadConfig = async (path: string, environment: Environment): Promise<Config> => {
  const file = resolve(path);
  const declared = await defaultExport(file);
  if (declared === undefined) {
    throw new ConfigError(`${file} has no default export; write: export default defineConfig(…)`);
  }
  return resolveConfig(isConfigFunction(declared) ? declared(environment) : declared);
};

const isConfigFunction = (value: unknown): value is (environment: Environment) => unknown =>
  typeof value === 'function';

const defaultExport = async (file: string): Promise<unknown> => {
  const url = pathToFileURL(file).href;
  try {
    const module: unknown = await import(url);
    return isJsonObject(module) ? module.default : undefined;
  } catch (error) {
    throw new ConfigError(
      `The configuration ${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};
