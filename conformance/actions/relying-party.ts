/** `openid-client` as an application with a server of its own, at a server whose Actions decide. */
import * as client from 'openid-client';
import type { AuthorizationServer } from '../authorization-server.ts';
import { CALLBACK, WEB_SECRET } from '../fabrikam.ts';
import { allowInsecureRequests } from '../plain-http.ts';
import { UserAgent } from '../user-agent.ts';
import { SALARIES } from './actions-server.ts';

type Parameters = Readonly<Record<string, string>>;

export type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

/** One request of an application: where it sends its person, and what it makes of the answer. */
interface Asked {
  readonly url: URL;
  /** @throws client.AuthorizationResponseError for an error in place of a code */
  readonly tokensFor: (answer: URL) => Promise<Tokens>;
}

export interface RelyingParty {
  ask(parameters?: Parameters): Promise<Asked>;
  /** Lets somebody answer all that they are asked in a browser without scripts. */
  signIn(
    username: string,
    parameters?: Parameters,
    agent?: UserAgent,
  ): Promise<{ readonly pages: readonly string[]; readonly tokens: Tokens }>;
}

export const relyingParty = async (server: AuthorizationServer): Promise<RelyingParty> => {
  const metadata = {
    // Where the clock of the server was turned before, that of its applications goes with it.
    [client.clockSkew]: server.now() - Math.floor(Date.now() / 1000),
  };
  const authentication = client.ClientSecretBasic(WEB_SECRET);
  const configuration = await client.discovery(new URL(server.issuer), 'payroll', metadata, authentication, {
    execute: [allowInsecureRequests],
  });
  const ask = async (parameters: Parameters = {}): Promise<Asked> => {
    const checks = {
      expectedState: client.randomState(),
      expectedNonce: client.randomNonce(),
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: CALLBACK,
      audience: SALARIES,
      scope: 'openid read:directory',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return { url, tokensFor: (answer) => client.authorizationCodeGrant(configuration, answer, checks) };
  };
  return {
    ask,
    signIn: async (username, parameters = {}, agent = new UserAgent(server.issuer)) => {
      const { url, tokensFor } = await ask(parameters);
      const { end, pages } = await agent.authorize(url, server.person(username));
      return { pages, tokens: await tokensFor(end.url) };
    },
  };
};
