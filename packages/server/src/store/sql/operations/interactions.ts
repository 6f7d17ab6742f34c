import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Asked } from '../../../metrics/recorder.ts';
import type { Denial, InteractionStore } from '../../ports.ts';
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
import { mergeMetadata } from './profiles.ts';
import { endSession } from './sessions.ts';
import { signOut } from './sign-out.ts';

const insert = template<RowIn<typeof interactions>>(() => build.insertInto('interaction').values(interactions.holes));
const byId = template<{ id: string }>((hole) =>
  build.selectFrom('interaction').selectAll().where('id', '=', hole('id')),
);
const finish = template<{ id: string; now: Instant; actions: string | null }>((hole) =>
  build
    .updateTable('interaction')
    .set({ finished_at: hole('now'), progress: '{}', actions: hole('actions') })
    .where('id', '=', hole('id')),
);
const keepActions = template<{ id: string; actions: string | null }>((hole) =>
  build
    .updateTable('interaction')
    .set({ actions: hole('actions') })
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

/** What is left of Actions when a request is over: who was going on with them just then, if anybody was. */
const leftOf = (actions: Interaction['actions']): Interaction['actions'] =>
  actions?.taken ? { taken: actions.taken } : null;

/** Marks an interaction finished. True the first time; false, too, when there is no such interaction. */
export function* finishInteraction(id: string, now: Instant): Operation<boolean> {
  const found = yield* findInteraction(id);
  if (found === undefined) return false;
  const expiresAt = secondsAfter(found.expiresAt, INTERACTION_MEMORY_SECONDS);
  if (!(yield* consume({ kind: 'interaction', key: id, expiresAt }))) return false;
  const { actions } = interactions.row({ ...found, actions: leftOf(found.actions) });
  yield* runOnOne(finish({ id, now, actions }));
  return true;
}

export function* refuseInteraction(id: string, now: Instant, audit: readonly AuditRecord[]): Operation<boolean> {
  if (!(yield* finishInteraction(id, now))) return false;
  yield* appendAudit(audit);
  return true;
}

/** Keeps that an Action denies, together with what it wants done for all that. */
export function* denyInteraction(
  id: string,
  change: Parameters<InteractionStore['deny']>[1],
  onlyIf: Parameters<InteractionStore['deny']>[2],
  { userId, metadata, ends }: Denial,
  now: Instant,
): Operation<'kept' | 'over' | 'raced' | 'unkept'> {
  const found = yield* findInteraction(id);
  if (found === undefined) return 'raced';
  const isOver = found.finishedAt !== null;
  const known = isOver ? leftOf(onlyIf.actions) : onlyIf.actions;
  // Of one that was over nobody was going on with anything: what had been kept was another's to act on.
  if (!isSame(found.actions, known) || (isOver && known === null)) return 'raced';
  // First what matters most: that something else cannot be kept must not keep a session alive.
  if (ends?.preserveRefreshTokens === true) yield* endSession(ends.sessionId, now, ends.audit);
  else if (ends) yield* signOut(userId, { only: ends.sessionId }, now, ends.audit, null);
  if (metadata && (yield* mergeMetadata(userId, metadata, [])) !== 'merged') return 'unkept';
  const { actions } = interactions.row({ ...found, actions: isOver ? null : change.actions });
  yield* runOnOne(keepActions({ id, actions }));
  return isOver ? 'over' : 'kept';
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
