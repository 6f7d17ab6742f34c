/**
 * Actions that mean harm. Each is stopped, or gets nowhere; the server is not kept from anything else meanwhile; and the next
 * Action is served, in a world where nothing has happened.
 */
import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { before, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { ActionOutcome, HostAnswer } from '../../packages/server/src/actions/call.ts';
import { failureOf, LIMITS, messageOf, openTrial } from '../../packages/server/src/actions/runtime/testing/trial.ts';
import { COMPUTING } from './computing.ts';
import { ESCAPES } from './escapes.ts';
import type { HostileScript } from './hostile-script.ts';
import { MEMORY } from './memory.ts';
import { RESULTS } from './results.ts';

const limits = { ...LIMITS, cpuMs: 100, wallMs: 700 };
const trial = openTrial({ limits, workers: 2 });

/** Far more than a script can take, on a machine that has much else to do. */
const LONGEST_MS = 15_000;
/** How late the event loop of the host may be. */
const LATEST_MS = 20;
const ATTEMPTS = 6;

const ask = (): Promise<HostAnswer> => Promise.resolve({ answer: { given: true } });

/** How late the event loop was at most while something went on, in milliseconds. */
const latenessOf = async <T>(work: () => Promise<T>): Promise<{ readonly lateMs: number; readonly result: T }> => {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const result = await work();
  histogram.disable();
  return { lateMs: histogram.max / 1e6, result };
};

/** How late it is on this machine when another thread computes, whatever it computes. */
const latenessOfMachine = async (): Promise<number> => {
  const { lateMs } = await latenessOf(async () => {
    const spinner = new Worker('const end = Date.now() + 150; while (Date.now() < end);', { eval: true });
    await new Promise((resolve) => spinner.once('exit', resolve));
  });
  return lateMs;
};

const run = ({ body, program }: HostileScript): Promise<ActionOutcome> =>
  program === undefined ? trial.body(body ?? '', { ask }) : trial.program(program, { ask });

const isServed = async (): Promise<void> => {
  const clean = '[Object.keys(Object.prototype).length, typeof globalThis.left, [1, 2].map((n) => n * 2), Date.now()]';
  assert.deepEqual(await trial.said(`api.say(${clean}); globalThis.left = 1;`), [
    [0, 'undefined', [2, 4], 1_800_000_000_000],
  ]);
};

let machineMs = 0;
const measureMachine = async (): Promise<void> => {
  machineMs = Math.max(machineMs, await latenessOfMachine());
};

before(async () => {
  await isServed();
  await measureMachine();
  await measureMachine();
});

/** What disturbs once is the machine; what disturbs every time is the script. */
const leavesTheHostAlone = async (script: HostileScript, first: number): Promise<void> => {
  let lateMs = first;
  for (let attempt = 1; attempt < ATTEMPTS && lateMs > LATEST_MS + machineMs; attempt += 1) {
    await measureMachine();
    lateMs = Math.min(lateMs, (await latenessOf(() => run(script))).lateMs);
  }
  assert.ok(
    lateMs <= LATEST_MS + machineMs,
    `the event loop was late by ${lateMs} ms, of the machine's own ${machineMs}`,
  );
};

/** What would use up its processor time is stopped by the clock on the wall where a busy machine gives it none. */
const mayEnd = ({ ends }: HostileScript, ended: string): boolean =>
  ends.includes(ended) || (ended === 'wall_time_exceeded' && ends.includes('cpu_time_exceeded'));

const groups: readonly [string, readonly HostileScript[]][] = [
  ['computing', COMPUTING],
  ['memory', MEMORY],
  ['results', RESULTS],
];

for (const [group, scripts] of groups) {
  describe(group, () => {
    for (const script of scripts) {
      it(`is stopped: ${script.name}`, async () => {
        const { lateMs, result } = await latenessOf(() => run(script));
        const ended = failureOf(result) ?? result.outcome;
        assert.ok(mayEnd(script, ended), `${ended}: ${messageOf(result)}`);
        assert.ok(result.wallMs < LONGEST_MS, `it took ${result.wallMs} ms`);
        assert.ok(JSON.stringify(result).length < 200_000, 'what is left of it is too large');
        await leavesTheHostAlone(script, lateMs);
        await isServed();
      });
    }
  });
}

describe('escapes', () => {
  for (const { name, body, says } of ESCAPES) {
    it(`gets nowhere: ${name}`, async () => {
      const said = await trial.said(body, { ask });
      assert.deepEqual(said.length === 1 && !Array.isArray(says) ? said[0] : said, says);
      await isServed();
    });
  }
});
