/** The `stile` command as a process of its own, with a configuration file of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '@stile/server';
import type { ChildProgram } from '../child-program.ts';
import { startProgram } from '../child-program.ts';

const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));

/** A folder for one installation: its configuration, its data, its backups. */
export interface Installation {
  readonly folder: string;
  /** Writes the configuration, in place of the one that is there. */
  readonly configure: (config: ConfigInput | string) => void;
  /** Runs a command to its end. */
  readonly stile: (...words: string[]) => Promise<{ readonly status: number | null; readonly text: string }>;
  /** Starts the server, and waits until it takes connections. */
  readonly serve: (port: number) => Promise<ChildProgram>;
  readonly remove: () => void;
}

export const install = (): Installation => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-installation-'));
  const file = join(folder, 'stile.config.mjs');
  const env = { STILE_CONFIG: file, STILE_LOG_LEVEL: 'trace' };
  return {
    folder,
    configure: (config) =>
      writeFileSync(file, typeof config === 'string' ? config : `export default ${JSON.stringify(config)};`),
    stile: async (...words) => {
      const child = spawn(process.execPath, [main, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const written: string[] = [];
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => written.push(String(chunk)));
      await once(child, 'close');
      return { status: child.exitCode, text: written.join('') };
    },
    serve: (port) => startProgram({ command: process.execPath, args: [main, 'serve'], port, env }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
