import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { Client } from './client.ts';

/**
 * A redirect URI that a client has registered. Only {@link trustRedirect} makes one, and only one can build a
 * redirect, so an unregistered URI cannot be redirected to by any path through the code.
 */
export interface TrustedRedirect {
  readonly uri: string;
  /** Whether the request named it; then the token request must repeat it (RFC 6749, section 4.1.3). */
  readonly sent: boolean;
  readonly [trusted]: true;
}
declare const trusted: unique symbol;

/** RFC 8252, section 7.3: native apps listen on the loopback address, on a port they learn at run time. */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(\/[^\s#]*)?$/;

const HIGHEST_PORT = 65_535;

const differOnlyInLoopbackPort = (registered: string, requested: string): boolean => {
  const [one, other] = [LOOPBACK.exec(registered), LOOPBACK.exec(requested)];
  if (one === null || other === null || Number(other[2] ?? 0) > HIGHEST_PORT) return false;
  return one[1] === other[1] && (one[3] ?? '/') === (other[3] ?? '/');
};

const asTrusted = (uri: string, sent: boolean): TrustedRedirect => ({ uri, sent }) as TrustedRedirect;

/**
 * Matches a requested redirect URI against the registered ones: by exact string comparison (RFC 9700, section 2.1),
 * but for the port of a loopback address.
 *
 * @param requested `undefined` when the request has none: then a single registered URI is used, except for OpenID
 *   requests, which must name it (OpenID Connect Core 1.0, section 3.1.2.1)
 */
export const trustRedirect = (
  client: Client,
  requested: string | undefined,
  isOpenid: boolean,
): Result<TrustedRedirect, 'redirect_uri_missing' | 'redirect_uri_unregistered'> => {
  if (requested === undefined) {
    const [only, ...others] = client.redirectUris;
    return only !== undefined && others.length === 0 && !isOpenid
      ? ok(asTrusted(only, false))
      : refused('redirect_uri_missing');
  }
  const registered = client.redirectUris.some((uri) => uri === requested || differOnlyInLoopbackPort(uri, requested));
  return registered ? ok(asTrusted(requested, true)) : refused('redirect_uri_unregistered');
};

/** The origin of a trusted http(s) redirect: the only place a `web_message` may be posted to. */
export const redirectOrigin = (redirect: TrustedRedirect): string | undefined =>
  /^https?:\/\/[^/?#\s]+/.exec(redirect.uri)?.[0].toLowerCase();
