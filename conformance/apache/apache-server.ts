/** Apache from Debian's packages, in the foreground, with a configuration and a folder of its own; never the service. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apache, findOrInstall } from '../../tools/debian-packages.ts';
import { startProgram } from '../child-program.ts';

export interface Apache {
  /** What it wrote into its error log. */
  log(): string;
  close(): Promise<void>;
}

const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'proxy', 'proxy_http', 'env'];

const base = (folder: string, port: number, modules: readonly string[]): string => `
ServerRoot "${folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
DefaultRuntimeDir "${folder}"
PidFile "${folder}/pid"
ErrorLog "${folder}/error.log"
LogLevel info
${[...MODULES, ...modules].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
`;

/**
 * Starts it on a port of this machine.
 *
 * @param modules besides the usual ones: `auth_openidc`, `oauth2`
 * @param configuration what an administrator would write
 * @throws Error with the code EADDRINUSE when the port is taken
 */
export const startApache = async (port: number, modules: readonly string[], configuration: string): Promise<Apache> => {
  await findOrInstall([apache]);
  const folder = mkdtempSync(join(tmpdir(), 'stile-apache-'));
  // Its workers are another user, when it is started by root.
  chmodSync(folder, 0o755);
  const file = join(folder, 'apache.conf');
  writeFileSync(file, `${base(folder, port, modules)}\n${configuration}\n`);
  const log = (): string => {
    try {
      return readFileSync(join(folder, 'error.log'), 'utf8');
    } catch {
      return '';
    }
  };
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const args = ['-DFOREGROUND', '-f', file];
  const program = await startProgram({ command: '/usr/sbin/apache2', args, port, log }).catch((error: unknown) => {
    remove();
    throw error;
  });
  return {
    log,
    close: async () => {
      await program.close();
      remove();
    },
  };
};
