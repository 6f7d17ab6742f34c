/** A running server with everything in it that a request may refer to, and visitors who have come as far as a request needs. */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import type { Config, ConfigInput, RunningServer } from '@stile/server';
import { createDeps, createLog, listen, openStore, resolveConfig, runCommand } from '@stile/server';
import { onFreePort } from '../authorization-server.ts';
import { ACCOUNTS, CALLBACK, fabrikam, SIGNED_OUT } from '../fabrikam.ts';
import type { Person } from '../people.ts';
import { person } from '../people.ts';
import { Visitor } from './visitor.ts';
import { Wire } from './wire.ts';

/** Has a second factor. */
const ROBIN = 'robin';
/** Has none, and must enrol one behind a ticket. */
const SAM = 'sam';

export interface World {
  readonly issuer: string;
  readonly port: number;
  readonly robin: Person;
  /** Somebody new in front of a browser of their own. */
  visitor(): Visitor;
  /** Somebody in whose browser Robin, or Sam, has given their password. */
  signedIn(username: typeof ROBIN | typeof SAM): Promise<Visitor>;
  /** A set-up code for Sam. */
  ticket(): Promise<string>;
  /** A client's assertion that it is who it is. */
  assertion(): string;
  /** Turns the clock, so that no limit hides what lies behind it. */
  advance(seconds: number): void;
  /** What the server wrote of its own failures. */
  failures(): readonly string[];
  close(): Promise<void>;
}

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A program of the operator that looks at decisions. */
export const WATCHER = { id: 'watcher', secret: 'secret-of-the-watcher-for-hostile-tests' } as const;

const clients: NonNullable<ConfigInput['clients']> = [
  {
    id: 'signer',
    name: 'A client that signs',
    authentication: ['private_key_jwt'],
    jwks: { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kty: 'EC' }] },
    grantTypes: ['client_credentials'],
    apis: { [ACCOUNTS]: ['read:accounts'] },
  },
  {
    id: 'bank',
    name: 'Fabrikam Bank',
    authentication: ['none'],
    redirectUris: [CALLBACK],
    postLogoutRedirectUris: [SIGNED_OUT],
    webOrigins: ['https://bank.fabrikam.example'],
    firstParty: true,
    apis: { [ACCOUNTS]: ['read:accounts'] },
  },
];

const configOf = (port: number, folder: string, robin: Person): Config => {
  const issuer = `http://localhost:${port}/`;
  const watcher = {
    ...WATCHER,
    name: 'Watcher',
    authentication: ['client_secret_basic' as const],
    grantTypes: ['client_credentials' as const],
    apis: { [`${issuer}api/v2/`]: ['read:decisions', 'read:lock_outs', 'read:stats', 'simulate:decisions'] },
  };
  const { users = [], ...usual } = fabrikam(issuer, folder, [robin], [...clients, watcher]);
  const sam = { id: 'user_sam', username: SAM, password: 'purple otters juggle lemons' };
  // A trusted proxy tells the addresses, so that every request can come from another one and no limit hides what lies behind it.
  return resolveConfig({ ...usual, users: [...users, sam], trustedProxies: 1, lifetimes: { enrolmentTicket: '99d' } });
};

const run = async (config: Config, log: string, now: () => Instant): Promise<RunningServer> => {
  const store = openStore(config);
  try {
    return await listen(await createDeps(config, store, createLog('error', log), { now }));
  } catch (error) {
    await store.close();
    throw error;
  }
};

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const assertionFor = (issuer: string, now: number): string => {
  const claims = { iss: 'signer', sub: 'signer', aud: issuer, exp: now + 60, iat: now, jti: randomUUID() };
  const input = `${segment({ alg: 'ES256' })}.${segment(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
};

/** Starts the server; everything in it ends with `close`. */
export const startWorld = async (): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-hostile-'));
  const log = join(folder, 'errors.log');
  let ahead = 0;
  const now = (): number => Math.floor(Date.now() / 1000) + ahead;
  const robin = person(ROBIN, now);
  const running = await onFreePort((port) => run(configOf(port, folder, robin), log, () => instant(now())));
  const { port } = running;
  const config = configOf(port, folder, robin);
  const wires: Wire[] = [];
  const visitor = (): Visitor => {
    const wire = new Wire(port);
    wires.push(wire);
    return new Visitor(wire);
  };
  return {
    issuer: config.issuer,
    port,
    robin,
    visitor,
    signedIn: async (username) => {
      const password = username === ROBIN ? robin.password : 'purple otters juggle lemons';
      const someone = visitor();
      const page = await someone.begin('/login');
      await someone.answer(page, { username, password });
      return someone;
    },
    ticket: async () => {
      const printed: string[] = [];
      await runCommand(['ticket', SAM], {
        config,
        log: createLog('silent'),
        print: (line) => void printed.push(line),
      });
      const [code] = /[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/.exec(printed.join('\n')) ?? [];
      if (code === undefined) throw new Error(`No ticket: ${printed.join('\n')}`);
      return code;
    },
    assertion: () => assertionFor(config.issuer, now()),
    advance: (seconds) => {
      ahead += seconds;
    },
    failures: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    close: async () => {
      for (const wire of wires) wire.close();
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
