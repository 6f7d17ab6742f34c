/** One file and its packages become one script, the same each time; what cannot be built is told with its place. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { Built } from './build.ts';
import { BuildError, buildAction } from './build.ts';

const LIMITS = { codeBytes: 100_000, programBytes: 1_000_000, dependencies: 10 };

const DOES_NOTHING = 'exports.onExecutePostLogin = async () => {};';

type Files = Readonly<Record<string, string>>;

const folderOf = (t: TestContext, files: Files): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-build-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
};

const packageFiles = (name: string, version: string, main: string): Files => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version, main: 'main.js' }),
  [`node_modules/${name}/main.js`]: main,
});

const build = (t: TestContext, files: Files, limits = LIMITS): Promise<Built> =>
  buildAction({ file: join(folderOf(t, files), Object.keys(files)[0] ?? '') }, limits);

/** Runs a program as the sandbox does: in a world without imports, but for a few modules of Node.js. */
const exportsOf = ({ program }: Built, modules: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => {
  const module = { exports: {} };
  const require = (name: string) => {
    assert.ok(Object.hasOwn(modules, name), name);
    return modules[name];
  };
  runInNewContext(`(function (module, exports, require) {${program.code}\n})`)(module, module.exports, require);
  return { ...module.exports };
};

const messageOf = async (building: Promise<unknown>): Promise<string> => {
  try {
    await building;
  } catch (error) {
    assert.ok(error instanceof BuildError, String(error));
    return error.message;
  }
  return assert.fail('it was built');
};

test('CommonJS, ES modules and TypeScript give a script that exports the handlers', async (t) => {
  const sources: Files = {
    'a.js': DOES_NOTHING,
    'a.mjs': 'export async function onExecutePostLogin() {}',
    'a.cjs': `module.exports = { onExecutePostLogin: async () => {} };`,
    'a.ts':
      "import type { Api } from '@stile/actions';\nexport const onExecutePostLogin = async (event: unknown, api: Api): Promise<void> => {};",
    'a.mts': 'enum Level { one }\nexport const onExecutePostLogin = async () => { void Level.one; };',
    'a.cts': 'const handler = async (event: unknown) => {};\nexports.onExecutePostLogin = handler satisfies Function;',
  };
  for (const [file, text] of Object.entries(sources)) {
    const built = await build(t, { [file]: text });
    assert.equal(built.name, 'a');
    assert.equal(typeof exportsOf(built).onExecutePostLogin, 'function', file);
    assert.deepEqual([built.dependencies, built.warnings], [[], []]);
  }
});

test('the checksum is of the code, and the same sources give the same code in any folder', async (t) => {
  const files = {
    'a.ts':
      "import { one } from './parts/one.ts';\nimport pad from 'pad';\nexport const onExecutePostLogin = () => pad(one);",
    'parts/one.ts': 'export const one: number = 1;',
    ...packageFiles('pad', '1.0.0', 'module.exports = (x) => x;'),
  };
  const [one, other] = [await build(t, files), await build(t, files)];
  assert.deepEqual(one, other);
  assert.equal(one.program.checksum, createHash('sha256').update(one.program.code).digest('base64url'));
  const changed = await build(t, { ...files, 'parts/one.ts': 'export const one = 2;' });
  assert.notEqual(changed.program.checksum, one.program.checksum);
});

test('settings of editors and of other builds in the folder change nothing', async (t) => {
  const plain = await build(t, { 'a.ts': 'export const onExecutePostLogin = async () => {};' });
  const settings = JSON.stringify({ compilerOptions: { target: 'es5', paths: { '*': ['/etc/*'] }, jsx: 'preserve' } });
  const beside = await build(t, {
    'a.ts': 'export const onExecutePostLogin = async () => {};',
    'tsconfig.json': settings,
    'package.json': JSON.stringify({ type: 'commonjs', sideEffects: false, browser: { './a.ts': './b.ts' } }),
  });
  assert.equal(beside.program.code, plain.program.code);
});

test('packages are bundled with those that they need, and told with the version of each', async (t) => {
  const built = await build(t, {
    'a.js': "const { two } = require('@scope/two');\nexports.onExecutePostLogin = () => two;",
    ...packageFiles('@scope/two', '2.0.0', "const one = require('one');\nexports.two = one + 1;"),
    ...packageFiles('one', '1.2.3', 'module.exports = 1;'),
    ...packageFiles('unused', '9.9.9', 'module.exports = 9;'),
  });
  assert.deepEqual(built.dependencies, [
    { name: '@scope/two', version: '2.0.0' },
    { name: 'one', version: '1.2.3' },
  ]);
  const { onExecutePostLogin } = exportsOf(built);
  assert.equal(typeof onExecutePostLogin === 'function' && onExecutePostLogin(), 2);
});

test('two versions of a package, and one under another name, are told apart', async (t) => {
  const { dependencies } = await build(t, {
    'a.js': "require('alias'); require('one'); require('two'); exports.onExecutePostLogin = () => {};",
    ...packageFiles('one', '1.0.0', ''),
    'node_modules/alias/package.json': JSON.stringify({ name: 'real', version: '5.0.0', main: 'x.js' }),
    'node_modules/alias/x.js': '',
    ...packageFiles('two', '2.0.0', "require('one');"),
    'node_modules/two/node_modules/one/package.json': JSON.stringify({ name: 'one', version: '0.9.0' }),
    'node_modules/two/node_modules/one/index.js': '',
  });
  assert.deepEqual(
    dependencies.map(({ name, version }) => `${name}@${version}`),
    ['one@0.9.0', 'one@1.0.0', 'real@5.0.0', 'two@2.0.0'],
  );
});

test('modules of Node.js that the sandbox has stay, and a package of the same name goes before', async (t) => {
  const kept = await build(t, {
    'a.js':
      "const { randomUUID } = require('node:crypto');\nconst util = require('util');\nexports.onExecutePostLogin = () => [randomUUID, util.x];",
  });
  const { onExecutePostLogin } = exportsOf(kept, { crypto: { randomUUID: 1 }, util: { x: 2 } });
  assert.deepEqual(typeof onExecutePostLogin === 'function' && [...onExecutePostLogin()], [1, 2]);
  const packaged = await build(t, {
    'a.js': "exports.onExecutePostLogin = () => require('buffer');",
    ...packageFiles('buffer', '6.0.3', 'module.exports = "a package";'),
  });
  assert.deepEqual(packaged.dependencies, [{ name: 'buffer', version: '6.0.3' }]);
});

test('any other module of Node.js is refused with the place that asks for it', async (t) => {
  for (const module of ['fs', 'node:fs', 'node:child_process', 'worker_threads', 'fs/promises', 'node:sqlite']) {
    const message = await messageOf(build(t, { 'a.js': `\n  require('${module}');\n${DOES_NOTHING}` }));
    assert.match(message, /^a\.js:2:11: The module \S+ of Node\.js is not there for Actions: they have buffer, crypto/);
  }
  const inPackage = build(t, {
    'a.js': `require('reader');${DOES_NOTHING}`,
    ...packageFiles('reader', '1.0.0', "module.exports = require('fs');"),
  });
  assert.match(await messageOf(inPackage), /^node_modules\/reader\/main\.js:1:26: The module fs/);
});

test('mistakes are told with file, line and column, all at once, in one language with the terminal', async (t) => {
  const missing = await messageOf(
    build(t, {
      'a.ts': "import x from 'lodash';\nimport y from './y.ts';\nexport const onExecutePostLogin = () => [x, y];",
    }),
  );
  assert.match(missing, /^a\.ts:1:15: Could not resolve "lodash"/);
  assert.match(missing, /^a\.ts:2:15: Could not resolve "\.\/y\.ts"/m);
  assert.doesNotMatch(missing, /esbuild|external/i);
  assert.match(await messageOf(build(t, { 'a.ts': 'export const = 1;' })), /^a\.ts:1:14: /);
  const native = {
    'a.js': `require('native');${DOES_NOTHING}`,
    ...packageFiles('native', '1.0.0', "require('./x.node');"),
    'node_modules/native/x.node': '',
  };
  assert.match(await messageOf(build(t, native)), /main\.js:1:9: No loader is configured for "\.node" files/);
});

test('what exports no handler, is no file of an Action or is not there is refused', async (t) => {
  assert.match(await messageOf(build(t, { 'a.js': 'exports.x = 1;' })), /exports no onExecutePostLogin/);
  assert.match(await messageOf(build(t, { 'a.txt': DOES_NOTHING })), /an Action is a file like/);
  assert.match(await messageOf(build(t, { 'a.case.ts': DOES_NOTHING })), /an Action is a file like/);
  assert.match(await messageOf(buildAction({ file: '/nowhere/a.ts' }, LIMITS)), /no such file/);
});

test('more code, more packages and a larger program than allowed are refused with the number', async (t) => {
  const long = `${DOES_NOTHING}//${'x'.repeat(LIMITS.codeBytes)}`;
  assert.match(await messageOf(build(t, { 'a.js': long })), /has 100046 bytes; at most 100000/);
  const parts = { 'a.js': `require('./b.js');${DOES_NOTHING}`, 'b.js': `//${'x'.repeat(99_990)}` };
  assert.match(await messageOf(build(t, parts)), /at most 100000/);
  const names = Array.from({ length: 11 }, (_, index) => `p${index}`);
  const many = { 'a.js': names.map((name) => `require('${name}');`).join('') + DOES_NOTHING };
  const packages = Object.assign({}, ...names.map((name) => packageFiles(name, '1.0.0', '')));
  assert.match(await messageOf(build(t, { ...many, ...packages })), /names 11 packages \(p0, p1, p10.*at most 10/);
  const large = packageFiles('large', '1.0.0', `exports.x = '${'x'.repeat(1_000_000)}';`);
  assert.match(await messageOf(build(t, { 'a.js': `require('large');${DOES_NOTHING}`, ...large })), /at most 1000000/);
});

test('a source that is no file is built as if it lay in a folder', async (t) => {
  const folder = folderOf(t, packageFiles('one', '1.0.0', 'module.exports = 1;'));
  const source = "import one from 'one';\nexport const onExecutePostLogin = (x: number) => one + x;";
  const built = await buildAction({ source, name: 'tried', folder }, LIMITS);
  assert.deepEqual([built.name, built.dependencies], ['tried', [{ name: 'one', version: '1.0.0' }]]);
  assert.match(await messageOf(buildAction({ source: 'let 1', name: 'tried', folder }, LIMITS)), /^tried\.ts:1:5: /);
});

test('a package that is linked into the folder is bundled as the files that it is', async (t) => {
  const folder = folderOf(t, {
    'own/package.json': '{"name":"own","version":"1.0.0","main":"m.js"}',
    'own/m.js': 'exports.x = 1;',
    'actions/a.js': "require('own'); exports.onExecutePostLogin = () => {};",
    'actions/node_modules/.keep': '',
  });
  symlinkSync(join(folder, 'own'), join(folder, 'actions/node_modules/own'));
  const built = await buildAction({ file: join(folder, 'actions/a.js') }, LIMITS);
  assert.deepEqual(built.dependencies, []);
});

test('a package of this very repository is bundled: jose, as Actions for Auth0 use it', async () => {
  const source =
    "import { decodeJwt } from 'jose';\nexport const onExecutePostLogin = async () => decodeJwt('eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb2JpbiJ9.').sub;";
  const built = await buildAction({ source, name: 'tried', folder: import.meta.dirname }, LIMITS);
  const manifest: unknown = createRequire(import.meta.url)('jose/package.json');
  assert.deepEqual(built.dependencies, [{ name: 'jose', version: Object(manifest).version }]);
});
