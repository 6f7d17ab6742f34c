import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callsOf, definitionsOf, writesTo } from './choke-points.ts';
import { parseSource } from './source.ts';

describe('definitionsOf', () => {
  const refused = [
    'export function nextStep() {}',
    'async function* nextStep() {}',
    'const nextStep = () => 1;',
    'const nextStep = function () {};',
    'const a = { nextStep() {} };',
    'const a = { nextStep: () => 1 };',
    'class A { nextStep() {} }',
    'class A { nextStep = () => 1; }',
  ];
  for (const text of refused) {
    it(`sees ${text}`, () => {
      assert.equal(definitionsOf('nextStep', [parseSource('a.ts', text)]).length, 1);
    });
  }

  it('does not count uses, types and tests', () => {
    const text = "import { nextStep } from 'a'; nextStep(); const b = { nextStep }; type C = { nextStep(): void };";
    assert.deepEqual(definitionsOf('nextStep', [parseSource('a.ts', text)]), []);
    assert.deepEqual(definitionsOf('nextStep', [parseSource('a.test.ts', 'function nextStep() {}')]), []);
  });
});

describe('writesTo', () => {
  const refused = [
    "db.insertInto('consumption').values({});",
    "db.with('a', b).updateTable('consumption');",
    "sql('INSERT OR IGNORE INTO consumption (a) VALUES (?)');",
    'sql`insert into "consumption" (a) values (1)`;',
    'sql`\n  update consumption\n  set a = 1`;',
  ];
  for (const text of refused) {
    it(`sees ${text}`, () => {
      assert.equal(writesTo('consumption', [parseSource('a.ts', text)]).length, 1);
    });
  }

  it('does not count reads, sweeps, other tables, migrations and tests', () => {
    const text = [
      "db.selectFrom('consumption');",
      "db.deleteFrom('consumption');",
      "db.insertInto('consumptions');",
      "sql('insert into consumption_log');",
      "const a = 'consumption';",
    ].join('\n');
    assert.deepEqual(writesTo('consumption', [parseSource('a.ts', text)]), []);
    const write = "db.insertInto('consumption');";
    assert.deepEqual(writesTo('consumption', [parseSource('a.test.ts', write)]), []);
    assert.deepEqual(writesTo('consumption', [parseSource('store/migrations/a.ts', write)]), []);
  });
});

describe('callsOf', () => {
  for (const text of ["keys.sign('a');", "deps.keys.sign('a');", "f({ keys }).keys.sign('a');"]) {
    it(`sees ${text}`, () => {
      assert.equal(callsOf('keys', 'sign', [parseSource('a.ts', text)]).length, 1);
    });
  }

  it('does not count other owners, other methods and tests', () => {
    const text = "sign('a'); locks.sign('a'); keys.verify('a'); const sign = keys.sign;";
    assert.deepEqual(callsOf('keys', 'sign', [parseSource('a.ts', text)]), []);
    assert.deepEqual(callsOf('keys', 'sign', [parseSource('a.test.ts', "keys.sign('a')")]), []);
  });
});
