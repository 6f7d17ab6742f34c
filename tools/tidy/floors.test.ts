import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Declared, House } from './floors.ts';
import { importsOutOfPlace, withoutPlace } from './floors.ts';
import { parseSource } from './source.ts';

const house: House = {
  workspaces: {
    'packages/core': { ours: [], nodeOnly: [] },
    'packages/server': { ours: ['@stile/core'], nodeOnly: ['src/app.ts'] },
    'examples/shop': { ours: ['@stile/server'], nodeOnly: [''] },
  },
  floors: {
    'packages/server': [
      { rooms: ['store', 'keys'], sideways: true },
      { rooms: ['endpoints', 'interaction'], sideways: false },
      { rooms: ['app.ts'], sideways: true },
    ],
  },
};

const declared: Declared = new Map([
  ['', new Set(['fast-check'])],
  ['packages/core', new Set<string>()],
  ['packages/server', new Set(['@stile/core', '@stile/client', 'hono'])],
  ['examples/shop', new Set(['@stile/server'])],
]);

function allows(path: string, specifier: string): boolean {
  return importsOutOfPlace(parseSource(path, `import '${specifier}';`), house, declared).length === 0;
}

describe('importsOutOfPlace', () => {
  const server = 'packages/server/src';
  const cases: readonly [allowed: boolean, path: string, specifier: string][] = [
    [true, `${server}/endpoints/a.ts`, '../store/b.ts'],
    [true, `${server}/endpoints/deep/a.ts`, '../b.ts'],
    [true, `${server}/store/a.ts`, '../keys/b.ts'],
    [true, `${server}/app.ts`, './endpoints/b.ts'],
    [false, `${server}/store/a.ts`, '../endpoints/b.ts'],
    [false, `${server}/store/a.ts`, '../app.ts'],
    [false, `${server}/store/deep/a.ts`, '../../app.ts'],
    [false, `${server}/endpoints/a.ts`, '../app.ts'],
    [false, `${server}/endpoints/a.ts`, '../interaction/b.ts'],
    [true, `${server}/endpoints/a.test.ts`, '../app.ts'],
    [false, `${server}/endpoints/a.ts`, './b.test.ts'],
    [false, `${server}/endpoints/a.ts`, '../../../core/src/b.ts'],
    [false, `${server}/endpoints/a.test.ts`, '../../../core/src/b.ts'],
    [false, `${server}/endpoints/a.ts`, '../../../../tools/b.ts'],
    [true, `${server}/endpoints/a.test.ts`, '../../../../tools/b.ts'],
    [true, `${server}/app.ts`, '@stile/core'],
    [true, 'packages/core/templates/a.ts', '@stile/core'],
    [false, 'packages/core/templates/a.ts', '@stile/server'],
    [false, `${server}/app.ts`, '@stile/client'],
    [true, `${server}/app.ts`, 'hono/html'],
    [true, `${server}/app.ts`, 'node:fs'],
    [false, `${server}/store/a.ts`, 'node:fs'],
    [true, 'examples/shop/src/a.ts', 'node:fs'],
    [false, `${server}/app.ts`, '../fixture/b.ts'],
    [true, `${server}/app.test.ts`, '../fixture/b.ts'],
    [false, `${server}/app.test.ts`, './b.test.ts'],
    [false, `${server}/app.ts`, 'fast-check'],
    [true, `${server}/app.test.ts`, 'fast-check'],
    [false, `${server}/app.test.ts`, 'left-pad'],
    [false, 'packages/core/src/a.ts', 'node:crypto'],
    [false, 'packages/core/src/a.ts', 'hono'],
    [true, 'packages/core/src/a.test.ts', 'node:test'],
    [true, 'examples/shop/src/a.ts', '@stile/server'],
    [false, 'examples/shop/src/a.ts', '../../../packages/server/src/app.ts'],
    [false, 'examples/shop/src/a.ts', '@stile/core'],
    [false, 'tools/a.ts', 'left-pad'],
    [true, 'tools/a.ts', 'fast-check'],
  ];
  for (const [allowed, path, specifier] of cases) {
    it(`${allowed ? 'allows' : 'refuses'} ${specifier} in ${path}`, () => {
      assert.equal(allows(path, specifier), allowed);
    });
  }

  it('sees types and dynamic imports too', () => {
    const text = "import type { A } from '../app.ts';\nconst b = import('../app.ts');\nexport * from '../app.ts';";
    const found = importsOutOfPlace(parseSource(`${server}/store/a.ts`, text), house, declared);
    assert.deepEqual(
      found.map((finding) => finding.line),
      [1, 2, 3],
    );
  });
});

describe('withoutPlace', () => {
  it('names a workspace or a room that the table does not know', () => {
    const paths = [
      'packages/core/package.json',
      'packages/attic/package.json',
      'packages/core/src/any.ts',
      'packages/server/src/store/a.ts',
      'packages/server/src/cellar/b.ts',
      'packages/server/src/loose.ts',
      'packages/server/src/loose.test.ts',
    ];
    assert.deepEqual(withoutPlace(paths, house), [
      'packages/attic',
      'packages/server/src/cellar',
      'packages/server/src/loose.ts',
    ]);
  });
});
