/** Every template that authors start from does what its cases say, in the sandbox that logins have. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { isJsonObject } from '@stile/core';
import { casesIn } from './cases/action-case.ts';
import { runCase } from './cases/run-case.ts';
import { actionFilesIn } from './deploy/action-file.ts';
import { buildAction } from './deploy/build.ts';
import { openSandbox } from './testing/sandbox.ts';

const TEMPLATES = join(import.meta.dirname, '../../../actions/templates');
const LIMITS = { codeBytes: 100_000, programBytes: 100_000, dependencies: 0 };

const runtime = openSandbox();
after(() => runtime.close());

it('has one for each documented recipe', () => {
  assert.deepEqual(
    actionFilesIn(TEMPLATES).map(({ name }) => name),
    [
      'enrolment-campaign',
      'new-device',
      'office-network',
      'role-must-use-passkey',
      'step-up-by-acr-values',
      'step-up-by-scope',
    ],
  );
});

for (const { name, file } of actionFilesIn(TEMPLATES)) {
  describe(name, async () => {
    const { program } = await buildAction({ file }, LIMITS);
    const path = join(TEMPLATES, `${name}.case.ts`);
    const url = pathToFileURL(path).href;
    const module: unknown = await import(url);
    assert.ok(isJsonObject(module));
    for (const one of casesIn(module, path)) {
      it(one.name, async () => {
        assert.deepEqual((await runCase(one, program, runtime)).differences, []);
      });
    }
  });
}
