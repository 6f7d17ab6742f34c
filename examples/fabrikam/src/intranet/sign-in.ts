/** Signing in by OpenID Connect, with `openid-client`. It knows nothing of Stile. */
import * as client from 'openid-client';
import { leaveFor } from '../plain-http.ts';
import type { Employee, SignIn } from './sessions.ts';

export interface SignInOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

/** A proof that a page demands. */
export interface DemandedProof {
  readonly acr: string;
  readonly maxAgeSeconds: number;
}

export interface OpenId {
  /** Begins a sign-in, or a step-up when a proof is demanded. */
  begin(
    returnTo: string,
    stepUp?: { readonly proof: DemandedProof; readonly employee: Employee },
  ): Promise<{ readonly url: URL; readonly state: string; readonly signIn: SignIn }>;
  /**
   * Redeems the code of a response. `openid-client` checks signature, issuer, audience, nonce, state, and that `auth_time`
   * is as recent as was asked.
   *
   * @throws what `openid-client` throws
   */
  finish(response: URL, state: string, signIn: SignIn): Promise<Employee>;
  /** Where to go to sign out everywhere. */
  endSession(employee: Employee, returnTo: string): Promise<URL>;
}

export const createOpenId = (options: SignInOptions): OpenId => {
  let discovered: Promise<client.Configuration> | undefined;
  // Asked when it is first needed, so that the intranet may start before the authorization server; a failure is not kept.
  const configuration = async (): Promise<client.Configuration> => {
    discovered ??= discover(options);
    try {
      return await discovered;
    } catch (error) {
      discovered = undefined;
      throw error;
    }
  };

  return {
    async begin(returnTo, stepUp) {
      const signIn: SignIn = {
        codeVerifier: client.randomPKCECodeVerifier(),
        nonce: client.randomNonce(),
        returnTo,
        proof: stepUp?.proof,
      };
      const state = client.randomState();
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: options.redirectUri,
        scope: 'openid profile',
        state,
        nonce: signIn.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(signIn.codeVerifier),
        code_challenge_method: 'S256',
        ...(stepUp && stepUpParameters(stepUp.proof, stepUp.employee)),
      });
      return { url, state, signIn };
    },
    async finish(response, state, { codeVerifier, nonce, proof }) {
      const tokens = await client.authorizationCodeGrant(await configuration(), response, {
        pkceCodeVerifier: codeVerifier,
        expectedState: state,
        expectedNonce: nonce,
        ...(proof && { maxAge: proof.maxAgeSeconds }),
      });
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined) throw new Error('The response has no ID token.');
      const name = typeof claims.name === 'string' ? claims.name : claims.sub;
      return { subject: claims.sub, name, idToken: tokens.id_token, claims };
    },
    endSession: async ({ idToken }, returnTo) =>
      client.buildEndSessionUrl(await configuration(), {
        id_token_hint: idToken,
        post_logout_redirect_uri: returnTo,
      }),
  };
};

/** Asks for the level and its age (RFC 9470, section 4), and pins the person: somebody else's proof is of no use here. */
const stepUpParameters = ({ acr, maxAgeSeconds }: DemandedProof, employee: Employee) => ({
  acr_values: acr,
  max_age: String(maxAgeSeconds),
  id_token_hint: employee.idToken,
});

const discover = ({ issuer, clientId, clientSecret }: SignInOptions): Promise<client.Configuration> => {
  const url = new URL(issuer);
  const execute = leaveFor(url);
  return client.discovery(url, clientId, undefined, client.ClientSecretBasic(clientSecret), { execute });
};
