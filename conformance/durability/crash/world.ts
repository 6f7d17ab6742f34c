/** Whom and what the rounds share: one data folder, one clock that stands still, people, and the door of whichever process lives. */
import { randomBytes } from 'node:crypto';
import type { ConfigInput } from '@stile/server';
import type { AuthorizationServer } from '../../authorization-server.ts';
import { fabrikam } from '../../fabrikam.ts';
import type { Person } from '../../people.ts';
import { person, whoIs } from '../../people.ts';
import type { Page } from '../../user-agent.ts';
import { UserAgent } from '../../user-agent.ts';

/** What was asked under load, and what became of it. */
export interface Tally {
  /** Answered as done. */
  answered: number;
  /** Sent, and the process died before the answer. */
  unanswered: number;
  /** Of those: done all the same, as the disk shows. */
  doneUnanswered: number;
}

export interface World extends AuthorizationServer {
  readonly folder: string;
  readonly tally: Tally;
  readonly recoveryCodes: readonly string[];
  /** Where the process listens that is asked from now on. */
  enter(port: number): void;
  configuration(port: number): ConfigInput;
}

const NAMES = ['sign-in', 'codes', 'chain', 'once', 'totp', 'recovery', 'leave', 'neighbour'];
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const recoveryCode = (): string => Array.from(randomBytes(24), (byte) => ALPHABET.charAt(byte % 32)).join('');

/** Whoever proves with recovery codes has no app, so that nobody has to choose. */
const withRecoveryCodes = (configuration: ConfigInput, codes: readonly string[]): ConfigInput => ({
  ...configuration,
  users: (configuration.users ?? []).map((user) => {
    if (user.username !== 'recovery') return user;
    const { totp: _, ...rest } = user;
    return { ...rest, recoveryCodes: [...codes] };
  }),
});

const PLENTY = { burst: 1_000_000 };

/** @param ports the two that processes listen on, in turn; the issuer has the first */
export const createWorld = (folder: string, ports: readonly [number, number], start: number, rounds: number): World => {
  let now = start;
  let port = ports[0];
  const issuer = `http://localhost:${ports[0]}/`;
  const people: readonly Person[] = NAMES.map((name) => person(name, () => now));
  const recoveryCodes = Array.from({ length: rounds + 1 }, recoveryCode);
  return {
    issuer,
    folder,
    recoveryCodes,
    tally: { answered: 0, unanswered: 0, doneUnanswered: 0 },
    at: (path) => `http://localhost:${port}/${path}`,
    now: () => now,
    advance: (seconds) => {
      now += seconds;
    },
    person: (username) => whoIs(username, people),
    close: async () => undefined,
    enter: (next) => {
      port = next;
    },
    configuration: (listensOn) => ({
      ...withRecoveryCodes(fabrikam(issuer, folder, people, []), recoveryCodes),
      listen: { host: 'localhost', port: listensOn },
      // Everybody here comes from one address, so fast and with so many used codes that other limits would be met before those that
      // are looked at.
      limits: { address: PLENTY, codeFromNetwork: PLENTY, codeOfPerson: PLENTY },
    }),
  };
};

/** A browser that finds the door of whichever process lives, and has its cookies for all of them. */
export class Visitor extends UserAgent {
  readonly #at: (path: string) => string;
  readonly #issuer: string;

  constructor({ at, issuer }: Pick<AuthorizationServer, 'at' | 'issuer'>) {
    super(issuer);
    this.#at = at;
    this.#issuer = issuer;
  }

  /** Whichever door an address names, it is one and the same server. */
  override open(start: URL | string, init: RequestInit = {}): Promise<Page> {
    return super.open(new URL(this.#pathOf(start), this.#issuer), init);
  }

  override send(url: URL | string, init: RequestInit = {}): Promise<Response> {
    return super.send(this.#at(this.#pathOf(url)), init);
  }

  #pathOf(url: URL | string): string {
    const { pathname, search } = new URL(url, this.#issuer);
    return `${pathname.slice(1)}${search}`;
  }
}
