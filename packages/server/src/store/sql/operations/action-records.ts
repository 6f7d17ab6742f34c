import type { Instant } from '@stile/core';
import type { ActionExecution, CacheChange, CacheEntry, CacheLimits, Trigger } from '../../action-ports.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { actionCache, actionExecutions } from '../tables/actions.ts';
import type { RowIn } from '../tables/table.ts';
import { template } from '../template.ts';

const insertExecution = template<RowIn<typeof actionExecutions>>(() =>
  build.insertInto('action_execution').values(actionExecutions.holes),
);

export function* recordExecutions(executions: readonly ActionExecution[]): Operation<void> {
  for (const execution of executions) yield* runOnOne(insertExecution(actionExecutions.row(execution)));
}

export const findExecution = (id: string): Operation<ActionExecution | undefined> =>
  first(build.selectFrom('action_execution').selectAll().where('id', '=', id), actionExecutions);

export const latestExecutions = (limit: number, of?: string): Operation<readonly ActionExecution[]> => {
  const all = build.selectFrom('action_execution').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit);
  return rows(of === undefined ? all : all.where('action', '=', of), actionExecutions);
};

export const forgetExecutions = (until: Instant, atMost: number): Operation<number> => {
  const old = build
    .selectFrom('action_execution')
    .select('id')
    .where('at', '<=', until)
    .orderBy('at')
    .orderBy('id')
    .limit(atMost);
  return run(build.deleteFrom('action_execution').where('id', 'in', old));
};

const selectCached = template<{ trigger: Trigger; now: Instant }>((hole) =>
  build
    .selectFrom('action_cache')
    .selectAll()
    .where('trigger', '=', hole('trigger'))
    .where('expires_at', '>', hole('now'))
    .orderBy('expires_at')
    .orderBy('key'),
);

export const cached = (trigger: Trigger, now: Instant): Operation<readonly CacheEntry[]> =>
  rows(selectCached({ trigger, now }), actionCache);

export function* changeCache(
  trigger: Trigger,
  changes: readonly CacheChange[],
  limits: CacheLimits,
  now: Instant,
): Operation<void> {
  for (const change of changes) {
    yield* remove(trigger, 'set' in change ? change.set.key : change.delete);
    if (!('set' in change)) continue;
    yield* runOnOne(build.insertInto('action_cache').values(actionCache.row({ trigger, ...change.set })));
  }
  // What would expire first goes first, until the rest fits.
  const left = [...(yield* cached(trigger, now))];
  while (left.length > limits.entries || left.reduce((sum, entry) => sum + bytesOf(entry), 0) > limits.totalBytes) {
    const [{ key } = { key: '' }] = left.splice(0, 1);
    yield* remove(trigger, key);
  }
}

const remove = (trigger: Trigger, key: string): Operation<number> =>
  run(build.deleteFrom('action_cache').where('trigger', '=', trigger).where('key', '=', key));

const bytesOf = ({ key, value }: CacheEntry): number => Buffer.byteLength(key) + Buffer.byteLength(value);

/** One by one, for a row has no name of its own. */
export function* forgetCached(now: Instant, atMost: number): Operation<number> {
  const old = yield* rows(
    build.selectFrom('action_cache').selectAll().where('expires_at', '<=', now).limit(atMost),
    actionCache,
  );
  for (const { trigger, key } of old) yield* remove(trigger, key);
  return old.length;
}
