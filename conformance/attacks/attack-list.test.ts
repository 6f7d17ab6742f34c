/** The list in `docs/security/attacks.md` and the tests of this folder name each other: neither has what the other lacks. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';

const list = join(import.meta.dirname, '../../docs/security/attacks.md');

/** A link to a file of tests, followed by their names in italics. */
const CITATION = /\]\(([^)]+\.test\.ts)\)((?:[:;] \*[^*]+\*)+)/g;

const TEST = /\b(?:it|test)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs;

/** The names of the tests in a file; where a name is made for each of several, `…` stands for what differs. */
const namesIn = (path: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(TEST)].map(([, , name = '']) => name.replaceAll(/\$\{[^}]*\}/g, '…'));

/** What is cited, as `path` → names. */
const cited = new Map<string, string[]>();
for (const [, path = '', names = ''] of readFileSync(list, 'utf8').matchAll(CITATION)) {
  const file = join(dirname(list), path);
  const known = cited.get(file) ?? [];
  cited.set(file, [...known, ...[...names.matchAll(/\*([^*]+)\*/g)].map(([, name = '']) => name)]);
}

const here = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts') && name !== basename(import.meta.filename))
  .map((name) => join(import.meta.dirname, name));

describe('the list of attacks', () => {
  it('names a test for each attack, by its whole name, and it is there', () => {
    assert.ok([...cited.values()].flat().length > 100);
    for (const [file, names] of cited) {
      const there = namesIn(file);
      for (const name of names) assert.ok(there.includes(name), `${basename(file)} has no test “${name}”`);
    }
  });

  it('lacks no test of this folder', () => {
    for (const file of here) {
      const named = cited.get(file) ?? [];
      const missing = namesIn(file).filter((name) => !named.includes(name));
      assert.deepEqual(missing, [], `Name these tests of ${basename(file)} in docs/security/attacks.md`);
    }
  });

  it('has a test for every lesson that others paid for, T1 to T30, which begins with its label', () => {
    const names = [...cited.values()].flat();
    const lessons = Array.from({ length: 30 }, (_, index) => `T${index + 1}`);
    assert.deepEqual(
      lessons.filter((label) => !names.some((name) => name.startsWith(`${label}:`))),
      [],
    );
  });

  it('names nothing twice', () => {
    for (const names of cited.values()) assert.equal(new Set(names).size, names.length);
  });
});
