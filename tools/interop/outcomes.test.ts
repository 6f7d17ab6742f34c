import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Client } from '../../conformance/interop/clients.ts';
import type { Ran } from './outcomes.ts';
import { rowOf, shortcomings, shortcomingsWithActions } from './outcomes.ts';
import { forDocuments, forTerminal } from './table.ts';
import { lockedVersion } from './versions.ts';

const client: Client = {
  name: '@fabrikam/client',
  file: 'client.test.ts',
  from: { npm: '@fabrikam/client' },
  notItsPart: { 'sign out': 'it has no session' },
  notes: ['It is slow.'],
};

const passed = (name: string): Ran => ({ file: client.file, name });
const whole = [
  'sign in: T3, T14: by a code',
  'sign in: silently',
  'step up: in a window',
  'refresh: once',
  'failure: denied',
];

describe('a row', () => {
  it('of tests that passed, and of what is not its part, lacks nothing', () => {
    const row = rowOf(client, '1.2.3', [...whole, 'discovery finds the server'].map(passed));
    assert.deepEqual(shortcomings(row), []);
    assert.match(forTerminal([row]), /^@fabrikam\/client +1\.2\.3 +✔ +✔ +✔ +– +✔ +✔$/m);
    const page = forDocuments([row]);
    assert.match(
      page,
      /^\| .*#fabrikamclient\) \| 1\.2\.3 \| ✔ \| ✔ \| ✔ \| not its part: it has no session \| ✔ \|$/m,
    );
    assert.match(page, /^- \*Sign in:\* by a code; silently\.$/m);
    assert.match(page, /^- \*Beyond that:\* discovery finds the server\.$/m);
    assert.match(page, /^- It is slow\.$/m);
  });

  it('names a test that failed, and never shows a tick for its step', () => {
    const row = rowOf(client, '1.2.3', [
      ...whole.map(passed),
      { file: client.file, name: 'step up: by a scope', failure: '401 | not 200' },
    ]);
    assert.deepEqual(shortcomings(row), ['@fabrikam/client: step up: by a scope: 401 | not 200']);
    assert.match(forTerminal([row]), /✘ 1 of 2/);
    assert.match(forDocuments([row]), /\| \*\*fails\*\*: by a scope: 401 \\\| not 200 \|/);
  });

  it('without a test for a step lacks it, also when its whole file broke off', () => {
    assert.deepEqual(shortcomings(rowOf(client, '1', whole.slice(0, 4).map(passed))), [
      '@fabrikam/client: failure: no test ran',
    ]);
    const broken: Ran = { file: client.file, name: '/conformance/interop/client.test.ts', failure: 'it broke' };
    assert.equal(shortcomings(rowOf(client, '1', [broken])).length, 5);
  });

  it('does not hide tests behind a reason', () => {
    const row = rowOf(client, '1', [...whole.map(passed), { ...passed('sign out: at once'), failure: 'no' }]);
    assert.deepEqual(shortcomings(row), ['@fabrikam/client: sign out: at once: no']);
  });
});

describe('lockedVersion', () => {
  const lock = JSON.stringify({ packages: { 'node_modules/@fabrikam/client': { version: '1.2.3' } } });

  it('is the version that is installed', () => {
    assert.equal(lockedVersion('@fabrikam/client', lock), '1.2.3');
  });

  it('throws when the package is not there', () => {
    assert.throws(() => lockedVersion('__proto__', lock), /no __proto__/);
  });
});

describe('a row of clients where Actions decide', () => {
  const about = { clients: ['@fabrikam/client'], file: '../actions/one.test.ts', actions: 'a refusal' };

  it('stands in a section of its own, with what was tried', () => {
    const page = forDocuments([], [{ about, tests: [passed('T4: is told so')] }]);
    assert.match(page, /^## Where Actions decide$/m);
    assert.match(page, /^\| `@fabrikam\/client` \| a refusal \| \[actions\/one\.test\.ts\]\(.+\) \| ✔ \|$/m);
    assert.match(page, /^- \*A refusal:\* is told so\.$/m);
    assert.doesNotMatch(forDocuments([]), /Actions decide/);
  });

  it('never hides that a test failed, or that none ran', () => {
    const broken = { about, tests: [{ ...passed('is told so'), failure: 'no' }] };
    assert.deepEqual(shortcomingsWithActions(broken), ['../actions/one.test.ts: is told so: no']);
    assert.match(forDocuments([], [broken]), /\*\*fails\*\*: is told so: no/);
    assert.deepEqual(shortcomingsWithActions({ about, tests: [] }), ['../actions/one.test.ts: no test ran']);
  });
});
