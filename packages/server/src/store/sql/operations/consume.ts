import type { Instant } from '@stile/core';
import type { Once } from '../../ports.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, run } from '../operation.ts';
import type { RowIn } from '../tables/table.ts';
import { table, text } from '../tables/table.ts';
import { consumptions } from '../tables/upkeep.ts';
import { template } from '../template.ts';

const keyOnly = table<Pick<Once, 'key'>>()({ key: text('key') });

const insertOnce = template<RowIn<typeof consumptions>>(() =>
  build
    .insertInto('consumption')
    .values(consumptions.holes)
    .onConflict((conflict) => conflict.columns(['kind', 'key']).doNothing()),
);

/**
 * Uses up a thing that may succeed once. True the first time for its kind and key, on any number of processes: the primary key
 * decides. Everything that is used up anywhere goes through here, and nothing else writes the table.
 */
export function* consume(once: Once): Operation<boolean> {
  return (yield* run(insertOnce(consumptions.row(once)))) === 1;
}

const selectOne = template<Pick<RowIn<typeof consumptions>, 'kind' | 'key'>>((hole) =>
  build.selectFrom('consumption').select('key').where('kind', '=', hole('kind')).where('key', '=', hole('key')),
);

/** Of these keys, the ones that were used up. They are a handful, and one after another they need no query of their own. */
export function* consumedOf(kind: Once['kind'], keys: readonly string[]): Operation<readonly string[]> {
  const consumed: string[] = [];
  for (const key of new Set(keys)) {
    if ((yield* first(selectOne({ kind, key }), keyOnly)) !== undefined) consumed.push(key);
  }
  return consumed;
}

/** Forgets some of what is refused for its age anyway. The answer is how many. */
export const forgetConsumptions = (now: Instant, atMost: number): Operation<number> => {
  const old = build
    .selectFrom('consumption')
    .select(['kind', 'key'])
    .where('expires_at', '<=', now)
    .limit(atMost)
    .$asTuple('kind', 'key');
  return run(build.deleteFrom('consumption').where((row) => row(row.refTuple('kind', 'key'), 'in', old)));
};
