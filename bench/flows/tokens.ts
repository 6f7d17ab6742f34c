/** The flows that every contender knows: client credentials, code, refresh, introspection. */
import type { Connection } from '../load/connection.ts';
import { get, postForm } from '../load/connection.ts';
import type { Flow } from '../load/round.ts';
import { AUDIENCE, basic, OPAQUE_AUDIENCE, SCOPE } from '../world.ts';
import type { Server } from './server.ts';
import { authorizationPath, codeFlow, codeIn, redeem, tokenRequest } from './server.ts';
import type { Tokens } from './token-response.ts';
import { assertAccessToken, assertPersonalTokens, jsonIn, tokensIn } from './token-response.ts';

/** The cookies of the person who is signed in on a lane. */
export type CookieOf = (index: number) => Promise<string>;

export const clientCredentials = (server: Server): Flow => {
  const request = tokenRequest(server, { grant_type: 'client_credentials', scope: 'read:accounts' });
  return {
    lane: async (connection) => {
      assertAccessToken(tokensIn(await connection.send(request)), server.signer, 'read:accounts');
      return async () => {
        tokensIn(await connection.send(request));
        return true;
      };
    },
  };
};

export const authorizationCode = (server: Server, cookieOf: CookieOf): Flow => ({
  lane: async (connection, index) => {
    const cookie = await cookieOf(index);
    const request = get(server.host, authorizationPath(server, SCOPE), { cookie });
    assertPersonalTokens(await codeFlow(connection, server, cookie, SCOPE), server.signer, 'read:accounts');
    return async () => {
      const tokens = await redeem(connection, server, codeIn(await connection.send(request)));
      if (tokens.id === undefined || tokens.refresh === undefined) throw new Error('A token is missing.');
      return true;
    };
  },
});

export const refresh = (server: Server, cookieOf: CookieOf): Flow => {
  const refreshed = async (connection: Connection, { refresh: token = '' }: Tokens): Promise<Tokens> => {
    const form = { grant_type: 'refresh_token', refresh_token: token };
    const tokens = tokensIn(await connection.send(tokenRequest(server, form)));
    const isRotated = tokens.id !== undefined && tokens.refresh !== undefined && tokens.refresh !== token;
    if (!isRotated) throw new Error('The refresh token was not rotated.');
    return tokens;
  };
  return {
    lane: async (connection, index) => {
      let current = await codeFlow(connection, server, await cookieOf(index), SCOPE);
      current = await refreshed(connection, current);
      assertPersonalTokens(current, server.signer, 'read:accounts');
      return async () => {
        current = await refreshed(connection, current);
        return true;
      };
    },
  };
};

/**
 * @param asking the client that asks
 * @param opaque asks about an opaque token, where one cannot ask about a JWT
 */
export const introspection = (
  server: Server,
  cookieOf: CookieOf,
  asking: { readonly id: string; readonly secret: string },
  opaque: boolean,
): Flow => ({
  lane: async (connection, index) => {
    const form = { grant_type: 'client_credentials', scope: 'read:accounts', resource: OPAQUE_AUDIENCE };
    const { access: token } = opaque
      ? tokensIn(await connection.send(tokenRequest(server, form)))
      : await codeFlow(connection, server, await cookieOf(index), SCOPE);
    const request = postForm(server.host, server.paths.introspect, { token }, basic(asking));
    const ask = async (): Promise<Readonly<Record<string, unknown>>> => {
      const told = jsonIn(await connection.send(request));
      if (told.active !== true) throw new Error('A living token is said to be dead.');
      return told;
    };
    const { aud } = await ask();
    if (![aud].flat().includes(opaque ? OPAQUE_AUDIENCE : AUDIENCE)) throw new Error('The audience is not told.');
    return async () => {
      await ask();
      return true;
    };
  },
});
