// What the bare limit keeps, and how: prepared statements on SQLite, durable like Stile's own (WAL, synced beside the event loop), and the
// writes of one turn of the event loop in one commit, with the indexes that looking up and forgetting take. Nobody is answered
// before the commit.
import { fdatasync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

const TABLES = `
  CREATE TABLE session (id TEXT PRIMARY KEY, secret_hash TEXT UNIQUE, user TEXT, events TEXT, created_at INT, seen_at INT) STRICT;
  CREATE TABLE interaction (id TEXT PRIMARY KEY, browser_hash TEXT, request TEXT, expires_at INT, finished INT) STRICT;
  CREATE TABLE authorization (id TEXT PRIMARY KEY, user TEXT, session TEXT, scope TEXT, events TEXT, nonce TEXT, revoked INT) STRICT;
  CREATE TABLE code (hash TEXT PRIMARY KEY, authorization TEXT, challenge TEXT, redirect_uri TEXT, expires_at INT) STRICT;
  CREATE TABLE refresh_token (hash TEXT PRIMARY KEY, authorization TEXT, expires_at INT, rotated_at INT, successor TEXT) STRICT;
  CREATE TABLE consumption (kind TEXT, key TEXT, expires_at INT, PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE throttle (key TEXT PRIMARY KEY, free_at INT) STRICT;
  CREATE TABLE audit (id TEXT PRIMARY KEY, at INT, type TEXT, about TEXT) STRICT;
  CREATE INDEX session_by_user ON session (user);
  CREATE INDEX interaction_by_expires_at ON interaction (expires_at);
  CREATE INDEX authorization_by_user ON authorization (user);
  CREATE INDEX authorization_by_session ON authorization (session);
  CREATE INDEX code_by_authorization ON code (authorization);
  CREATE INDEX code_by_expires_at ON code (expires_at);
  CREATE INDEX refresh_token_by_authorization ON refresh_token (authorization);
  CREATE INDEX refresh_token_by_expires_at ON refresh_token (expires_at);
  CREATE INDEX consumption_by_expires_at ON consumption (expires_at);
  CREATE INDEX audit_by_at ON audit (at, id);`;

const STATEMENTS = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: 'SAVEPOINT work',
  keep: 'RELEASE work',
  undo: 'ROLLBACK TO work',
  sessionBySecret: 'SELECT * FROM session WHERE secret_hash = ?',
  sessionById: 'SELECT * FROM session WHERE id = ?',
  insertSession: 'INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)',
  renewSession: 'UPDATE session SET secret_hash = ?, events = ?, seen_at = ? WHERE id = ? AND secret_hash = ?',
  touchSession: 'UPDATE session SET seen_at = ? WHERE id = ? AND seen_at < ?',
  interaction: 'SELECT * FROM interaction WHERE id = ?',
  insertInteraction: 'INSERT INTO interaction VALUES (?, ?, ?, ?, 0)',
  finishInteraction: 'UPDATE interaction SET finished = 1 WHERE id = ? AND finished = 0',
  authorization: 'SELECT * FROM authorization WHERE id = ?',
  insertAuthorization: 'INSERT INTO authorization VALUES (?, ?, ?, ?, ?, ?, 0)',
  code: 'SELECT * FROM code WHERE hash = ?',
  insertCode: 'INSERT INTO code VALUES (?, ?, ?, ?, ?)',
  refreshToken: 'SELECT * FROM refresh_token WHERE hash = ?',
  insertRefreshToken: 'INSERT INTO refresh_token VALUES (?, ?, ?, NULL, NULL)',
  rotate: 'UPDATE refresh_token SET rotated_at = ?, successor = ? WHERE hash = ? AND rotated_at IS NULL',
  consume: 'INSERT INTO consumption VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  consumed: 'SELECT 1 FROM consumption WHERE kind = ? AND key = ?',
  throttle: 'SELECT free_at FROM throttle WHERE key = ?',
  setThrottle: 'INSERT INTO throttle VALUES (?, ?) ON CONFLICT DO UPDATE SET free_at = excluded.free_at',
  clearThrottle: 'DELETE FROM throttle WHERE key = ?',
  audit: 'INSERT INTO audit VALUES (?, ?, ?, ?)',
};

/** Does all of it, if nothing is refused; gives back what to answer. */
const together = (database, group) => {
  try {
    return group.map(({ work, resolve }) => {
      const answer = work();
      return () => resolve(answer);
    });
  } catch (error) {
    if (!database.inTransaction) throw error;
    return undefined;
  }
};

/** Does one work in a savepoint, so that when it is refused the others of its commit are not. */
const apart = (database, s, { work, resolve, reject }) => {
  s.savepoint.run();
  try {
    const answer = work();
    return () => resolve(answer);
  } catch (error) {
    if (!database.inTransaction) throw error;
    s.undo.run();
    return () => reject(error);
  } finally {
    if (database.inTransaction) s.keep.run();
  }
};

const answersOf = (database, s, group) => {
  const answers = together(database, group);
  if (answers) return answers;
  s.rollback.run();
  s.begin.run();
  return group.map((one) => apart(database, s, one));
};

/** One sync at a time, beside the event loop; whoever commits meanwhile waits for the next. A disk that fails ends the measurement. */
const syncing = (descriptor) => {
  let waiting = [];
  let running = false;
  const sync = () => {
    const answers = waiting;
    waiting = [];
    running = true;
    fdatasync(descriptor, (error) => {
      if (error) throw error;
      running = false;
      if (waiting.length > 0) sync();
      for (const answer of answers) answer();
    });
  };
  return (answers) => {
    waiting.push(...answers);
    if (!running) sync();
  };
};

export const openStore = (folder) => {
  const database = new Database(join(folder, 'limit.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('temp_store = MEMORY');
  database.exec(TABLES);
  const s = Object.fromEntries(Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]));
  const durable = syncing(openSync(join(folder, 'limit.db-wal'), 'r+'));
  let waiting = [];
  const flush = () => {
    const group = waiting;
    waiting = [];
    try {
      s.begin.run();
      const answers = answersOf(database, s, group);
      s.commit.run();
      durable(answers);
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      for (const { reject } of group) reject(error);
    }
  };
  let records = 0;
  return {
    s,
    /** Runs the work in the next commit, and answers when that is durable. */
    write: (work) =>
      new Promise((resolve, reject) => {
        waiting.push({ work, resolve, reject });
        if (waiting.length === 1) setImmediate(flush);
      }),
    record: (at, type, about) => s.audit.run(`${at}-${process.pid}-${records++}`, at, type, JSON.stringify(about)),
    /** A bucket of so many tries, one more every so many seconds. */
    take: (key, burst, interval, now) => {
      const free = Math.max(now, s.throttle.get(key)?.free_at ?? 0);
      if (free - now > (burst - 1) * interval) return false;
      s.setThrottle.run(key, free + interval);
      return true;
    },
  };
};
