import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import { sql } from 'kysely';
import type { Arrival } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { rows, run, runOnOne } from '../operation.ts';
import { arrivals } from '../tables/people.ts';

/** Nobody has so many browsers; the latest are enough to recognise one by. */
const MOST_ARRIVALS = 500;

export const arrivalsOf = (userId: string, after: Instant): Operation<readonly Arrival[]> =>
  rows(
    build
      .selectFrom('arrival')
      .selectAll()
      .where('user_id', '=', userId)
      .where('last_at', '>', after)
      .orderBy('last_at', 'desc')
      .limit(MOST_ARRIVALS),
    arrivals,
  );

export function* acceptArrival(arrival: Arrival): Operation<void> {
  const row = arrivals.row(arrival);
  yield* runOnOne(
    build
      .insertInto('arrival')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'browser_hash', 'country']).doUpdateSet({
          coordinates: row.coordinates,
          session_id: row.session_id,
          last_at: sql`max(arrival.last_at, ${row.last_at})`,
        }),
      ),
  );
}

/** No browser's digest, no country and no session is called so. */
const FORGOTTEN = 'forgotten';

/**
 * Makes every browser and country a new one. When and where a person was accepted last stays, for what is judged by that (a long absence,
 * impossible travel) would otherwise demand less than before.
 */
export function* forgetArrivals(userId: string): Operation<void> {
  const [last] = yield* arrivalsOf(userId, instant(0));
  if (last === undefined) return;
  yield* run(build.deleteFrom('arrival').where('user_id', '=', userId));
  yield* acceptArrival({ ...last, browserHash: FORGOTTEN, country: FORGOTTEN, sessionId: FORGOTTEN });
}
