/** nginx, by the configuration of the guide. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOrInstall, nginx } from '../../tools/debian-packages.ts';
import { startProgram } from '../child-program.ts';
import { describeSite } from './behaviour.ts';
import { configurationFromGuide } from './guide.ts';
import type { Places, RunningProxy } from './site.ts';

/** What Debian's nginx.conf is around the files of conf.d, with the folders of a test. */
const around = (folder: string, site: string): string => `
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
worker_processes 1;
daemon off;
events {}
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')}
  include ${site};
}
`;

const startNginx = async ({ folder, ports, certificateFile, keyFile, accessLog }: Places): Promise<RunningProxy> => {
  await findOrInstall([nginx]);
  const site = join(folder, 'stile.conf');
  const configuration = configurationFromGuide('/etc/nginx/conf.d/stile.conf', [
    ['listen 80;', `listen 127.0.0.1:${ports.http};`],
    ['listen 443 ssl', `listen 127.0.0.1:${ports.https} ssl`],
    ['127.0.0.1:9000 ', `127.0.0.1:${ports.stile[0]} `],
    ['127.0.0.1:9001 ', `127.0.0.1:${ports.stile[1]} `],
    ['/etc/ssl/login.example.com/fullchain.pem', certificateFile],
    ['/etc/ssl/login.example.com/privkey.pem', keyFile],
    ['/var/log/nginx/stile.log', accessLog],
  ]);
  writeFileSync(site, configuration);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, around(folder, site));
  const args = ['-p', folder, '-e', join(folder, 'error.log'), '-c', file];
  const program = await startProgram({ command: '/usr/sbin/nginx', args, port: ports.https });
  return {
    reload: async () => program.kill('SIGHUP'),
    // It asks the other one by itself.
    leaveOut: async () => undefined,
    close: () => program.close(),
  };
};

describeSite('nginx', startNginx);
