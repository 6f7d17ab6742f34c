/** A server that is asked, and how its requests are written. */
import type { Answer, Connection } from '../load/connection.ts';
import { get, headerOf, postForm } from '../load/connection.ts';
import { AUDIENCE, basic, CHALLENGE, CLIENT, VERIFIER } from '../world.ts';
import type { Signer, Tokens } from './token-response.ts';
import { tokensIn } from './token-response.ts';

/** The paths of one contender. */
export interface Paths {
  readonly authorize: string;
  readonly token: string;
  readonly introspect: string;
}

/** A contender that listens. */
export interface Server {
  readonly port: number;
  readonly host: string;
  readonly signer: Signer;
  readonly paths: Paths;
}

/** The authorization request of the client, as a path. */
export const authorizationPath = ({ paths }: Server, scope: string): string => {
  const query = new URLSearchParams({
    client_id: CLIENT.id,
    redirect_uri: CLIENT.redirectUri,
    response_type: 'code',
    scope,
    resource: AUDIENCE,
    state: 'a-state-of-the-client',
    nonce: 'a-nonce-of-the-client',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  return `${paths.authorize}?${query.toString()}`;
};

const asClient = basic(CLIENT);

/** A token request as one text. */
export const tokenRequest = ({ host, paths }: Server, form: Readonly<Record<string, string>>): string =>
  postForm(host, paths.token, { resource: AUDIENCE, ...form }, asClient);

/** The code in the redirect to the client. */
export const codeIn = (answer: Answer): string => {
  const location = headerOf(answer, 'location');
  const code = location.startsWith(CLIENT.redirectUri) ? new URL(location).searchParams.get('code') : null;
  if (code === null) throw new Error(`No code: ${answer.status} ${location} ${answer.body.slice(0, 200)}`);
  return code;
};

/** Redeems a code. */
export const redeem = async (connection: Connection, server: Server, code: string): Promise<Tokens> => {
  const form = { grant_type: 'authorization_code', code, redirect_uri: CLIENT.redirectUri, code_verifier: VERIFIER };
  return tokensIn(await connection.send(tokenRequest(server, form)));
};

/** A code flow of somebody who is signed in already: two requests. */
export const codeFlow = async (
  connection: Connection,
  server: Server,
  cookie: string,
  scope: string,
): Promise<Tokens> => {
  const answer = await connection.send(get(server.host, authorizationPath(server, scope), { cookie }));
  return redeem(connection, server, codeIn(answer));
};
