import { readIdToken } from '../authorization/id-token.ts';
import type { ServerMetadata } from '../authorization/metadata.ts';
import type { TokenResponse } from '../authorization/token-endpoint.ts';
import { requestTokens } from '../authorization/token-endpoint.ts';
import { StepUpError } from '../error.ts';
import type { EverydayTokens, TokenStore } from '../token-store.ts';

/** The part of the Web Locks API that is needed: `navigator.locks` fits. */
export interface LockManagerLike {
  request<T>(name: string, callback: () => Promise<T>): Promise<T>;
}

export interface EverydaySessionOptions {
  readonly tokens: TokenStore;
  readonly audience: string;
  readonly clientId: string;
  readonly metadata: () => Promise<ServerMetadata>;
  readonly fetch: typeof globalThis.fetch;
  readonly locks?: LockManagerLike;
  readonly now: () => number;
}

/** Renewed so many seconds before it expires, so that it does not expire on its way. */
const leewaySeconds = 30;

/**
 * The everyday token, renewed when it is about to expire. Refresh tokens rotate, and one that is sent twice ends the
 * whole session: within the page one refresh runs at a time, and across tabs too where the browser has locks and the
 * tabs share their token storage.
 *
 * The returned function rejects with {@link StepUpError} `login_required` when there is nothing to renew, or no longer;
 * other codes leave the session as it is.
 */
export function createEverydaySession(options: EverydaySessionOptions): () => Promise<string> {
  const { tokens, audience, clientId, locks, now } = options;
  let running: Promise<string> | undefined;

  const fresh = (): string | undefined => {
    const held = tokens.everyday(audience);
    return held !== undefined && held.expiresAt - leewaySeconds > now() ? held.accessToken : undefined;
  };
  // Asked again inside the lock: another tab may have renewed the token while this one waited.
  const renewOnce = async (): Promise<string> => fresh() ?? renew(options);
  const start = (): Promise<string> =>
    locks === undefined ? renewOnce() : locks.request(`stile:refresh:${clientId}:${audience}`, renewOnce);

  return async () => {
    const token = fresh();
    if (token !== undefined) return token;
    running ??= start().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function renew(options: EverydaySessionOptions): Promise<string> {
  const { tokens, audience, now } = options;
  const held = tokens.everyday(audience);
  if (held?.refreshToken === undefined) throw ended(options, held);
  const metadata = await options.metadata();
  let response: TokenResponse;
  try {
    // Without a scope: RFC 6749, section 6 grants what was granted before, or less. It never grants an elevation.
    const form = { grant_type: 'refresh_token', client_id: options.clientId, refresh_token: held.refreshToken };
    response = await requestTokens(metadata.tokenEndpoint, form, options.fetch);
  } catch (error) {
    if (error instanceof StepUpError && error.oauthError === 'invalid_grant') throw ended(options, held);
    throw error;
  }
  if (response.idToken !== undefined) {
    const instant = now();
    const { issuer } = metadata;
    const subject = held.subject === undefined ? {} : { subject: held.subject };
    const expected = { issuer, clientId: options.clientId, nonce: undefined, requestedAt: instant, now: instant };
    readIdToken(response.idToken, { ...expected, ...subject });
  }
  // A logout, or another login, that happened meanwhile must not be undone by a late answer.
  if (tokens.everyday(audience)?.refreshToken !== held.refreshToken) throw loginRequired();
  const refreshToken = response.refreshToken ?? held.refreshToken;
  tokens.saveEveryday(audience, {
    ...held,
    accessToken: response.accessToken,
    expiresAt: now() + response.expiresInSeconds,
    scope: response.scope ?? held.scope,
    refreshToken,
    ...(response.idToken === undefined ? {} : { idToken: response.idToken }),
  });
  return response.accessToken;
}

// The session has ended, by age or by an administrator: its elevations end with it.
function ended({ tokens, audience }: EverydaySessionOptions, held: EverydayTokens | undefined): StepUpError {
  if (tokens.everyday(audience)?.refreshToken === held?.refreshToken) {
    tokens.dropEveryday(audience);
    tokens.dropElevation(audience);
  }
  return loginRequired();
}

function loginRequired(): StepUpError {
  return new StepUpError('login_required', 'The user has to log in');
}
