import type { Somebody } from '../factors/factor.ts';
import type { OwnerGuard } from '../store/ports.ts';

/** A person who changes what is theirs, in a session of theirs: on the account pages, or through an application. */
export interface Owner extends Somebody {
  /** What the change rests on, judged once more in the transaction that makes it. */
  readonly guard: OwnerGuard;
  /** The application that acts for them. */
  readonly clientId: string;
}
