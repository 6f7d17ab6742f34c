/**
 * Browsers in which a person has signed in before, and those in which they have proven an authenticator of theirs. Nothing is stored and
 * nothing is proven by it: it only spares the person the limits that strangers use up who try their name, or ask for their proof,
 * elsewhere. A mark holds for the browser, the person and their password of that moment: with another password all of them are gone.
 */
import type { Deps } from '../deps.ts';
import { equalInConstantTime, hmacSha256, sha256 } from '../digest.ts';
import { cookie, readCookie } from '../http/cookies.ts';

const KNOWN_SECONDS = 400 * 86_400;

/** A name that no user has, for work that is done for nobody. */
const NOBODY = 'nobody';

/** What is another with every password: the stored hash, whose salt is new each time. */
const passwordOf = async (userId: string, { store }: Pick<Deps, 'store'>): Promise<string> => {
  const password = (await store.authenticators.ofUser(userId)).find(({ factor }) => factor === 'password');
  return typeof password?.material.hash === 'string' ? password.material.hash : '';
};

interface Marked {
  readonly userId: string;
  /** The authenticator that was proven; nothing where somebody merely signed in. */
  readonly authenticatorId?: string;
}

const markOf = async ({ userId, authenticatorId }: Marked, browserSecret: string, deps: Deps): Promise<string> => {
  const what = authenticatorId === undefined ? ['known browser'] : ['proven in browser', authenticatorId];
  return hmacSha256(
    deps.secrets.csrf,
    JSON.stringify([...what, userId, browserSecret, await passwordOf(userId, deps)]),
  );
};

const cookieFor = async (name: 'known' | 'proven', marked: Marked, request: Request, deps: Deps): Promise<string> =>
  cookie(
    name,
    await markOf(marked, readCookie(request, 'browser', deps.config) ?? '', deps),
    KNOWN_SECONDS,
    deps.config,
  );

/** A name for the browser, if it has this mark. */
const browserWith = async (
  name: 'known' | 'proven',
  marked: Marked,
  request: Request,
  deps: Deps,
): Promise<string | undefined> => {
  const browserSecret = readCookie(request, 'browser', deps.config);
  const sent = readCookie(request, name, deps.config);
  if (browserSecret === undefined || sent === undefined) return undefined;
  return equalInConstantTime(sent, await markOf(marked, browserSecret, deps)) ? sha256(browserSecret) : undefined;
};

/** The cookie that makes a browser known to a person who has just signed in. */
export const knownBrowserCookie = (userId: string, request: Request, deps: Deps): Promise<string> =>
  cookieFor('known', { userId }, request, deps);

/** A name for the browser, if this person has signed in there before, with the password that they have. For nobody the same work is done. */
export const knownBrowser = async (
  userId: string | undefined,
  request: Request,
  deps: Deps,
): Promise<string | undefined> => {
  const browser = await browserWith('known', { userId: userId ?? NOBODY }, request, deps);
  return userId === undefined ? undefined : browser;
};

/** The cookie that tells that an authenticator was proven in a browser: of several the last. */
export const provenBrowserCookie = (
  userId: string,
  authenticatorId: string,
  request: Request,
  deps: Deps,
): Promise<string> => cookieFor('proven', { userId, authenticatorId }, request, deps);

/** A name for the browser, if this very authenticator was the last that was proven there. */
export const provenBrowser = (
  userId: string,
  authenticatorId: string,
  request: Request,
  deps: Deps,
): Promise<string | undefined> => browserWith('proven', { userId, authenticatorId }, request, deps);
