/** A server is killed while it makes its database, and the next one starts on what is left. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { freePort } from '../authorization-server.ts';
import { CrashingServer } from './crash/crashing-server.ts';
import { Remains } from './crash/remains.ts';
import { createWorld } from './crash/world.ts';

/** Statements of a first start, by what they do: some of each. */
const DEATHS = [
  { what: 'before the first migration', statement: '^BEGIN', when: 'after', count: 1 },
  { what: 'between two tables', statement: '^create table', when: 'after', count: 7 },
  { what: 'before the first commit', statement: '^COMMIT', when: 'before', count: 1 },
  { what: 'between two signing keys', statement: 'insert into "signing_key"', when: 'after', count: 2 },
  { what: 'while people are added', statement: 'insert into "authenticator"', when: 'before', count: 5 },
] as const;

it('the next start makes the whole of it', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-first-start-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const now = Math.floor(Date.now() / 1000);
  for (const [index, { what, ...death }] of DEATHS.entries()) {
    const world = createWorld(join(folder, String(index)), [port, port], now, 1);
    const [first, second] = [1, 2].map(() => new CrashingServer(join(folder, 'compiled')));
    assert.ok(first && second);
    const serve = { kind: 'serve', configuration: world.configuration(port), now } as const;
    await first.ready;
    await first.order({ kind: 'die', death });
    assert.equal(await first.order(serve), false, what);
    const left = new Remains(world.folder);
    assert.deepEqual(left.wrongs(), [], what);
    left.close();
    await second.ready;
    assert.equal(await second.order(serve), true, what);
    assert.equal((await fetch(world.at('readyz'))).status, 200, what);
    await second.kill();
    const whole = new Remains(world.folder);
    assert.deepEqual(whole.wrongs(), [], what);
    assert.ok(whole.schemaVersion() >= 1);
    whole.close();
  }
});
