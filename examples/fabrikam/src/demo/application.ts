/** The bank as a command line: `openid-client` for OpenID Connect, `fetch` for the accounts API. */
import * as client from 'openid-client';
import type { Addresses } from '../addresses.ts';
import { leaveFor } from '../plain-http.ts';
import type { Detail, Narrator } from './narrator.ts';
import type { Place, Visitor } from './visitor.ts';

/** What an application asks for. */
export type Asked = Readonly<Record<'scope', string> & Partial<Record<'acr_values' | 'max_age' | 'prompt', string>>>;

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** Claims of the ID token, verified by openid-client. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly scope: string;
}

/** An authorization request that is under way. */
export interface Begun {
  readonly url: URL;
  readonly checks: client.AuthorizationCodeGrantChecks;
}

export class Application {
  readonly #configuration: client.Configuration;
  readonly #addresses: Addresses;
  readonly #audience: string;
  readonly #narrator: Narrator;

  private constructor(configuration: client.Configuration, addresses: Addresses, audience: string, narrator: Narrator) {
    this.#configuration = configuration;
    this.#addresses = addresses;
    this.#audience = audience;
    this.#narrator = narrator;
  }

  static async discover(addresses: Addresses, audience: string, narrator: Narrator): Promise<Application> {
    const issuer = new URL(addresses.issuer);
    const execute = leaveFor(issuer);
    const configuration = await client.discovery(issuer, 'bank', undefined, client.None(), { execute });
    return new Application(configuration, addresses, audience, narrator);
  }

  /** Begins an authorization request with PKCE, state and nonce. */
  async begin(asked: Asked): Promise<Begun> {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const checks = {
      pkceCodeVerifier,
      expectedState: client.randomState(),
      expectedNonce: client.randomNonce(),
      ...(asked.max_age !== undefined && { maxAge: Number(asked.max_age) }),
    };
    const url = client.buildAuthorizationUrl(this.#configuration, {
      redirect_uri: `${this.#addresses.bank}/`,
      audience: this.#audience,
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...asked,
    });
    return { url, checks };
  }

  /** Sends the person to the authorization server, up to the first page or the way back. */
  async send(visitor: Visitor, asked: Asked): Promise<{ readonly place: Place; readonly begun: Begun }> {
    const begun = await this.begin(asked);
    return { begun, place: await visitor.open(begun.url) };
  }

  /**
   * Redeems the code of a response.
   *
   * @throws client.AuthorizationResponseError when the response is an error
   */
  async finish({ checks }: Begun, { url }: Place): Promise<Tokens> {
    const tokens = await client.authorizationCodeGrant(this.#configuration, url, checks);
    this.#narrator.request('POST', '/oauth/token', '200', [['grant_type', 'authorization_code']]);
    return tokensFrom(tokens);
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    const tokens = await client.refreshTokenGrant(this.#configuration, refreshToken);
    this.#narrator.request('POST', '/oauth/token', '200', [['grant_type', 'refresh_token']]);
    return tokensFrom(tokens);
  }

  /** Calls the accounts API. */
  async call(method: 'GET' | 'POST', path: string, token: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.#addresses.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const challenge = response.headers.get('www-authenticate');
    const details: readonly Detail[] = challenge === null ? [] : challengeDetails(challenge);
    this.#narrator.request(method, `${path} at the API`, `${response.status} ${response.statusText}`, details);
    return response;
  }
}

const challengeDetails = (header: string): readonly Detail[] =>
  [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']): Detail => [name, value]);

const tokensFrom = (tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers): Tokens => ({
  accessToken: tokens.access_token,
  refreshToken: tokens.refresh_token,
  claims: tokens.claims() ?? {},
  scope: tokens.scope ?? '',
});
