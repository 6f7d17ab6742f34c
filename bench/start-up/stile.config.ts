/** The configuration with which the start of the server is measured: `BENCH_SETTINGS` holds the settings as JSON. */
import { defineConfig } from '@stile/server';
import { stileConfig } from '../contenders/stile-config.ts';
import { settingsIn } from '../world.ts';

export default defineConfig((environment) => stileConfig(settingsIn(environment.BENCH_SETTINGS ?? '')));
