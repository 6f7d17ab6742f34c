/** Secrets at rest: opened with their key, for their version, and by nothing else. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { EncryptionKeyError, openEncryptionKey } from './encryption-key.ts';

const SECRETS = { B_KEY: 'hunter2 hunter2', A_KEY: 'ünïcode ✓', constructor: '' };

const aKey = () =>
  openEncryptionKey({ dataFolder: '/nowhere', encryptionKey: randomBytes(32).toString('base64url') }, 'throw');

const dataFolder = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-key-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'data');
};

test('what is sealed holds nothing readable, is another text each time, and is opened for its version', () => {
  const key = aKey();
  const sealed = [key.seal(SECRETS, 'ver_1'), key.seal(SECRETS, 'ver_1')];
  assert.notEqual(sealed[0], sealed[1]);
  for (const text of sealed) {
    assert.deepEqual(key.open(text, 'ver_1'), { ...SECRETS });
    assert.doesNotMatch(Buffer.from(text.split('.').at(-1) ?? '', 'base64url').toString('latin1'), /hunter2|B_KEY/);
  }
});

test('sealed for another version, with another key, or changed in any byte, it is refused', () => {
  const key = aKey();
  const sealed = key.seal(SECRETS, 'ver_1');
  assert.throws(() => key.open(sealed, 'ver_2'), EncryptionKeyError);
  assert.throws(() => aKey().open(sealed, 'ver_1'), /another key than the one that is here/);
  const [format, id, nonce = '', text = ''] = sealed.split('.');
  const flipped = (part: string, index: number): string => {
    const bytes = Buffer.from(part, 'base64url');
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    return bytes.toString('base64url');
  };
  for (let i = 0; i < Buffer.from(text, 'base64url').length; i += 1)
    assert.throws(() => key.open([format, id, nonce, flipped(text, i)].join('.'), 'ver_1'), /not as they were written/);
  for (const broken of [
    [format, id, flipped(nonce, 3), text],
    [format, id, '', text],
    [format, id, nonce],
    ['2', id, nonce, text],
    [],
  ])
    assert.throws(() => key.open(broken.join('.'), 'ver_1'), EncryptionKeyError);
});

test('another text is opened for what it is bound to, and neither can be passed off as the other', () => {
  const key = aKey();
  const text = 'what a service answered: hunter2 ✓';
  const sealed = key.sealText(text, 'here');
  assert.equal(key.openText(sealed, 'here'), text);
  assert.equal(key.openText(key.sealText('', ''), ''), '');
  assert.doesNotMatch(Buffer.from(sealed.split('.').at(-1) ?? '', 'base64url').toString('latin1'), /hunter2/);
  assert.throws(() => key.openText(sealed, 'there'), /not where it was written/);
  assert.throws(() => aKey().openText(sealed, 'here'), /another key than the one that is here/);
  assert.throws(() => key.open(sealed, 'here'), EncryptionKeyError);
  assert.throws(() => key.openText(key.seal(SECRETS, 'here'), 'here'), EncryptionKeyError);
});

test('the digest is the same for the same secrets in any order, and of another key another', () => {
  const key = aKey();
  const { A_KEY, ...rest } = SECRETS;
  assert.equal(key.digest(SECRETS), key.digest({ A_KEY, ...rest }));
  assert.notEqual(key.digest(SECRETS), key.digest({ ...SECRETS, A_KEY: 'x' }));
  assert.notEqual(key.digest(SECRETS), aKey().digest(SECRETS));
});

test('a key that nobody set is made once, in a file beside the database that its owner alone can read', (t) => {
  const config = { dataFolder: dataFolder(t) };
  assert.throws(() => openEncryptionKey(config, 'throw'), /set STILE_ENCRYPTION_KEY, or bring back/);
  const sealed = openEncryptionKey(config, 'make').seal(SECRETS, 'v');
  assert.deepEqual(readdirSync(config.dataFolder), ['encryption.key']);
  const file = join(config.dataFolder, 'encryption.key');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url').length, 32);
  for (const absent of ['make', 'throw'] as const)
    assert.deepEqual(openEncryptionKey(config, absent).open(sealed, 'v'), { ...SECRETS });
});

test('a key of the environment goes before the file, in base64 of either kind, and what is none is refused unsaid', (t) => {
  const config = { dataFolder: dataFolder(t) };
  openEncryptionKey(config, 'make');
  const bytes = Buffer.alloc(32, 255);
  const sealed = openEncryptionKey({ ...config, encryptionKey: bytes.toString('base64') }, 'throw').seal(SECRETS, 'v');
  const again = openEncryptionKey({ ...config, encryptionKey: ` ${bytes.toString('base64url')}\n` }, 'throw');
  assert.deepEqual(again.open(sealed, 'v'), { ...SECRETS });
  for (const encryptionKey of ['', 'mArKeR', bytes.toString('hex'), Buffer.alloc(31).toString('base64url')]) {
    assert.throws(
      () => openEncryptionKey({ ...config, encryptionKey }, 'make'),
      (error: Error) =>
        error instanceof EncryptionKeyError && /32 random bytes/.test(error.message) && !/mArKeR/.test(error.message),
    );
  }
  writeFileSync(join(config.dataFolder, 'encryption.key'), 'mArKeR');
  assert.throws(() => openEncryptionKey(config, 'make'), /encryption\.key is no key/);
});
