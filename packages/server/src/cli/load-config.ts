import { dirname, resolve } from 'node:path';
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
  const config = resolveConfig(isConfigFunction(declared) ? declared(environment) : declared);
  return withKey(besideFile(config, file), environment);
};

/** The Actions of a configuration, and the files that it reads their secrets from, lie beside it. */
const besideFile = (config: Config, file: string): Config => {
  const beside = (path: string): string => resolve(dirname(file), path);
  const { folder, secrets } = config.actions;
  const place = (source: (typeof secrets)[string][string]) =>
    typeof source === 'object' ? { file: beside(source.file) } : source;
  const placed = Object.fromEntries(
    Object.entries(secrets).map(
      ([action, its]) =>
        [action, Object.fromEntries(Object.entries(its).map(([name, source]) => [name, place(source)]))] as const,
    ),
  );
  return { ...config, actions: { ...config.actions, folder: beside(folder), secrets: placed } };
};

const withKey = (config: Config, { STILE_ENCRYPTION_KEY: key }: Environment): Config =>
  config.encryptionKey !== undefined || key === undefined || key === '' ? config : { ...config, encryptionKey: key };

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
