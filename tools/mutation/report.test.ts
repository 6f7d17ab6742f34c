import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { accounted } from './accounted.ts';
import { accountOf, hasSurvived, isKilled, mutantsOf, score } from './report.ts';

const root = join(import.meta.dirname, '../..');

const report = (mutants: readonly object[]): string =>
  JSON.stringify({ files: { 'a.ts': { source: 'const a =\n  b > c;\nconst d = true;\n', mutants } } });

const comparison = { start: { line: 2, column: 3 }, end: { line: 2, column: 8 } };
const truth = { start: { line: 3, column: 11 }, end: { line: 3, column: 15 } };

describe('a report of mutations', () => {
  it('tells what stood where, and what it became', () => {
    const [first, second] = mutantsOf(
      report([
        { location: comparison, replacement: 'b <= c', status: 'Killed' },
        { location: truth, replacement: 'false', status: 'Survived' },
      ]),
    );
    const found = { file: 'a.ts', line: 2, on: 'b > c;', original: 'b > c', becomes: 'b <= c', status: 'Killed' };
    assert.deepEqual(first, found);
    assert.deepEqual([second?.original, second?.line], ['true', 3]);
  });

  it('counts those that ended and those that never did as noticed, and leaves out those that could not run', () => {
    const statuses = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'CompileError', 'RuntimeError', 'Ignored'];
    const mutants = mutantsOf(report(statuses.map((status) => ({ location: truth, replacement: 'false', status }))));
    assert.deepEqual([mutants.filter(isKilled).length, mutants.filter(hasSurvived).length], [2, 2]);
    assert.equal(score(mutants), 50);
    assert.equal(score([]), 0);
  });

  it('finds the account of a survivor by what it was and became', () => {
    const [mutant] = mutantsOf(report([{ location: comparison, replacement: 'b >= c', status: 'Survived' }]));
    assert.ok(mutant);
    const account = { file: 'a.ts', original: 'b > c', becomes: 'b >= c', why: 'they are never equal' };
    assert.equal(accountOf(mutant, [account]), account);
    assert.equal(accountOf(mutant, [{ ...account, becomes: 'b < c' }]), undefined);
    assert.equal(accountOf(mutant, [{ ...account, on: 'b > c;' }])?.why, account.why);
    assert.equal(accountOf(mutant, [{ ...account, on: 'const d' }]), undefined);
  });

  it('is refused when it is something else', () => {
    for (const other of ['{}', '{"files":[]}', '{"files":{"a.ts":{"mutants":[{}]}}}']) {
      if (other === '{"files":[]}') assert.deepEqual(mutantsOf(other), []);
      else assert.throws(() => mutantsOf(other));
    }
  });
});

describe('the survivors that are accounted for', () => {
  it('still stand in the source', () => {
    for (const { file, on = '', original } of accounted) {
      const source = readFileSync(join(root, file), 'utf8');
      const stands =
        source.replace(/\s+/g, ' ').includes(original) && source.split('\n').some((line) => line.includes(on));
      assert.ok(stands, `${file} no longer holds ${original} on ${on}: take its account out`);
    }
  });
});
