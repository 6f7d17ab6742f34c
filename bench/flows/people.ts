/** The flows with a person in them: signing in, stepping up, and using up what came of it. */
import { Connection, postForm } from '../load/connection.ts';
import type { Flow } from '../load/round.ts';
import { API_CLIENT, basic, ONCE_SCOPE } from '../world.ts';
import type { Browser, PersonalServer } from './browser.ts';
import { forEach, signIn, stepUp } from './browser.ts';
import { codeFlow } from './server.ts';
import type { Tokens } from './token-response.ts';
import { assertPersonalTokens, claimsOf, jsonIn } from './token-response.ts';
import type { CookieOf } from './tokens.ts';

export const signInFlow = (server: PersonalServer): Flow => ({
  lane: async (connection, index) => {
    const { tokens } = await signIn(connection, server, index);
    assertPersonalTokens(tokens, server.signer, 'read:accounts');
    return async () => {
      await signIn(connection, server, index);
      return true;
    };
  },
});

/** Longer than a second proof is fresh, and longer than its codes are remembered. */
const NEXT_ROUND_SECONDS = 900;

export const stepUpFlow = (server: PersonalServer): Flow => {
  const browsers: Browser[] = [];
  let coming = 0;
  const one = async (connection: Connection): Promise<Tokens | undefined> => {
    const index = coming++;
    const browser = browsers[index];
    return browser && stepUp(connection, server, index, browser);
  };
  return {
    // Everybody steps up once in a round; between rounds time passes, so that everybody has to again, with a new code.
    ready: async () => {
      if (browsers.length === 0) {
        await forEach(server, server.people, async (connection, index) => {
          browsers[index] = (await signIn(connection, server, index)).browser;
        });
      }
      await server.advance(NEXT_ROUND_SECONDS);
      coming = 0;
    },
    lane: async (connection) => {
      const first = await one(connection);
      if (first) assertSteppedUp(first, server);
      return async () => (await one(connection)) !== undefined;
    },
  };
};

const MOST_SECONDS_AGO = 30;

const assertSteppedUp = (tokens: Tokens, server: PersonalServer): void => {
  assertPersonalTokens(tokens, server.signer, 'transfer:funds');
  const { acr, auth_time: authTime, amr, single_use: singleUse } = claimsOf(tokens.access);
  const age = Math.abs(Date.now() / 1000 + server.ahead() - Number(authTime));
  const isProven = acr === 'mfa' && age < MOST_SECONDS_AGO && Array.isArray(amr) && amr.includes('otp');
  if (!isProven || singleUse !== true) throw new Error('The token does not say what was proven.');
};

/** @param cookieOf of people who are signed in */
export const consumption = (server: PersonalServer, cookieOf: CookieOf): Flow => {
  const tokens: string[] = [];
  const use = async (connection: Connection, token: string): Promise<unknown> => {
    const request = postForm(server.host, '/oauth/consume', { token }, basic(API_CLIENT));
    return jsonIn(await connection.send(request)).consumed;
  };
  return {
    ready: async () => {
      // Those left over from before may have grown old meanwhile.
      tokens.length = 0;
      await forEach(server, server.people, async (connection, index) => {
        const { access } = await codeFlow(connection, server, await cookieOf(index % 16), ONCE_SCOPE);
        tokens.push(access);
      });
    },
    lane: async (connection) => {
      const useNext = async (): Promise<string | undefined> => {
        const token = tokens.pop();
        if (token !== undefined && (await use(connection, token)) !== true) throw new Error('A token was refused.');
        return token;
      };
      const used = await useNext();
      const isUsedTwice = used !== undefined && (await use(connection, used)) !== false;
      if (isUsedTwice) throw new Error('A token was used twice.');
      return async () => (await useNext()) !== undefined;
    },
  };
};

/** The cookies of people who are signed in, one for each lane, kept as long as the server runs. */
export const signedIn = (server: PersonalServer): CookieOf => {
  const known = new Map<number, Promise<string>>();
  const fresh = async (index: number): Promise<string> => {
    const connection = await Connection.open(server.port);
    try {
      return (await signIn(connection, server, index)).browser.cookie;
    } finally {
      connection.close();
    }
  };
  return (index) => {
    const cookie = known.get(index) ?? fresh(index);
    known.set(index, cookie);
    return cookie;
  };
};
