/** How much the Actions of one run may leave behind all together (Auth0's limits). */
import type { Effect, LifeChanges } from './effects.ts';
import { changesOf, mergeEffects, withChanges } from './effects.ts';
import type { EventInput } from './event-input.ts';
import { jsonBytes } from './json.ts';

const KILOBYTE = 1024;
const MOST = { claims: 100 * KILOBYTE, metadata: 32 * KILOBYTE, transaction: 16 * KILOBYTE, shortEntries: 25 };

const NO_METADATA = {};

/** What is too large after all of it is done; in words for the author. */
export const tooLarge = (
  effects: readonly Effect[],
  { person, session, refreshToken }: EventInput,
): string | undefined => {
  const { accessTokenClaims, idTokenClaims, ...all } = mergeEffects(effects);
  const entries = (held: Readonly<Record<string, unknown>> | undefined, { evictMetadata, metadata }: LifeChanges) =>
    Object.keys({ ...(evictMetadata ? NO_METADATA : held), ...metadata }).length;
  const checks: readonly (readonly [what: string, isTooLarge: boolean])[] = [
    ['The claims of the access token', jsonBytes(accessTokenClaims) > MOST.claims],
    ['The claims of the ID token', jsonBytes(idTokenClaims) > MOST.claims],
    ['user_metadata', jsonBytes(withChanges(person.userMetadata, all.userMetadata)) > MOST.metadata],
    ['app_metadata', jsonBytes(withChanges(person.appMetadata, all.appMetadata)) > MOST.metadata],
    ['The metadata of the transaction', jsonBytes(changesOf(effects, 'transaction-metadata')) > MOST.transaction],
    ['The metadata of the session', entries(session?.metadata, all.session) > MOST.shortEntries],
    ['The metadata of the refresh token', entries(refreshToken?.metadata, all.refreshToken) > MOST.shortEntries],
  ];
  const [found] = checks.find(([, isTooLarge]) => isTooLarge) ?? [];
  return found === undefined ? undefined : `${found} would be larger than it may be`;
};
