/** No parser is forgotten: what is in the list has its fuzz test, and what looks like a parser is in the list. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { isTest } from '../tidy/source.ts';
import { trackedPaths } from '../tidy/tree.ts';
import { ENDPOINTS, NONE_OF_OURS, PARSERS } from './parsers.ts';

const root = join(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const testOf = (path: string): string => path.replace(/\.ts$/, '.fuzz.test.ts');

/** What a function that reads something is called here. */
const READS = /^(?:parse|read|decode|normalise|verify|trust|match|choose|hinted)[A-Z]/;

const exportsOf = (path: string): readonly string[] =>
  [...text(path).matchAll(/^export (?:async )?(?:const|function) (\w+)/gm)].map(([, name = '']) => name);

it('every parser of the list is there, and its fuzz test calls it', () => {
  const wrong = Object.entries(PARSERS).flatMap(([path, names]) => {
    const test = existsSync(join(root, testOf(path))) ? text(testOf(path)) : '';
    const missing = names.filter((name) => !exportsOf(path).includes(name));
    const untried = names.filter((name) => !new RegExp(`\\b${name}\\b(?!')`).test(test));
    return [...missing.map((name) => `${path} has no ${name}`), ...untried.map((name) => `${testOf(path)}: ${name}`)];
  });
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    ENDPOINTS.filter((path) => !existsSync(join(root, testOf(path)))),
    [],
  );
});

it('every fuzz test is of something in the list', () => {
  const known = new Set([...Object.keys(PARSERS), ...ENDPOINTS].map(testOf));
  const tests = trackedPaths(root).filter((path) => path.endsWith('.fuzz.test.ts'));
  assert.ok(tests.length > 50, 'the fuzz tests are not found');
  assert.deepEqual(
    tests.filter((path) => !known.has(path)),
    [],
  );
});

it('what is called like a parser is in the list, or is said to read nothing from outside', () => {
  const sources = trackedPaths(root).filter(
    (path) => /^(?:packages|examples)\/.*\/src\/.*\.ts$/.test(path) && !isTest(path),
  );
  assert.ok(sources.length > 100, 'the sources are not found');
  const unknown = sources.flatMap((path) =>
    exportsOf(path)
      .filter((name) => READS.test(name) && !PARSERS[path]?.includes(name))
      .map((name) => `${path} ${name}`)
      .filter((one) => NONE_OF_OURS[one] === undefined),
  );
  assert.deepEqual(
    unknown,
    [],
    'Write a fuzz test beside it and add it to tools/fuzz/parsers.ts, or say there why not',
  );
});
