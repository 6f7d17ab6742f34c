/**
 * What a killed server left on the disk, read from a copy with a driver and queries of the test's own: the server is not asked to
 * agree with itself, and finds its files as they were.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const digest = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Each finds rows that must not be. */
const HALVES: Readonly<Record<string, string>> = {
  'a code without its grant': 'select 1 from code where grant_id not in (select id from "grant")',
  'a grant that nobody decided': `select 1 from "grant" where id not in (select grant_id from audit_record where type = 'authorize.granted')`,
  'a decision without its grant': `select 1 from audit_record where type = 'authorize.granted' and grant_id not in (select id from "grant")`,
  'a decision without its code': `select 1 from audit_record where type = 'authorize.granted' and grant_id not in (select grant_id from code)`,
  'a redeemed code that was not judged': `
    select 1 from consumption join code on code.code_hash = consumption.key
    where kind = 'code' and code.grant_id not in (
      select grant_id from audit_record where grant_id is not null
      and type in ('token.granted', 'token.refused') and details like '%"authorization_code"%')`,
  'a code that was judged twice': `
    select 1 from audit_record where type = 'token.granted' and details like '%"authorization_code"%'
    group by grant_id having count(*) > 1`,
  'a rotated refresh token without its successor': `
    select 1 from refresh_token where rotated_at is not null
    and (successor_hash is null or successor_hash not in (select token_hash from refresh_token))`,
  'two refresh tokens of one family that are both the last':
    'select 1 from refresh_token where rotated_at is null group by grant_id having count(*) > 1',
  'a used token without its record': `
    select 1 from consumption where kind = 'single-use-token' and key not in (
      select details ->> 'jti' from audit_record where type = 'token.consumed')`,
  'a session without its proof': `select 1 from session where id not in (select session_id from audit_record where type = 'proof.accepted')`,
  'an algorithm without exactly one key that signs and one that is next': `
    select 1 from signing_key where state <> 'retired' group by alg having count(*) <> 2`,
};

/** The same, of the chain over the audit, once there is one. */
const BROKEN_CHAINS: Readonly<Record<string, string>> = {
  'a chain with a gap': 'select 1 where (select max(seq) from chain) <> (select count(*) from chain)',
  'a link without its record': 'select 1 from chain where record_id not in (select id from audit_record)',
  'a record that says it is sealed and is not':
    'select 1 from audit_record where sealed = 1 and id not in (select record_id from chain)',
  'a sealed record that says it waits':
    'select 1 from audit_record where sealed = 0 and id in (select record_id from chain)',
};

/** Since then the schema has a chain. */
const CHAINED_SINCE = 8;

export class Remains {
  readonly #database: DatabaseSync;
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'stile-remains-'));
    for (const name of ['stile.db', 'stile.db-wal']) {
      if (existsSync(join(dataFolder, name))) copyFileSync(join(dataFolder, name), join(this.#folder, name));
    }
    this.#database = new DatabaseSync(join(this.#folder, 'stile.db'));
  }

  /** What is wrong with the file, or with what is in it. */
  wrongs(): readonly string[] {
    const integrity = this.#values('pragma integrity_check').filter((line) => line !== 'ok');
    const foreign = this.#values('pragma foreign_key_check').map(
      (table) => `a reference of ${String(table)} to nothing`,
    );
    if (this.#values("select 1 from sqlite_master where name = 'schema_migration'").length === 0) {
      return [...integrity, ...foreign].map(String);
    }
    const versions = this.#values('select version from schema_migration order by version');
    const gaps = versions.some((version, index) => version !== index + 1)
      ? ['a gap in the versions of the schema']
      : [];
    const queries = { ...HALVES, ...(this.schemaVersion() >= CHAINED_SINCE && BROKEN_CHAINS) };
    const halves = Object.entries(queries).filter(([, query]) => this.#values(query).length > 0);
    return [...integrity, ...foreign, ...gaps, ...halves.map(([what]) => what)].map(String);
  }

  schemaVersion(): number {
    return Number(this.#values('select max(version) from schema_migration')[0]);
  }

  isUsed(kind: string, key: string): boolean {
    return this.#values('select 1 from consumption where kind = ? and key = ?', kind, key).length > 0;
  }

  /** Of a refresh token: the digest of the one that came after it, null when there is none. Undefined when it is not known. */
  successorOf(token: string): unknown {
    return this.#values('select successor_hash from refresh_token where token_hash = ?', digest(token))[0];
  }

  isRevoked(token: string): boolean {
    const query = `select 1 from "grant" join refresh_token on grant_id = id where token_hash = ? and revoked_at is not null`;
    return this.#values(query, digest(token)).length > 0;
  }

  hasEnded(sessionSecret: string): boolean {
    return (
      this.#values('select 1 from session where secret_hash = ? and ended_at is not null', digest(sessionSecret))
        .length > 0
    );
  }

  close(): void {
    this.#database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The first column of every row. */
  #values(query: string, ...parameters: readonly string[]): readonly unknown[] {
    return this.#database
      .prepare(query)
      .all(...parameters)
      .map((row) => Object.values(row)[0]);
  }
}
