/** Looks at a database without changing it, and without bringing it up to date. */
import Database from 'better-sqlite3';
import { migrations } from '../migrations/migrations.ts';
import { cells } from '../sql/tables/table.ts';
import { PATIENCE_MS } from './patience.ts';

/** What can be said about a database from outside. */
export interface Inspection {
  /** 0 when nothing was made in it yet: that is what a first start leaves that was killed. */
  readonly schemaVersion: number;
  /** The version that this program knows. */
  readonly knownVersion: number;
  /** The moment of the newest record; 0 when there is none. */
  readonly newestRecordAt: number;
  /** The names of the keys that sign. */
  readonly currentKeys: readonly string[];
  /** What is damaged; asked only when it was to be, for it reads everything. */
  readonly damage: readonly string[];
}

/**
 * Reads a database that may be in use.
 *
 * @param thorough whether every page is read
 * @param patienceMs how long somebody else may hold it
 * @throws SqliteError when it is no database, when it belongs to another program, or when it cannot be read now
 */
export const inspectSqlite = (
  path: string,
  { thorough, patienceMs = PATIENCE_MS }: { readonly thorough: boolean; readonly patienceMs?: number },
): Inspection => {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: patienceMs });
  try {
    if (numberFrom(database, 'select count(*) as value from sqlite_master') === 0) return NOTHING;
    const schemaVersion = numberFrom(database, 'select max(version) as value from schema_migration');
    return {
      schemaVersion,
      knownVersion: migrations.length,
      newestRecordAt: numberFrom(
        database,
        'select max(value) as value from (select max(at) as value from audit_record union all select max(applied_at) from schema_migration)',
      ),
      currentKeys: textsFrom(database, "select kid as value from signing_key where state = 'current'"),
      damage: thorough ? damageOf(database) : [],
    };
  } finally {
    database.close();
  }
};

/** An Action that is bound live, as it lies in the database. */
export interface BoundSecrets {
  readonly action: string;
  readonly versionId: string;
  readonly sealedSecrets: string | null;
}

/** What is bound of Actions; undefined when it cannot be read, for whatever reason. */
export const inspectActions = (
  path: string,
): { readonly isOff: boolean; readonly bound: readonly BoundSecrets[] } | undefined => {
  try {
    const database = new Database(path, { readonly: true, fileMustExist: true, timeout: PATIENCE_MS });
    try {
      const off = 'select count(*) as value from action_trigger where off_since is not null';
      return { isOff: numberFrom(database, off) > 0, bound: database.prepare(BOUND).all().map(boundSecrets) };
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
};

const BOUND =
  'select a.name, v.id, v.sealed_secrets from action_binding b join action a on a.id = b.action_id ' +
  "join action_version v on v.id = b.version_id where b.enabled = 1 and b.mode = 'live' order by b.position";

const boundSecrets = (row: unknown): BoundSecrets => {
  const found = cells(row);
  const sealed = found.get('sealed_secrets');
  return {
    action: String(found.get('name')),
    versionId: String(found.get('id')),
    sealedSecrets: typeof sealed === 'string' ? sealed : null,
  };
};

const NOTHING: Inspection = {
  schemaVersion: 0,
  knownVersion: migrations.length,
  newestRecordAt: 0,
  currentKeys: [],
  damage: [],
};

const valuesFrom = (database: Database.Database, sql: string): readonly unknown[] =>
  database
    .prepare(sql)
    .all()
    .map((row) => cells(row).get('value'));

const numberFrom = (database: Database.Database, sql: string): number => {
  const [value] = valuesFrom(database, sql);
  return typeof value === 'number' ? value : 0;
};

const textsFrom = (database: Database.Database, sql: string): readonly string[] =>
  valuesFrom(database, sql).filter((value) => typeof value === 'string');

/** SQLite names pages and tables, never what is in them. */
const damageOf = (database: Database.Database): readonly string[] => {
  const found = textsFrom(database, 'select quick_check as value from pragma_quick_check');
  const orphans = textsFrom(database, 'select distinct "table" as value from pragma_foreign_key_check');
  return [
    ...found.filter((line) => line !== 'ok'),
    ...orphans.map((table) => `rows of ${table} refer to rows that are gone`),
  ];
};
