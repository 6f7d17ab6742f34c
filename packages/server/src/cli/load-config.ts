import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config, Environment } from '../config/config.ts';
import { ConfigError, resolveConfig } from '../config/config.ts';

/**
 * Loads a configuration file: its default export, a function of the environment (or the plain object).
 *
 * @throws ConfigError when there is no such file, or it does not hold a configuration
 */
export const loadConfig = async (path: string, environment: Environment): Promise<Config> => {
  const file = resolve(path);
  const module: { readonly default?: unknown } = await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw new ConfigError(
      `The configuration ${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const declared = module.default;
  if (declared === undefined)
    throw new ConfigError(`${file} has no default export; write: export default defineConfig(…)`);
  return resolveConfig(typeof declared === 'function' ? declared(environment) : declared);
};
