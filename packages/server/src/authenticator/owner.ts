import type { Somebody } from '../factors/factor.ts';

/** A person who changes what is theirs, in a session of theirs: on the account pages, or through an application. */
export interface Owner extends Somebody {
  readonly sessionId: string;
  /** The authenticators whose proofs the change rests on: what is made of one that is gone by then is not kept. */
  readonly restsOn: readonly string[];
  /** The application that acts for them. */
  readonly clientId: string;
}
