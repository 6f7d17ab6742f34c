import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lineAt, parseSource } from './source.ts';

describe('parseSource', () => {
  it('sees every way of naming another module', () => {
    const text = [
      "import a from './a.ts';",
      "import type { B } from 'b';",
      "import './c.ts';",
      "export { d } from './d.ts';",
      "export * from './e.ts';",
      'export const f = 1;',
      "const g = await import('./g.ts');",
      "type H = import('./h.ts').H;",
      'const i = await import(name);',
      "// import './no.ts';",
      'const no = "import \'./no.ts\'";',
    ].join('\n');
    assert.deepEqual(
      parseSource('x.ts', text).imports.map(({ specifier, line }) => `${line} ${specifier}`),
      ['1 ./a.ts', '2 b', '3 ./c.ts', '4 ./d.ts', '5 ./e.ts', '7 ./g.ts', '8 ./h.ts', '9 name'],
    );
  });

  it('throws for what it cannot read, so that nothing passes unread', () => {
    assert.throws(() => parseSource('x.ts', 'const = {'), /^Error: x\.ts: /);
  });
});

describe('lineAt', () => {
  it('counts from 1', () => {
    assert.equal(lineAt('a\nb\nc', 0), 1);
    assert.equal(lineAt('a\nb\nc', 1), 1);
    assert.equal(lineAt('a\nb\nc', 2), 2);
    assert.equal(lineAt('a\nb\nc', 4), 3);
  });
});
