import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { environmentReads, outsideWorld, sleepingTests, typeShortcuts, unfinishedWork } from './forbidden.ts';
import type { Finding, Source } from './source.ts';
import { parseSource } from './source.ts';

function tries(
  check: (source: Source) => Finding[],
  path: string,
  refused: readonly string[],
  allowed: readonly string[],
): void {
  for (const text of refused) {
    it(`refuses ${text}`, () => {
      assert.notDeepEqual(check(parseSource(path, text)), []);
    });
  }
  for (const text of allowed) {
    it(`allows ${text}`, () => {
      assert.deepEqual(check(parseSource(path, text)), []);
    });
  }
}

describe('typeShortcuts', () => {
  const comment = '// @ts';
  tries(
    typeShortcuts,
    'a.ts',
    [
      'const a: any = 1;',
      'const a = <T>(b: Map<string, any[]>) => b;',
      'const a = b as any;',
      'const a = b as unknown as string;',
      'const a = (b as unknown) as string;',
      'const a = <string>(<unknown>b);',
      `${comment}-ignore\nconst a = 1;`,
      `${comment}-expect-error: because\nconst a = 1;`,
      `/* @ts${'-nocheck'} */`,
    ],
    [
      'const a = { any: 1 }; use(a.any, Promise.any([]));',
      'const a = b as unknown;',
      'const a = b as string;',
      "const a = 'any'; // any",
    ],
  );
});

describe('unfinishedWork', () => {
  it('finds the marks in code, comments and prose, with their lines', () => {
    const marks = ['TO', 'FIX', 'X'].map((half, index) => half + ['DO', 'ME', 'XX'][index]);
    for (const mark of marks) {
      assert.deepEqual(unfinishedWork('a.md', `one\n${mark}: two`), [{ path: 'a.md', line: 2, what: mark }]);
    }
    assert.deepEqual(unfinishedWork('a.md', 'todo lists, PREFIXME and 1XXX2'), []);
  });
});

describe('sleepingTests', () => {
  tries(
    sleepingTests,
    'a.test.ts',
    [
      "it.skip('a', () => {});",
      "describe.only('a', () => {});",
      "it('a', (t) => { t.skip(); });",
      "test('a', { todo: true }, () => {});",
      "await t.test('a', { skip: !postgres }, () => {});",
    ],
    ["it('a', { timeout: 5 }, () => {});", 'page({ skip: 10 });', "it('a skip( b', () => {});", 'list.skip;'],
  );
});

describe('environmentReads', () => {
  tries(
    environmentReads,
    'a.ts',
    [
      'const a = process.env.A;',
      "const a = process['env'];",
      'const a = process?.env;',
      'const { env } = process;',
      'const a = process[name];',
      "import { env } from 'node:process';",
      "import process from 'process';",
      'start(process);',
      'const a = globalThis.process.env;',
      'const a = globalThis.process?.env;',
      'start(globalThis.process);',
    ],
    [
      'process.exit(1);',
      "globalThis.process?.getBuiltinModule?.('node:crypto');",
      'const a = { process: 1 };',
      'interface A { process: string }',
    ],
  );
});

describe('outsideWorld', () => {
  tries(
    outsideWorld,
    'a.ts',
    [
      'const a = Date.now();',
      'const a = new Date(0);',
      'function f(a: Date) {}',
      'const a = Math.random();',
      "const a = Math['random']();",
      'const a = Math[b]();',
      'const a = performance.now();',
      'const a = crypto.randomUUID();',
      'setTimeout(f, 1);',
      'const a = process.pid;',
      'const a = globalThis;',
      'const a = { Date };',
      'use(fetch);',
    ],
    [
      'const a = Math.max(1, 2);',
      'const a = { process: 1, Date: 2 };',
      'const a = b.crypto;',
      'interface A { process: string; fetch(): void }',
      "const a = 'Date';",
    ],
  );
});
