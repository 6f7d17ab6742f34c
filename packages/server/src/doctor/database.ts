/** The database: is it whole, is it for this program, and does it know a time that is yet to come? */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Inspection } from '../store/sqlite/inspect.ts';
import { inspectSqlite } from '../store/sqlite/inspect.ts';
import type { Finding } from './finding.ts';
import { error, fine, warning } from './finding.ts';

/** The clocks of the processes that wrote may differ a little. */
const MOST_AHEAD_SECONDS = 60;

const RESTORE = 'Restore the last backup: docs/guides/operating.md, "Restore".';

/** Looks at the database, if there is one. */
export const checkDatabase = (
  { dataFolder }: Pick<Config, 'dataFolder'>,
  { nowSeconds, ...looking }: { readonly nowSeconds: number; readonly thorough: boolean; readonly patienceMs?: number },
): readonly Finding[] => {
  const path = join(resolve(dataFolder), 'stile.db');
  if (!existsSync(path)) return [notMade];
  try {
    const inspection = inspectSqlite(path, looking);
    return inspection.schemaVersion === 0
      ? [notMade]
      : [whole(inspection, looking.thorough), schema(inspection), clock(inspection, nowSeconds)];
  } catch (thrown) {
    return [unread(path, thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown))];
  }
};

/** A first start that is killed leaves a file with nothing in it. */
const notMade = fine('database', 'There is none yet; it is made at the first start');

/** Of what keeps it from being read, only its content asks for a backup: the rest is about this moment, or this machine. */
const unread = (path: string, code: string): Finding => {
  // After a crash there may be something to roll back, which a look that changes nothing must not do.
  if (/^SQLITE_(?:BUSY|LOCKED|PROTOCOL|READONLY)/.test(code)) {
    return warning('database', {
      what: `${path} could not be looked at (${code}).`,
      why: 'Another process holds it, or it has to be put in order after a crash, which the next start does.',
      todo: 'Ask again in a moment. If it stays so, find out which program has the file open.',
    });
  }
  if (/^SQLITE_(?:CANTOPEN|IOERR|NOMEM|PERM|AUTH)/.test(code)) {
    return error('database', {
      what: `${path} cannot be read (${code}).`,
      why: 'Nothing is known of people and keys without it.',
      todo: 'Give the folder and what is in it to the user that Stile runs as, and look whether the disk reports failures.',
    });
  }
  return error('database', {
    what: `${path} is not a database of Stile, or it is damaged.`,
    why: 'Nothing can be read from it.',
    todo: RESTORE,
  });
};

const whole = ({ damage }: Inspection, thorough: boolean): Finding => {
  if (damage.length === 0) return fine('database', thorough ? 'The database is whole' : 'The database can be read');
  return error('database', {
    what: `The database is damaged: ${damage.slice(0, 3).join('; ')}.`,
    why: 'What is read from it may be wrong, and writes may make it worse.',
    todo: `Stop Stile, keep a copy of the folder, and find out why: a disk that fails, or a copy made while Stile wrote. ${RESTORE}`,
  });
};

const schema = ({ schemaVersion, knownVersion }: Inspection): Finding => {
  if (schemaVersion > knownVersion) {
    return error('schema', {
      what: `The schema of the database has version ${schemaVersion}; this Stile knows up to ${knownVersion}.`,
      why: 'It was brought up to date by a newer Stile, and this one would not understand what is in it.',
      todo: 'Install the newer version again, or restore the backup from before the upgrade.',
    });
  }
  return schemaVersion < knownVersion
    ? fine('schema', `The schema is brought from version ${schemaVersion} to ${knownVersion} at the next start`)
    : fine('schema', `The schema has version ${schemaVersion}`);
};

const clock = ({ newestRecordAt }: Inspection, nowSeconds: number): Finding => {
  const ahead = newestRecordAt - nowSeconds;
  return ahead <= MOST_AHEAD_SECONDS
    ? fine('clock', `The clock shows ${new Date(nowSeconds * 1000).toISOString()}, and no record is newer`)
    : warning('clock', {
        what: `The newest record is ${ahead} seconds in the future.`,
        why: 'The clock is behind, or it was ahead for a while. With a clock that is behind, proofs seem fresher than they are and tokens live longer.',
        todo: 'Look what time it is, and let NTP keep the clock. If it is right now, this goes away by itself when that time has come.',
      });
};
