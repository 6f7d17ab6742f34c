import type { Somebody } from '../factors/factor.ts';

/** A person who changes what is theirs, in a session of theirs: on the account pages, or through an application. */
export interface Owner extends Somebody {
  readonly sessionId: string;
  /** The application that acts for them. */
  readonly clientId: string;
}
