import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';

it('npm run demo: the story holds, and tells no secret', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'demo.ts')], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\n7 {2}Somebody without a second proof\n.*\nAll of it is as told: \d+ checks\.\n$/s);
  for (const secret of [/correct horse/, /eyJ/, /code_verifier/, /code=/]) assert.doesNotMatch(stdout, secret);
  assert.doesNotMatch(stdout, /\b\d{6}\b/, 'a code');
  assert.ok(!stdout.includes('\u001b'), 'colours are for terminals');
});
