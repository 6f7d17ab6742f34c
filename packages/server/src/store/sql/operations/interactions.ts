import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Asked } from '../../../metrics/recorder.ts';
import type { InteractionStore } from '../../ports.ts';
import type { AuditRecord, Interaction } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { interactions } from '../tables/sessions.ts';
import type { RowIn } from '../tables/table.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';
import { consume } from './consume.ts';
import { INTERACTION_MEMORY_SECONDS } from './memory.ts';
import { keepMetadata } from './profiles.ts';

const insert = template<RowIn<typeof interactions>>(() => build.insertInto('interaction').values(interactions.holes));
const byId = template<{ id: string }>((hole) =>
  build.selectFrom('interaction').selectAll().where('id', '=', hole('id')),
);
const finish = template<{ id: string; now: Instant }>((hole) =>
  build
    .updateTable('interaction')
    .set({ finished_at: hole('now'), progress: '{}', actions: null })
    .where('id', '=', hole('id')),
);
const pin = template<{ id: string; userId: string }>((hole) =>
  build
    .updateTable('interaction')
    .set({ user_id: hole('userId') })
    .where('id', '=', hole('id'))
    .where('finished_at', 'is', null)
    .where((row) => row.or([row('user_id', 'is', null), row('user_id', '=', hole('userId'))])),
);

export const saveInteraction = (interaction: Interaction): Operation<void> =>
  runOnOne(insert(interactions.row(interaction)));

export const findInteraction = (id: string): Operation<Interaction | undefined> => first(byId({ id }), interactions);

/** Changes an unfinished interaction, if it still belongs to whom it should, and keeps of Actions what it should. */
export function* updateInteraction(
  id: string,
  change: Parameters<InteractionStore['update']>[1],
  onlyIf: Parameters<InteractionStore['update']>[2],
): Operation<boolean> {
  const found = yield* findInteraction(id);
  if (found === undefined || found.finishedAt !== null) return false;
  if (onlyIf?.userId !== undefined && found.userId !== onlyIf.userId) return false;
  if (onlyIf?.actions !== undefined && !isSame(found.actions, onlyIf.actions)) return false;
  const { account_selected_at, actions, asked, consented_at, progress, user_id } = interactions.row({
    ...found,
    ...change,
  });
  yield* runOnOne(
    build
      .updateTable('interaction')
      .set({ account_selected_at, actions, asked, consented_at, progress, user_id })
      .where('id', '=', id),
  );
  return true;
}

/** Whether it was kept like that: it is known again by its text, which is written and read in one order. */
const isSame = (kept: Interaction['actions'], known: Interaction['actions']): boolean =>
  JSON.stringify(kept) === JSON.stringify(known);

/** Marks an interaction finished. True the first time; false, too, when there is no such interaction. */
export function* finishInteraction(id: string, now: Instant): Operation<boolean> {
  const found = yield* findInteraction(id);
  if (found === undefined) return false;
  const expiresAt = secondsAfter(found.expiresAt, INTERACTION_MEMORY_SECONDS);
  if (!(yield* consume({ kind: 'interaction', key: id, expiresAt }))) return false;
  yield* runOnOne(finish({ id, now }));
  return true;
}

export function* refuseInteraction(
  id: string,
  now: Instant,
  audit: readonly AuditRecord[],
  keep: Parameters<InteractionStore['finish']>[3],
): Operation<boolean> {
  if (!(yield* finishInteraction(id, now))) return false;
  if (keep) yield* keepMetadata(keep.userId, keep.metadata);
  yield* appendAudit(audit);
  return true;
}

/**
 * Binds an unfinished interaction to the person who proves something for it. False when it is finished or gone, or when somebody
 * else began to answer it.
 */
export function* pinUser(id: string, userId: string): Operation<boolean> {
  return (yield* run(pin({ id, userId }))) === 1;
}

/**
 * Finishes unfinished interactions whose time is over, through the same door as everybody, so that each is told once. One that
 * never reached a page was abandoned by nobody.
 */
export function* abandonInteractions(now: Instant, atMost: number): Operation<readonly (Asked | null)[]> {
  const over = yield* rows(
    build
      .selectFrom('interaction')
      .selectAll()
      .where('expires_at', '<=', now)
      .where('finished_at', 'is', null)
      .limit(atMost),
    interactions,
  );
  for (const { id } of over) yield* finishInteraction(id, now);
  return over.map(({ asked }) => asked);
}
