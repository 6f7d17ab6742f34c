/** A whole server in memory, with a clock that tests turn by hand: requests go in, responses come out, no socket. */
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import { pino } from 'pino';
import type { App } from '../app.ts';
import { createApp } from '../app.ts';
import { resolveConfig } from '../config/config.ts';
import type { ConfigInput } from '../config/schema.ts';
import type { Deps } from '../deps.ts';
import { createPasswordHasher } from '../factors/password-hasher.ts';
import { generateSigningKey, SIGNING_ALGS } from '../keys/jwk.ts';
import { createMailbox } from '../notify/mailbox.ts';
import type { Mail } from '../recovery/mail.ts';
import { createDeps } from '../server.ts';
import type { Store } from '../store/ports.ts';
import type { SigningKey } from '../store/records.ts';
import { createSqliteStore } from '../store/store.ts';
import { testConfig } from './test-config.ts';

export interface TestServer {
  readonly app: App;
  readonly deps: Deps;
  readonly store: Store;
  /** Every line that was logged, to look for secrets in. */
  readonly logged: readonly string[];
  /** Every mail that has left. */
  readonly mails: readonly Mail[];
  /** Sends a request as some device, without cookies of its own. */
  send(path: string, init?: RequestInit, address?: string): Promise<Response>;
  /** Turns the clock. */
  advance(seconds: number): void;
  close(): Promise<void>;
}

/** 2026-11-24, a moment in whole seconds. */
export const START = instant(1_795_478_400);

/** Argon2id so cheap that tests of logic do not wait for it. */
const cheapPasswords = () =>
  createPasswordHasher({ concurrency: 2, queueLimit: 64, parameters: { memoryKib: 64, passes: 1, parallelism: 1 } });

let made: readonly SigningKey[] | undefined;

/** Making RSA keys takes longer than most tests, so the servers of one process share theirs. */
const sharedKeys = (): readonly SigningKey[] => {
  made ??= SIGNING_ALGS.flatMap((alg) => [
    generateSigningKey(alg, 'current', START),
    generateSigningKey(alg, 'next', START),
  ]);
  return made;
};

/** Adds to or replaces parts of the test configuration. */
export type ConfigChange = (config: ConfigInput) => ConfigInput;

/** Puts something between the server and its store: failures, delays, a person who was blocked meanwhile. */
export type StoreChange = (store: Store) => Store;

/** A server that is closed when the test is over. */
export const testServer = async (t: TestContext, change?: ConfigChange, wrap?: StoreChange): Promise<TestServer> => {
  const server = await startTestServer(change, wrap);
  t.after(() => server.close());
  return server;
};

/** Starts a server for tests. */
export const startTestServer = async (
  change: ConfigChange = (config) => config,
  wrap: StoreChange = (unchanged) => unchanged,
): Promise<TestServer> => {
  let now: Instant = START;
  const logged: string[] = [];
  const mails: Mail[] = [];
  const config = resolveConfig(change(testConfig));
  const store = wrap(createSqliteStore({ path: ':memory:', now: () => now }));
  await store.keys.ensure(sharedKeys());
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const deps = await createDeps(config, store, log, {
    now: () => now,
    passwords: cheapPasswords(),
    randomBytes: (n) => randomBytes(n),
    post: {
      canSend: true,
      send: async (mail, ended) => {
        mails.push(mail);
        ended?.('sent').catch(() => undefined);
      },
    },
    mailbox: createMailbox(),
  });
  const app = createApp(deps);
  let count = 0;
  return {
    app,
    deps,
    store,
    logged,
    mails,
    send: (path, init = {}, address = '192.0.2.1') =>
      app(new Request(new URL(path, config.issuer), { redirect: 'manual', ...init }), {
        address,
        requestId: `req_test_${++count}`,
      }),
    advance: (seconds) => {
      now = instant(now + seconds);
    },
    close: async () => {
      await deps.actions.close();
      await store.close();
    },
  };
};
