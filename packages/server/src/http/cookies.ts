import type { Config } from '../config/config.ts';

/** `session` is the sign-in; `browser` binds interactions to one browser; `known` tells that a person has signed in there before, and `proven`
 * that they answered on a device, from a mailbox or a phone of theirs; `later` that they were offered a passkey and would rather not have
 * one now; `device` that its person wanted it remembered. */
export type CookieName = 'session' | 'browser' | 'known' | 'proven' | 'later' | 'device';

/** RFC 6265bis, section 4.1.3.2: `__Host-` pins a cookie to this very host, over https. */
const fullName = (name: CookieName, config: Pick<Config, 'secure'>): string =>
  config.secure ? `__Host-stile_${name}` : `stile_${name}`;

const VALUE = /^[A-Za-z0-9_-]{43}$/;

/**
 * Reads one of our cookies. A value that is not one of ours by shape, or that occurs twice (another host of the site may
 * try to plant one), counts as absent.
 */
export const readCookie = (request: Request, name: CookieName, config: Pick<Config, 'secure'>): string | undefined => {
  const prefix = `${fullName(name, config)}=`;
  const values = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length));
  const [only, ...others] = values;
  return only !== undefined && others.length === 0 && VALUE.test(only) ? only : undefined;
};

/** A `Set-Cookie` value, until a moment or until the browser is closed; `null` removes the cookie. Never readable by scripts, never sent with cross-site subrequests. */
export const cookie = (
  name: CookieName,
  value: string | null,
  maxAgeSeconds: number | 'until-closed',
  config: Pick<Config, 'secure'>,
): string =>
  [
    `${fullName(name, config)}=${value ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(value !== null && maxAgeSeconds === 'until-closed' ? [] : [`Max-Age=${value === null ? 0 : maxAgeSeconds}`]),
    ...(config.secure ? ['Secure'] : []),
  ].join('; ');
