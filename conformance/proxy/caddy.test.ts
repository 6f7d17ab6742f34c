/** Caddy, by the configuration of the guide. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { caddy, findOrInstall } from '../../tools/debian-packages.ts';
import { startProgram } from '../child-program.ts';
import { describeSite } from './behaviour.ts';
import { configurationFromGuide } from './guide.ts';
import type { Places, RunningProxy } from './site.ts';

const run = promisify(execFile);

const startCaddy = async ({ folder, ports, certificateFile, keyFile, accessLog }: Places): Promise<RunningProxy> => {
  await findOrInstall([caddy]);
  const socket = join(folder, 'admin.sock');
  const configuration = configurationFromGuide('/etc/caddy/Caddyfile', [
    ['\n{\n', `\n{\n\tadmin unix/${socket}\n\thttp_port ${ports.http}\n\thttps_port ${ports.https}\n`],
    ['127.0.0.1:9000 127.0.0.1:9001', ports.stile.map((port) => `127.0.0.1:${port}`).join(' ')],
    ['/etc/ssl/login.example.com/fullchain.pem', certificateFile],
    ['/etc/ssl/login.example.com/privkey.pem', keyFile],
    ['/var/log/caddy/stile.log', accessLog],
  ]);
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, configuration);
  const command = '/usr/bin/caddy';
  // Its own folders, so that nothing of the machine's Caddy is read or written.
  const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const args = ['--config', file, '--adapter', 'caddyfile'];
  const program = await startProgram({ command, args: ['run', ...args], port: ports.https, env });
  const reload = async (more: Readonly<Record<string, string>> = {}): Promise<void> => {
    await run(command, ['reload', ...args, '--address', `unix/${socket}`, '--force'], { env: { ...env, ...more } });
    // It says so while the configuration before still holds the port.
    await pause(50);
  };
  return {
    putBack: () => reload(),
    leaveOut: (index) => reload({ STILE: `127.0.0.1:${ports.stile[1 - index]}` }),
    close: () => program.close(),
  };
};

await describeSite('Caddy', startCaddy);
