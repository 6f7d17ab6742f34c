import { test } from 'node:test';
import type { Store } from '../ports.ts';
import { build } from '../sql/build.ts';
import type { Engine } from '../sql/engine.ts';
import type { Operation } from '../sql/operation.ts';
import { rows } from '../sql/operation.ts';
import { sqlStore } from '../sql/store.ts';
import type { MakeEngine } from './fixtures.ts';

/** What a store promises, in words, and how it is put to the test on an empty one. */
export type Promises = Readonly<Record<string, (store: Store, engine: Engine) => Promise<void>>>;

/** Declares a test for each promise. Each gets an empty store. */
export const testPromises = (promises: Promises, make: MakeEngine): void => {
  for (const [name, check] of Object.entries(promises)) {
    test(name, async () => {
      const engine = await make();
      try {
        await check(sqlStore(engine), engine);
      } finally {
        await engine.close();
      }
    });
  }
};

const tables = [
  'user',
  'authenticator',
  'enrolment_ticket',
  'ceremony',
  'remembered_device',
  'arrival',
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
  'action',
  'action_version',
  'action_trigger',
  'action_binding',
  'action_execution',
  'action_cache',
  'audit_record',
  'chain',
  'checkpoint',
  'policy',
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
