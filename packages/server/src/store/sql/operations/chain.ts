import { sql } from 'kysely';
import { BEGINNING, sealOf } from '../../../audit/chain.ts';
import type { ChainLink, Checkpoint, SealedRecord } from '../../chain-ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { checkpoints, links } from '../tables/chain.ts';
import type { RowIn } from '../tables/table.ts';
import { cells } from '../tables/table.ts';
import { auditRecords } from '../tables/upkeep.ts';
import { template } from '../template.ts';

const insertLink = template<RowIn<typeof links>>(() => build.insertInto('chain').values(links.holes));

const markSealed = template<{ readonly id: string }>((hole) =>
  build.updateTable('audit_record').set({ sealed: 1 }).where('id', '=', hole('id')),
);

/** Written as a constant, so that it is found by the index that holds nothing else. */
const WAITING = sql.lit(0);

export const waitingRecords = (atMost: number): Operation<readonly AuditRecord[]> =>
  rows(
    build
      .selectFrom('audit_record')
      .selectAll()
      .where('sealed', '=', WAITING)
      .orderBy('at')
      .orderBy('id')
      .limit(atMost),
    auditRecords,
  );

export const headOfChain = (): Operation<ChainLink | undefined> =>
  first(build.selectFrom('chain').selectAll().orderBy('seq', 'desc').limit(1), links);

/** Seals what waits. The number of a link is its key: of two processes that made the same one, one would begin again. */
export function* sealRecords(atMost: number): Operation<number> {
  const waiting = yield* waitingRecords(atMost);
  if (waiting.length === 0) return 0;
  let last: Pick<ChainLink, 'seq' | 'hash'> = (yield* headOfChain()) ?? { seq: 0, hash: BEGINNING };
  for (const record of waiting) {
    last = { seq: last.seq + 1, hash: sealOf(last.hash, record) };
    yield* runOnOne(insertLink(links.row({ ...last, recordId: record.id })));
    yield* runOnOne(markSealed({ id: record.id }));
  }
  return waiting.length;
}

export const findLink = (recordId: string): Operation<ChainLink | undefined> =>
  first(build.selectFrom('chain').selectAll().where('record_id', '=', recordId), links);

const sealedRecords = {
  parse: (row: unknown): SealedRecord => {
    const link = links.parse(row);
    return { ...link, record: cells(row).get('id') === null ? null : auditRecords.parse(row) };
  },
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
