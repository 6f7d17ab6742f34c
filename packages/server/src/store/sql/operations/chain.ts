import { parseJsonObject } from '@stile/core';
import { sql } from 'kysely';
import { BEGINNING, sealOfMembers } from '../../../audit/chain.ts';
import type { ChainLink, Checkpoint, SealedRecord } from '../../chain-ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { checkpoints, links, recordsAsKept } from '../tables/chain.ts';
import type { RowIn } from '../tables/table.ts';
import { cells } from '../tables/table.ts';
import { auditRecords } from '../tables/upkeep.ts';
import { template } from '../template.ts';

const insertLink = template<RowIn<typeof links>>(() => build.insertInto('chain').values(links.holes));

/** Written as a constant, so that it is found by the index that holds nothing else. */
const WAITING = sql.lit(0);

const waiting = (atMost: number) =>
  build.selectFrom('audit_record').selectAll().where('sealed', '=', WAITING).orderBy('at').orderBy('id').limit(atMost);

export const waitingRecords = (atMost: number): Operation<readonly AuditRecord[]> =>
  rows(waiting(atMost), auditRecords);

/** Everything that waits, up to a record in the order of time and id. */
const markSealed = template<Pick<RowIn<typeof recordsAsKept>, 'at' | 'id'>>((hole) =>
  build
    .updateTable('audit_record')
    .set({ sealed: 1 })
    .where('sealed', '=', WAITING)
    // Follows from the comparison after it, and is what the index can be asked for.
    .where('at', '<=', hole('at'))
    .where((row) => row.or([row('at', '<', hole('at')), row('id', '<=', hole('id'))])),
);

export const headOfChain = (): Operation<ChainLink | undefined> =>
  first(build.selectFrom('chain').selectAll().orderBy('seq', 'desc').limit(1), links);

/** Seals what waits. The number of a link is its key: of two processes that made the same one, one would begin again. */
export function* sealRecords(atMost: number): Operation<number> {
  const records = yield* rows(waiting(atMost), recordsAsKept);
  const last = records.at(-1);
  if (!last) return 0;
  let { seq, hash }: Pick<ChainLink, 'seq' | 'hash'> = (yield* headOfChain()) ?? { seq: 0, hash: BEGINNING };
  for (const record of records) {
    seq += 1;
    hash = sealOfMembers(hash, record, record.details);
    yield* runOnOne(insertLink({ seq, hash, record_id: record.id }));
  }
  const marked = yield* run(markSealed({ at: last.at, id: last.id }));
  if (marked !== records.length) throw new Error('Other records were marked as sealed than were sealed.');
  return marked;
}

export const findLink = (recordId: string): Operation<ChainLink | undefined> =>
  first(build.selectFrom('chain').selectAll().where('record_id', '=', recordId), links);

const sealedRecords = {
  parse: (row: unknown): SealedRecord => ({ ...links.parse(row), record: recordIn(row) }),
};

/** The record with all that its details hold; null when the link has none. */
const recordIn = (row: unknown): AuditRecord | null => {
  if (cells(row).get('id') === null) return null;
  const kept = recordsAsKept.parse(row);
  // Text that is no object was never written here: it stays what it is, so that the seal does not fit it.
  return { ...kept, details: parseJsonObject(kept.details) ?? { unreadable: kept.details } };
};

export const linksAfter = (seq: number, atMost: number): Operation<readonly SealedRecord[]> =>
  rows(
    build
      .selectFrom('chain')
      .leftJoin('audit_record', 'audit_record.id', 'chain.record_id')
      .selectAll('audit_record')
      .select(['chain.seq', 'chain.record_id', 'chain.hash'])
      .where('chain.seq', '>', seq)
      .orderBy('chain.seq')
      .limit(atMost),
    sealedRecords,
  );

export const strayRecords = (atMost: number): Operation<readonly AuditRecord[]> =>
  rows(
    build
      .selectFrom('audit_record')
      .selectAll()
      .where('sealed', '<>', WAITING)
      .where((record) => {
        const link = record.selectFrom('chain').select('seq').whereRef('chain.record_id', '=', 'audit_record.id');
        return record.not(record.exists(link));
      })
      .limit(atMost),
    auditRecords,
  );

export const keepCheckpoint = (checkpoint: Checkpoint): Operation<number> =>
  run(
    build
      .insertInto('checkpoint')
      .values(checkpoints.row(checkpoint))
      .onConflict((conflict) => conflict.columns(['seq', 'first']).doNothing()),
  );

export const allCheckpoints = (): Operation<readonly Checkpoint[]> =>
  rows(build.selectFrom('checkpoint').selectAll().orderBy('seq').orderBy('first'), checkpoints);

export const latestCheckpoint = (): Operation<Checkpoint | undefined> =>
  first(
    build.selectFrom('checkpoint').selectAll().orderBy('seq', 'desc').orderBy('first', 'desc').limit(1),
    checkpoints,
  );

/** How many links were looked at, and how many records went. */
interface Forgotten {
  readonly looked: number;
  readonly gone: number;
}

/** The oldest first, each with its link; but not the link right before those that stay. */
export function* forgetSealed(from: number, atMost: number): Operation<Forgotten> {
  const old = yield* rows(
    build.selectFrom('chain').selectAll().where('seq', '<', from).orderBy('seq').limit(atMost),
    links,
  );
  let gone = 0;
  for (const { seq, recordId } of old) {
    gone += yield* run(build.deleteFrom('audit_record').where('id', '=', recordId));
    if (seq < from - 1) yield* run(build.deleteFrom('chain').where('seq', '=', seq));
  }
  yield* run(build.deleteFrom('checkpoint').where('seq', '<', from - 1));
  return { looked: old.length, gone };
}
