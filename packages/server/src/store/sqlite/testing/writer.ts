/**
 * A process of its own for the tests: opens the file it is told and does what it is told, telling on stdout what was acknowledged.
 */
import { writeSync } from 'node:fs';
import { createSqliteStore } from '../../store.ts';
import { at, audit } from '../../testing/fixtures.ts';

const [task, path = '', name = ''] = process.argv.slice(2);
const store = createSqliteStore({ path, now: () => at(0) });

/** Written at once: what is still in a buffer when the process is killed would be lost. */
const tell = (line: string): void => {
  writeSync(1, `${line}\n`);
};

const onceOnly = (key: string) => ({ kind: 'single-use-token', key, expiresAt: null }) as const;

/** Each of these keys once, competing with whoever else does the same. */
const race = async (): Promise<void> => {
  const keys = Array.from({ length: 200 }, (_, index) => `key-${index}`);
  for (let first = 0; first < keys.length; first += 8) {
    const group = keys.slice(first, first + 8);
    const won = await Promise.all(group.map((key) => store.once.consume(onceOnly(key), [audit(`${name}-${key}`)])));
    for (const [index, key] of group.entries()) if (won[index] === true) tell(key);
  }
};

/** Writes until it is killed, several at once; each write is two rows that must be there together. */
const endless = async (lane: number): Promise<void> => {
  for (let number = 0; ; number += 1) {
    const key = `${name}-${lane}-${number}`;
    await store.once.consume(onceOnly(key), [audit(key)]);
    tell(key);
  }
};

tell('open');
if (task === 'race') {
  process.stdin.once('data', () => {
    void race().then(() => store.close());
    process.stdin.pause();
  });
} else {
  for (let lane = 0; lane < 6; lane += 1) void endless(lane);
}
