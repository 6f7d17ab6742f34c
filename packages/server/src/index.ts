export { type Config, ConfigError, defineConfig, type Environment, resolveConfig } from './config/config.ts';
export type { ConfigInput } from './config/schema.ts';
export { createDeps, listen, openStore, type RunningServer } from './server.ts';
