import type { Deps } from '../deps.ts';
import { cookie } from '../http/cookies.ts';
import type { Session } from '../store/records.ts';

/** The cookie of a session: for as long as any session may last, or until the browser is closed, where an Action wanted that; null removes it. */
export const sessionCookie = (
  secret: string | null,
  session: Pick<Session, 'cookieMode'> | undefined,
  { config }: Pick<Deps, 'config'>,
): string =>
  cookie(
    'session',
    secret,
    session?.cookieMode === 'non-persistent' ? 'until-closed' : config.sessions.absolute,
    config,
  );
