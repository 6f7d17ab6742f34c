import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { instant } from '@stile/core';
import type { BindingWish } from '../actions/deploy/deploy.ts';
import { deployAction, POST_LOGIN } from '../actions/deploy/deploy.ts';
import { openEncryptionKey } from '../actions/deploy/encryption-key.ts';
import { resolveConfig } from '../config/config.ts';
import { openStore } from '../server.ts';
import { checkActions } from './actions.ts';

const withAction = async (t: TestContext, secrets: Readonly<Record<string, string>>, wish: BindingWish = 'live') => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'stile-doctor-actions-'));
  t.after(() => rmSync(dataFolder, { recursive: true }));
  const config = resolveConfig({ dataFolder });
  const store = openStore(config);
  t.after(() => store.close());
  await deployAction(
    {
      store: store.actions,
      settings: config.actions,
      encryptionKey: () => openEncryptionKey(config, 'make'),
      now: () => instant(1),
      randomBytes: (length) => randomBytes(length),
    },
    { name: 'risk', program: { checksum: 'c', code: '' }, dependencies: [], warnings: [] },
    secrets,
    wish,
  );
  return { config, store };
};

const other = { encryptionKey: randomBytes(32).toString('base64url') };

test('where no Action is bound nothing is said; where one is, that it can run', async (t) => {
  assert.deepEqual(checkActions({ dataFolder: '/nowhere' }), []);
  assert.deepEqual(checkActions((await withAction(t, {}, 'as-bound')).config), []);
  for (const secrets of [{}, { API_KEY: 'x' }]) {
    const { config } = await withAction(t, secrets);
    assert.deepEqual(checkActions(config), [{ check: 'actions', severity: 'ok', what: 'What is bound can run: risk' }]);
  }
});

test('secrets that cannot be decrypted are told before anybody is refused, with what to do; those of a shadow are nobody’s trouble', async (t) => {
  const { config } = await withAction(t, { API_KEY: 'mArKeR' });
  const [finding] = checkActions({ ...config, ...other });
  assert.equal(finding?.severity, 'warning');
  assert.match(finding?.what ?? '', /^The secrets of the Action risk cannot be decrypted\. .*another key/);
  assert.match(finding?.todo ?? '', /stile actions deploy risk\. Until then: stile actions off risk/);
  rmSync(join(config.dataFolder, 'encryption.key'));
  assert.match(checkActions(config)[0]?.what ?? '', /their key is not here/);
  assert.equal(checkActions((await withAction(t, {})).config)[0]?.severity, 'ok');
  const shadow = await withAction(t, { API_KEY: 'mArKeR' }, 'shadow');
  assert.deepEqual(checkActions({ ...shadow.config, ...other }), []);
});

test('that all of them are switched off is told, whatever state they are in', async (t) => {
  const { config, store } = await withAction(t, { API_KEY: 'x' });
  await store.actions.setOff(POST_LOGIN, instant(5), []);
  const [finding] = checkActions({ ...config, ...other });
  assert.deepEqual([finding?.severity, finding?.what], ['warning', 'Every Action is switched off.']);
});

test('a database that cannot be read, or of before there were Actions, is the concern of others', async (t) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'stile-doctor-actions-'));
  t.after(() => rmSync(dataFolder, { recursive: true }));
  for (const content of ['', 'no database at all']) {
    writeFileSync(join(dataFolder, 'stile.db'), content);
    assert.deepEqual(checkActions({ dataFolder }), []);
  }
});
