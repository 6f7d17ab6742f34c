import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { workshop } from '../testing/workshop.ts';
import { deployActions } from './actions-deploy.ts';
import { newAction } from './actions-new.ts';
import { testActions } from './actions-test.ts';

test('an Action is begun, can be built at once, and is never written over', async (t) => {
  const { runAlone, run, folder } = await workshop(t, {});
  rmSync(join(folder, 'actions'), { recursive: true });
  const { status, text } = await runAlone(newAction, 'office-hours');
  assert.equal(status, 0);
  assert.match(
    text,
    /^Written: .*office-hours\.ts\nTry it: stile actions test\. Let it run: stile actions deploy office-hours --bind$/,
  );
  assert.match((await run(deployActions)).text, /office-hours: version 1/);
  assert.match((await runAlone(newAction, 'office-hours')).text, /There is an Action office-hours in .* already/);
});

test('every template is begun under another name with its cases, which pass', async (t) => {
  const { runAlone, folder } = await workshop(t, {});
  const { text } = await runAlone(newAction, 'x', '--template', 'nothing');
  const templates = text.replace('There is no template nothing. There are: ', '').split(', ');
  assert.ok(templates.length >= 6, text);
  for (const [i, template] of templates.entries()) {
    const made = await runAlone(newAction, `mine-${i}`, '--template', template);
    assert.equal(made.text.match(/Written: /g)?.length, 2, made.text);
  }
  assert.equal(readdirSync(join(folder, 'actions')).length, templates.length * 2);
  const { status, text: results } = await runAlone(testActions);
  assert.equal(status, 0, results);
});

test('a name that no Action can have, and none at all, are refused with the templates that there are', async (t) => {
  const { runAlone } = await workshop(t, {});
  for (const name of ['../evil', 'a/b', 'x.case', 'ä', ' '])
    assert.match((await runAlone(newAction, name)).text, /cannot be called/, name);
  const { status, text } = await runAlone(newAction);
  assert.equal(status, 2);
  assert.match(text, /Templates: .*step-up-by-scope/);
  assert.equal((await runAlone(newAction, 'x', '--template')).status, 2);
});
