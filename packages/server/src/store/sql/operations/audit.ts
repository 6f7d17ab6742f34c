import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { AuditPlace } from '../../ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, runOnOne } from '../operation.ts';
import type { Schema } from '../schema.ts';
import type { RowIn } from '../tables/table.ts';
import { cells } from '../tables/table.ts';
import { auditRecords } from '../tables/upkeep.ts';
import { template } from '../template.ts';

const insertRecord = template<RowIn<typeof auditRecords>>(() =>
  build.insertInto('audit_record').values(auditRecords.holes),
);

/** Adds records to the audit, in the transaction of what they tell about. A record is never changed. */
export function* appendAudit(records: readonly AuditRecord[]): Operation<void> {
  for (const record of records) {
    yield* runOnOne(insertRecord(auditRecords.row(record)));
  }
}

export const findAudit = (id: string): Operation<AuditRecord | undefined> =>
  first(build.selectFrom('audit_record').selectAll().where('id', '=', id), auditRecords);

export const auditOf = (userId: string, limit: number): Operation<readonly AuditRecord[]> =>
  rows(
    build
      .selectFrom('audit_record')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit),
    auditRecords,
  );

export const latestAuditOf = (userId: string, types: readonly string[]): Operation<AuditRecord | undefined> =>
  first(
    build
      .selectFrom('audit_record')
      .selectAll()
      .where('user_id', '=', userId)
      .where('type', 'in', [...types])
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(1),
    auditRecords,
  );

const isAfter = (where: ExpressionBuilder<Schema, 'audit_record'>, { at, id }: AuditPlace): Expression<SqlBool> =>
  where.and([where('at', '>=', at), where.or([where('at', '>', at), where('id', '>', id)])]);

export const auditAfter = (
  place: AuditPlace,
  types: readonly string[],
  atMost: number,
): Operation<readonly AuditRecord[]> =>
  rows(
    build
      .selectFrom('audit_record')
      .selectAll()
      .where((expression) => isAfter(expression, place))
      .where('type', 'in', [...types])
      .orderBy('at')
      .orderBy('id')
      .limit(atMost),
    auditRecords,
  );

/** Those that come before a place, the newest first; of one person, or of all. */
export const auditBefore = (
  { at, id }: AuditPlace,
  types: readonly string[],
  atMost: number,
  userId: string | undefined,
): Operation<readonly AuditRecord[]> => {
  const found = build
    .selectFrom('audit_record')
    .selectAll()
    .where('at', '<=', at)
    .where((record) => record.or([record('at', '<', at), record('id', '<', id)]))
    .where('type', 'in', [...types])
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(atMost);
  return rows(userId === undefined ? found : found.where('user_id', '=', userId), auditRecords);
};

export function* countAuditAfter(place: AuditPlace, types: readonly string[]): Operation<number> {
  const counted = yield* first(
    build
      .selectFrom('audit_record')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where((expression) => isAfter(expression, place))
      .where('type', 'in', [...types]),
    { parse: (row) => Number(cells(row).get('count')) },
  );
  return counted ?? 0;
}

/** Newest first; within one second by id, the greatest first. */
export const recentAudit = (limit: number): Operation<readonly AuditRecord[]> =>
  rows(
    build.selectFrom('audit_record').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit),
    auditRecords,
  );
