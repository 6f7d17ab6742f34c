import { test } from 'node:test';
import type { Store } from '../ports.ts';
import { build } from '../sql/build.ts';
import type { Engine } from '../sql/engine.ts';
import type { Operation } from '../sql/operation.ts';
import { rows } from '../sql/operation.ts';
import { sqlStore } from '../sql/store.ts';
import type { MakeEngine } from './fixtures.ts';

/** Declares tests that each get an empty store. */
export const testOn =
  (make: MakeEngine) =>
  (name: string, check: (store: Store, engine: Engine) => Promise<void>): void => {
    test(name, async () => {
      const engine = await make();
      try {
        await check(sqlStore(engine), engine);
      } finally {
        await engine.close();
      }
    });
  };

export type TestOnStore = ReturnType<typeof testOn>;

const tables = [
  'user',
  'authenticator',
  'enrolment_ticket',
  'consent',
  'session',
  'interaction',
  'grant',
  'code',
  'refresh_token',
  'consumption',
  'throttle',
  'signing_key',
  'server_secret',
  'audit_record',
] as const;

/** Everything that the database holds, so that two moments can be compared. */
export const everythingIn = (engine: Engine): Promise<string> => engine.read(readEverything);

function* readEverything(): Operation<string> {
  const everything: string[] = [];
  for (const table of tables) {
    const found = yield* rows(build.selectFrom(table).selectAll(), { parse: (row) => JSON.stringify(row) });
    everything.push(table, ...found.toSorted());
  }
  return everything.join('\n');
}
