/** nginx, by the configuration of the guide. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findOrInstall, nginx } from '../../tools/debian-packages.ts';
import type { ChildProgram } from '../child-program.ts';
import { startProgram } from '../child-program.ts';
import { describeSite } from './behaviour.ts';
import { configurationFromGuide } from './guide.ts';
import type { Places, RunningProxy } from './site.ts';

/** What Debian's nginx.conf is around the files of conf.d, with the folders of a test. */
const around = (folder: string, site: string, accessLog: string): string => `
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
worker_processes 1;
daemon off;
events {}
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')}
  # As Debian has it: with the whole request, for every server that does not say otherwise.
  access_log ${accessLog};
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
  writeFileSync(file, around(folder, site, accessLog));
  const args = ['-p', folder, '-e', join(folder, 'error.log'), '-c', file];
  const program = await startProgram({ command: '/usr/sbin/nginx', args, port: ports.https });
  const reload = async (text: string): Promise<void> => {
    writeFileSync(site, text);
    const before = workersOf(program);
    program.kill('SIGHUP');
    while (workersOf(program).some((pid) => before.includes(pid))) await pause(20);
  };
  return {
    putBack: () => reload(configuration),
    leaveOut: (index) => {
      const server = `127.0.0.1:${ports.stile[index]}`;
      return reload(configuration.replace(`${server} max_fails=0;`, `${server} down;`));
    },
    close: () => program.close(),
  };
};

/** The processes that answer. Those of the configuration before end when they have answered everything. */
const workersOf = ({ pid }: ChildProgram): readonly string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');

await describeSite('nginx', startNginx);
