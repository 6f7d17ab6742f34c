/** What an operator does from the command line. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { createDeps, listen, openStore } from '../server.ts';
import type { Store } from '../store/ports.ts';
import { explain, recentDecisions } from './explain.ts';
import { issueTicket } from './issue-ticket.ts';
import { block, signOut, unblock } from './people.ts';
import { rotateKeys } from './rotate-keys.ts';

export interface CommandLine {
  readonly config: Config;
  readonly log: Logger;
  readonly print: (line: string) => void;
}

const USAGE = `stile serve                    start the authorization server
stile ticket <username>        make a one-time set-up code, with which a person may connect an authenticator app
stile sign-out <username>      end every session of a person, and with them every elevation
stile block <username>         let a person sign in no more, and sign them out
stile unblock <username>       let them in again
stile keys rotate              let the next signing keys sign; the old ones stay published until their last token has expired
stile decisions                list the latest decisions
stile explain <decision>       say why a decision was made`;

/** Runs one command. Returns the exit code. */
export const runCommand = async (words: readonly string[], line: CommandLine): Promise<number> => {
  const [command = 'serve', ...rest] = words;
  switch (command) {
    case 'serve':
      return serve(line);
    case 'ticket':
      return withStore(line, (store) => issueTicket(store, rest[0], line));
    case 'sign-out':
      return withStore(line, (store) => signOut(store, rest[0], line));
    case 'block':
      return withStore(line, (store) => block(store, rest[0], line));
    case 'unblock':
      return withStore(line, (store) => unblock(store, rest[0], line));
    case 'keys':
      return rest[0] === 'rotate' ? withStore(line, (store) => rotateKeys(store, line)) : usage(line);
    case 'decisions':
      return withStore(line, (store) => recentDecisions(store, line));
    case 'explain':
      return withStore(line, (store) => explain(store, rest[0], line));
    default:
      return usage(line);
  }
};

const usage = ({ print }: CommandLine): number => {
  print(USAGE);
  return 2;
};

const withStore = async ({ config }: CommandLine, work: (store: Store) => Promise<number>): Promise<number> => {
  const store = openStore(config);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
};

/** Listens until SIGINT or SIGTERM. */
const serve = async ({ config, log }: CommandLine): Promise<number> => {
  const deps = await createDeps(config, openStore(config), log);
  const server = await listen(deps).catch(async (error: unknown) => {
    await deps.store.close();
    throw error;
  });
  log.info({ issuer: config.issuer, port: server.port }, 'listening');
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  log.info('shutting down');
  await server.close();
  return 0;
};
