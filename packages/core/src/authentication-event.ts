import type { Instant } from './instant.ts';

/** What a proof rests on: something the person knows, has, or is. */
export type Kind = 'knowledge' | 'possession' | 'inherence';

/** What proving an authenticator shows, whoever proves it and whenever. */
export interface Proof {
  /** The id of the enrolled authenticator. */
  readonly authenticator: string;
  /** The kind of authenticator: `password`, `totp`, `recovery-code`, `webauthn` … */
  readonly factor: string;
  readonly kinds: readonly Kind[];
  /** May begin a session: a password, a passkey, a login elsewhere; not a code. */
  readonly first: boolean;
  readonly phishingResistant: boolean;
  readonly hardwareBound: boolean;
  /** Authentication method references (RFC 8176) that this proof earns. */
  readonly amr: readonly string[];
}

/**
 * One authenticator proven at one second: the only fact that a session stores about authentication.
 * Events are appended, never edited; every level is derived from them anew.
 */
export interface AuthenticationEvent extends Proof {
  readonly at: Instant;
}

/** What a proof showed, apart from when. */
const whatItShowed = (event: AuthenticationEvent): string => {
  const { authenticator, factor, kinds, first, phishingResistant, hardwareBound, amr } = event;
  return JSON.stringify([authenticator, factor, kinds, first, phishingResistant, hardwareBound, amr]);
};

/**
 * The events without those that a later proof of the very same kind by the same authenticator has outdone. No verdict
 * depends on an outdone event: wherever it counts, the later one counts as well, so a session that is stepped up for
 * weeks stays small.
 */
export const withoutOutdone = (events: readonly AuthenticationEvent[]): readonly AuthenticationEvent[] =>
  events.filter((event, i) => {
    const shown = whatItShowed(event);
    return !events.slice(i + 1).some((later) => later.at >= event.at && whatItShowed(later) === shown);
  });
