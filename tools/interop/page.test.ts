/** The page that `npm run interop -- --write` wrote must be of the clients, versions and tests that are there now. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { clients, steps } from '../../conformance/interop/clients.ts';
import { withActions } from '../../conformance/interop/with-actions.ts';
import { saying, stepOf } from './outcomes.ts';
import { lockedVersion } from './versions.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/reference/interoperability.md'), 'utf8');
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');

/** The names of the tests in a file, as they are written. */
const namesIn = (file: string): readonly string[] => {
  const text = readFileSync(join(root, 'conformance/interop', file), 'utf8');
  return [...text.matchAll(/\bit\(\s*(['"`])(.+?)\1,/gs)].map(([, , name = '']) => name.replaceAll(/\\(['"`])/g, '$1'));
};

describe('docs/reference/interoperability.md', () => {
  it('has a row for every file of tests in conformance/interop, and for no other', () => {
    const files = globSync('*.test.ts', { cwd: join(root, 'conformance/interop') }).sort();
    assert.deepEqual(clients.map(({ file }) => file).sort(), files);
    const rows = [...page.matchAll(/^\| \[`([^`]+)`\]\(#/gm)].map(([, name]) => name);
    assert.deepEqual(
      rows,
      clients.map(({ name }) => name),
      'Write it again: npm run interop -- --write',
    );
  });

  for (const client of clients) {
    it(`is of the ${client.name} that is installed, and of its tests`, () => {
      const { name, file, from, notItsPart } = client;
      const [row = ''] = page.split('\n').filter((line) => line.startsWith(`| [\`${name}\`](#`));
      const [, version] = row.split(' | ');
      if ('npm' in from) assert.equal(version, lockedVersion(from.npm, lock));
      const names = namesIn(file);
      for (const step of steps) {
        const tested = names.filter((one) => stepOf(one) === step);
        assert.equal(tested.length > 0, notItsPart[step] === undefined, `${step}: tests, or a reason, and not both`);
        for (const one of tested.filter((text) => !text.includes('${'))) {
          const written = saying(one);
          assert.ok(page.includes(written), `${one}: write the page again: npm run interop -- --write`);
        }
      }
    });
  }

  it('has every file of tests with clients at servers whose Actions decide', () => {
    const files = globSync('*.test.ts', { cwd: join(root, 'conformance/actions') }).map((file) => `../actions/${file}`);
    const isOfClients = (file: string): boolean => !file.endsWith('/pages.test.ts');
    assert.deepEqual(withActions.map(({ file }) => file).sort(), files.filter(isOfClients).sort());
    for (const { clients: names, file } of withActions) {
      for (const name of names)
        assert.ok(
          clients.some((client) => client.name === name),
          name,
        );
      const written = namesIn(file).filter((text) => !text.includes('${'));
      assert.ok(written.length > 3, file);
      for (const one of written) assert.ok(page.includes(saying(one)), `${one}: write the page again`);
    }
  });
});
