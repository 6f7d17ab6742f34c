/** Which files are tests: every `*.test.ts` of the repository, beside what it tests. */
import { globSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';

const places = ['*.test.ts', '{packages,examples,conformance,simulation,bench,tools}/**/*.test.ts'];
const notOurs = new Set(['node_modules', 'data', 'dist', 'coverage']);

/**
 * The test files under `root`, sorted, with `/` between folders.
 * @param paths files or folders to keep, relative to `root`; none keeps all
 */
export function selectTests(root: string, paths: readonly string[]): string[] {
  const kept = paths.map((path) => relative(root, resolve(root, path)));
  return globSync(places, { cwd: root, exclude: (name) => notOurs.has(name) })
    .filter((file) => kept.length === 0 || kept.some((path) => isWithin(file, path)))
    .map((file) => file.split(sep).join('/'))
    .sort();
}

function isWithin(file: string, path: string): boolean {
  return path === '' || file === path || file.startsWith(path + sep);
}
