/** A site as the guide describes it: two Stile processes on one data folder, and a proxy with TLS in front of them. */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOrInstall, openssl } from '../../tools/debian-packages.ts';
import { onFreePort, portOf } from '../authorization-server.ts';
import type { ChildProgram } from '../child-program.ts';
import { startProgram } from '../child-program.ts';
import type { Person } from '../people.ts';
import { person, whoIs } from '../people.ts';
import { configurationFromGuide } from './guide.ts';
import { fetchOverTls } from './tls-fetch.ts';

export const HOST = 'login.example.com';
export const ISSUER = `https://${HOST}/`;
export const CALLBACK = 'https://intranet.example.com/callback';
export const CLIENT_ID = 'intranet';
export const CLIENT_SECRET = 'secret of the intranet, long enough';

const repository = join(import.meta.dirname, '../..');

/** Where things are on this machine, for a configuration of the guide. */
export interface Places {
  readonly folder: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly accessLog: string;
  readonly ports: { readonly https: number; readonly http: number; readonly stile: readonly [number, number] };
}

/** A proxy that runs. */
export interface RunningProxy {
  /** Takes in a configuration without one of the Stile processes, as the guide does before it restarts one. */
  leaveOut(index: 0 | 1): Promise<void>;
  /** Takes in the whole configuration again. */
  putBack(): Promise<void>;
  close(): Promise<unknown>;
}

export interface Site {
  readonly places: Places;
  /** The certificate, as PEM. */
  readonly certificate: string;
  /** The hash of its key, by which Chromium trusts it. */
  readonly keyHash: string;
  readonly proxy: RunningProxy;
  /** From an address of this machine, through the proxy. */
  fetch(from?: string): typeof fetch;
  /** @throws Error when nobody has that name */
  person(username: string): Person;
  accessLog(): string;
  /** Stops a Stile process by SIGTERM and starts it again. Gives back the exit code. */
  restart(index: 0 | 1): Promise<number | null>;
  close(): Promise<void>;
}

const certify = async (folder: string): Promise<{ readonly certificateFile: string; readonly keyFile: string }> => {
  await findOrInstall([openssl]);
  const certificateFile = join(folder, 'fullchain.pem');
  const keyFile = join(folder, 'privkey.pem');
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`, '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('/usr/bin/openssl', ['req', '-x509', ...key, ...subject, '-out', certificateFile], { stdio: 'ignore' });
  return { certificateFile, keyFile };
};

/** Free a moment ago, and different from one another. */
const freePorts = async (): Promise<readonly [number, number, number]> => {
  const servers = Array.from({ length: 3 }, (): Server => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [first = 0, second = 0, third = 0] = servers.map(portOf);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return [first, second, third];
};

/** The guide's configuration with people added; the packages are found as they are beside an installed Stile. */
const configureStile = (folder: string, people: readonly Person[]): string => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(repository, 'node_modules/@stile'), join(folder, 'node_modules/@stile'));
  const guide = configurationFromGuide('stile.config.ts', [['/var/lib/stile', join(folder, 'data')]]);
  writeFileSync(join(folder, 'guide.config.ts'), guide);
  const users = people.map(({ id, username, password, totpSecret }) => ({
    id,
    username,
    password,
    claims: { email: `${username}@example.com` },
    totp: { name: 'Phone', secret: totpSecret },
  }));
  const file = join(folder, 'stile.config.ts');
  writeFileSync(
    file,
    `import guide from './guide.config.ts';\nexport default (env) => ({ ...guide(env), users: ${JSON.stringify(users)} });\n`,
  );
  return file;
};

interface StileProcess {
  close(): Promise<number | null>;
  restart(): Promise<number | null>;
}

const startStile = async (config: string, folder: string, port: number): Promise<StileProcess> => {
  const start = (): Promise<ChildProgram> =>
    startProgram({
      command: process.execPath,
      args: [join(repository, 'packages/server/src/main.ts'), 'serve'],
      port,
      cwd: folder,
      env: { PORT: String(port), STILE_CONFIG: config, INTRANET_SECRET: CLIENT_SECRET },
    });
  let program = await start();
  return {
    close: () => program.close(),
    restart: async () => {
      const exitCode = await program.close();
      program = await start();
      return exitCode;
    },
  };
};

/** Starts a whole site. @param startProxy starts the proxy by the guide's configuration */
export const startSite = (
  usernames: readonly string[],
  startProxy: (places: Places) => Promise<RunningProxy>,
): Promise<Site> =>
  onFreePort(async (https) => {
    const folder = mkdtempSync(join(tmpdir(), 'stile-proxy-'));
    // The workers of a proxy that root starts are another user.
    chmodSync(folder, 0o755);
    const people = usernames.map((username) => person(username, () => Math.floor(Date.now() / 1000)));
    const [http, first, second] = await freePorts();
    const ports = { https, http, stile: [first, second] } as const;
    const places = { folder, ...(await certify(folder)), accessLog: join(folder, 'access.log'), ports };
    const config = configureStile(folder, people);
    const running: { close(): Promise<unknown> }[] = [];
    const close = async (): Promise<void> => {
      await Promise.all(running.map((program) => program.close()));
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      const stiles: StileProcess[] = [];
      for (const port of ports.stile) {
        const stile = await startStile(config, folder, port);
        stiles.push(stile);
        running.push(stile);
      }
      const proxy = await startProxy(places);
      running.push(proxy);
      return { ...describe(places, people), proxy, restart: async (index) => stiles[index]?.restart() ?? null, close };
    } catch (error) {
      await close();
      throw error;
    }
  });

/** What is known of a site without asking it. */
const describe = (
  places: Places,
  people: readonly Person[],
): Pick<Site, 'places' | 'certificate' | 'keyHash' | 'fetch' | 'person' | 'accessLog'> => {
  const certificate = readFileSync(places.certificateFile, 'utf8');
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  const way = { port: places.ports.https, certificate };
  return {
    places,
    certificate,
    keyHash: createHash('sha256').update(key).digest('base64'),
    fetch: (from) => fetchOverTls({ ...way, ...(from !== undefined && { from }) }),
    person: (username) => whoIs(username, people),
    accessLog: () => (existsSync(places.accessLog) ? readFileSync(places.accessLog, 'utf8') : ''),
  };
};
