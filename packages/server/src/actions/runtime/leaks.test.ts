/** What many runs leave in memory: nothing. `npm run bench -- --only actions` tries more of them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LIMITS, openTrial } from './testing/trial.ts';

it('a thousand runs of many kinds leave nothing behind', async () => {
  const trial = openTrial({ limits: { ...LIMITS, cpuMs: 100, memoryBytes: 16 * 1024 * 1024 } });
  const bodies = [
    "api.say('x'.repeat(1000)); console.log(event);",
    "await api.stepUp.require({ acr: 'mfa' });",
    "throw new Error('x'.repeat(1000));",
    'globalThis.kept = new Array(10000).fill(event); await new Promise((resolve) => setTimeout(resolve, 1));',
  ];
  const rounds = async (count: number): Promise<number> => {
    for (let round = 0; round < count; round += 1) for (const body of bodies) await trial.body(body);
    return process.memoryUsage.rss() / 1024 / 1024;
  };
  const before = await rounds(150);
  const after = await rounds(250);
  assert.ok(after - before < 40, `${before} megabytes became ${after}`);
});
