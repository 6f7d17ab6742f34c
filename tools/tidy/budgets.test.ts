import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { longFiles, longFunctions } from './budgets.ts';
import { parseSource } from './source.ts';

function linesOf(count: number): string {
  return 'work();\n'.repeat(count);
}

function found(text: string, path = 'a.ts'): number[] {
  return longFunctions(parseSource(path, text)).map((finding) => finding.line);
}

describe('longFiles', () => {
  it('allows 400 lines and not one more', () => {
    assert.deepEqual(longFiles('a.ts', linesOf(400)), []);
    assert.deepEqual(longFiles('a.ts', linesOf(401)), [{ path: 'a.ts', line: 401, what: '401 lines, of 400 at most' }]);
  });
});

describe('longFunctions', () => {
  const heads: readonly [string, string][] = [
    ['a declaration', 'function f(): void {\n%}'],
    ['an async generator', 'async function* f(a = { b: 1 }): AsyncGenerator<{ c: 1 }> {\n%}'],
    ['an arrow', 'const f = (a: { b: 1 }): { c: 1 } => {\n%};'],
    ['a function expression', 'use(function () {\n%});'],
    ['a method', 'class A { m(): void {\n%} }'],
    ['a constructor', 'class A { constructor() {\n%} }'],
    ['an accessor', 'class A { get m() {\n%} }'],
    ['a method of an object', 'const a = { async m() {\n%} };'],
    ['an arrow in a class field', 'class A { m = () => {\n%}; }'],
    ['one inside another', 'function f() { return () => {\n%}; }'],
    [
      'one after braces in strings, templates, comments and expressions',
      `const a = ['}', \`}$\{"}"}\`, /}/]; // }\nfunction f() {\n%}`,
    ],
  ];
  for (const [name, head] of heads) {
    it(`sees ${name}`, () => {
      assert.deepEqual(found(head.replace('%', linesOf(58))), [], 'of 60 lines');
      assert.notDeepEqual(found(head.replace('%', linesOf(59))), [], 'of 61 lines');
    });
  }

  it('counts an arrow without braces, and parameters', () => {
    assert.deepEqual(found(`const a = () => [\n${'1,\n'.repeat(59)}];`), [1]);
    assert.deepEqual(found(`\nfunction f(\n${'a: 1,\n'.repeat(59)}) {}`), [2]);
  });

  it('leaves classes, types, data and the module itself alone', () => {
    assert.deepEqual(found(`class A {\n${'a = 1;\n'.repeat(80)}}`), []);
    assert.deepEqual(found(`interface A {\n${'a: 1;\n'.repeat(80)}}`), []);
    assert.deepEqual(found(`const a = {\n${'a: 1,\n'.repeat(80)}};\n${linesOf(80)}`), []);
  });

  it('does not count the bodies of describe and it, but the functions in them, and only in tests', () => {
    const list = `describe('a', () => {\nit('b', async () => {\n${linesOf(70)}});\n});`;
    assert.deepEqual(found(list, 'a.test.ts'), []);
    assert.deepEqual(found(list, 'a.ts'), [1, 2]);
    assert.deepEqual(
      found(`it('a', async (t) => {\nawait t.test('b', () => {\n${linesOf(70)}});\n});`, 'a.test.ts'),
      [],
    );
    assert.deepEqual(found(`it('a', () => {\nconst f = () => {\n${linesOf(70)}};\n});`, 'a.test.ts'), [2]);
  });
});
