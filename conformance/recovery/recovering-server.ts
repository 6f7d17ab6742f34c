/** A server whose people forget and lose things, and the mailbox that all its mail goes to. */
import type { ConfigInput, Deps } from '@stile/server';
import { createLog, runCommand } from '@stile/server';
import type { AuthorizationServer } from '../authorization-server.ts';
import { startAuthorizationServer } from '../authorization-server.ts';

interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface RecoveringServer extends AuthorizationServer {
  readonly mails: readonly Mail[];
  /** The latest mail to somebody, once there is one more than before. */
  mailTo(username: string, after: number): Promise<{ readonly code: string; readonly link: string }>;
  /** `stile recovery <username>`: the ticket. */
  ticketFor(username: string): Promise<string>;
}

interface Start {
  readonly people: readonly string[];
  /** Those of them who have nothing but a password. */
  readonly withoutSecondProof?: readonly string[];
  readonly change?: (config: ConfigInput) => ConfigInput;
  readonly replace?: (deps: Deps) => Deps;
}

const MOST_LOOKS = 400;

/** Looks again until something is there: mail leaves after the answer. */
const awaited = async <T>(look: () => T | undefined): Promise<T> => {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('No mail came.');
};

export const startRecoveringServer = async ({
  people,
  withoutSecondProof = [],
  change = (config) => config,
  replace = (deps) => deps,
}: Start): Promise<RecoveringServer> => {
  const mails: Mail[] = [];
  let held: Deps | undefined;
  const server = await startAuthorizationServer({
    people,
    change: (config) =>
      change({
        ...config,
        enrolment: ['ticket', 'email'],
        users: (config.users ?? []).map((user) => {
          const { totp: _, ...bare } = user;
          return withoutSecondProof.includes(user.username) ? bare : user;
        }),
      }),
    replace: (deps) => {
      held = replace({ ...deps, post: { canSend: true, send: async (mail) => void mails.push(mail) } });
      return held;
    },
  });
  return {
    ...server,
    mails,
    mailTo: async (username, after) => {
      const { text } = await awaited(() => mails.slice(after).findLast(({ to }) => to.startsWith(`${username}@`)));
      return {
        code: /^ {4}([0-9A-Z]{4}-[0-9A-Z]{4})$/m.exec(text)?.[1] ?? '',
        link: /^https?:\/\/\S+$/m.exec(text)?.[0] ?? '',
      };
    },
    ticketFor: async (username) => {
      const printed: string[] = [];
      if (!held) throw new Error('The server does not run.');
      const line = { config: held.config, log: createLog('silent'), print: (text: string) => printed.push(text) };
      await runCommand(['recovery', username], line);
      return /: (\S+)$/.exec(printed[0] ?? '')?.[1] ?? '';
    },
  };
};
