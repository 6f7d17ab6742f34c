import { first } from './0001-first.ts';
import { requestedClaims } from './0002-requested-claims.ts';
import { whatWasAsked } from './0003-what-was-asked.ts';
import { authenticatorsOfEveryKind } from './0004-authenticators.ts';
import { whoseLimits } from './0005-whose-limits.ts';
import { arrivals } from './0006-arrivals.ts';
import { actions } from './0007-actions.ts';
import { chain } from './0008-chain.ts';
import { decisions } from './0009-decisions.ts';
import { policiesInUse } from './0010-policies-in-use.ts';
import type { Migration } from './migration.ts';

/** Every migration, oldest first. */
export const migrations: readonly Migration[] = [
  first,
  requestedClaims,
  whatWasAsked,
  authenticatorsOfEveryKind,
  whoseLimits,
  arrivals,
  actions,
  chain,
  decisions,
  policiesInUse,
];
