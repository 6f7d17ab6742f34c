import assert from 'node:assert/strict';
import test from 'node:test';
import { Script } from 'node:vm';
import { accentAddress, addresses, assets, findAsset } from './assets.ts';

test('every asset is found at its path and nothing else is', () => {
  for (const asset of assets) assert.equal(findAsset(asset.path), asset);
  for (const path of ['/assets/', '/assets/../package.json', '/assets/stile.css?v=1', '/assets/accent-.css', '']) {
    assert.equal(findAsset(path), undefined, path);
  }
});

test('an accent has a style sheet of its own, and only an accent', () => {
  const sheet = findAsset('/assets/accent-ffd400.css');
  assert.match(sheet?.body ?? '', /--accent: light-dark\(#ffd400, #ffd400\)/u);
  assert.equal(accentAddress('#ffd400'), `/assets/accent-ffd400.css?v=${sheet?.etag.slice(1, -1)}`);
  for (const name of ['accent-fff', 'accent-FFD400', 'accent-ffd40g', 'accent-ffd400;', 'accent-ffd400/..']) {
    assert.equal(findAsset(`/assets/${name}.css`), undefined, name);
  }
});

test('an address changes with the content: it carries the entity tag', () => {
  for (const [name, address] of Object.entries(addresses)) {
    const { pathname, searchParams } = new URL(address, 'https://login.example');
    assert.equal(findAsset(pathname)?.etag, `"${searchParams.get('v')}"`, name);
  }
});

test('the scripts can be parsed', () => {
  for (const { path, body } of assets.filter((asset) => asset.contentType.startsWith('text/javascript'))) {
    assert.doesNotThrow(() => new Script(body), path);
  }
});

test('the style sheet defines every colour it uses', () => {
  const { body } = findAsset('/assets/stile.css') ?? { body: '' };
  const defined = new Set([...body.matchAll(/(--[a-z]+):/gu)].map(([, name]) => name));
  for (const [, name] of body.matchAll(/var\((--[a-z]+)\)/gu)) assert.ok(defined.has(name), name);
  assert.equal(body.split('{').length, body.split('}').length);
});
