/**
 * The key that Actions' secrets are encrypted with, and what Actions were given. It is never in the database: whoever has a copy of that
 * alone reads no secret.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { isJsonObject } from '@stile/core';
import type { Config } from '../../config/config.ts';
import { hmacSha256, sha256 } from '../../digest.ts';

export type Secrets = Readonly<Record<string, string>>;

export interface EncryptionKey {
  /** Encrypts for one version alone: moved to another it cannot be opened. */
  seal(secrets: Secrets, versionId: string): string;
  /** @throws EncryptionKeyError when it was sealed with another key, for another version, or was changed since */
  open(sealed: string, versionId: string): Secrets;
  /** The same secrets have the same digest; without the key nobody can try what it may be of. */
  digest(secrets: Secrets): string;
  /** Encrypts something else for what it is bound to alone: moved elsewhere it cannot be opened. */
  sealText(text: string, bond: string): string;
  /** @throws EncryptionKeyError when it was sealed with another key, for something else, or was changed since */
  openText(sealed: string, bond: string): string;
}

/** The key is missing, is none, or is another one than the secrets were encrypted with. */
export class EncryptionKeyError extends Error {
  override readonly name = 'EncryptionKeyError';
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FILE = 'encryption.key';

type KeySettings = Pick<Config, 'dataFolder' | 'encryptionKey'>;

/**
 * The key: of the configuration (`STILE_ENCRYPTION_KEY`), or of the file `encryption.key` in the data folder.
 *
 * @param absent what to do when there is neither: make the file, or throw
 * @throws EncryptionKeyError
 */
export const openEncryptionKey = (
  { dataFolder, encryptionKey }: KeySettings,
  absent: 'make' | 'throw',
): EncryptionKey => {
  if (encryptionKey !== undefined) return keyOf(encryptionKey, 'STILE_ENCRYPTION_KEY');
  const file = join(resolve(dataFolder), FILE);
  if (absent === 'make') makeFile(file);
  else if (!existsSync(file)) {
    throw new EncryptionKeyError(
      `Secrets of Actions are encrypted, and their key is not here: set STILE_ENCRYPTION_KEY, or bring back ${file}.`,
    );
  }
  return keyOf(readFileSync(file, 'utf8'), file);
};

const keyOf = (text: string, origin: string): EncryptionKey => {
  const bytes = Buffer.from(text.trim(), 'base64url');
  if (bytes.length !== KEY_BYTES) {
    throw new EncryptionKeyError(
      `${origin} is no key: it has to be 32 random bytes in base64url. Make one: openssl rand -base64 32`,
    );
  }
  return encryptionKey(bytes);
};

/** Whole or not there, whoever else makes it at the same moment; readable by its owner alone. */
const makeFile = (file: string): void => {
  if (existsSync(file)) return;
  mkdirSync(resolve(file, '..'), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, `${randomBytes(KEY_BYTES).toString('base64url')}\n`);
    fsyncSync(descriptor);
    chmodSync(draft, 0o600);
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    closeSync(descriptor);
    rmSync(draft, { force: true });
  }
};

const derived = (master: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', master, new Uint8Array(), `stile action secrets: ${purpose}`, KEY_BYTES));

/** What is said when something cannot be opened. */
interface Complaints {
  readonly otherKey: string;
  readonly changed: string;
}

const OF_SECRETS: Complaints = {
  otherKey:
    'Secrets of Actions were encrypted with another key than the one that is here. Bring that one back, or deploy the Actions anew: stile actions deploy',
  changed: 'Encrypted secrets of an Action are not as they were written. Deploy it anew: stile actions deploy',
};

const OF_TEXTS: Complaints = {
  otherKey: 'What Actions were given was encrypted with another key than the one that is here.',
  changed: 'What Actions were given, encrypted, is not as it was written, or not where it was written.',
};

const encryptionKey = (master: Buffer): EncryptionKey => {
  const digestKey = new Uint8Array(derived(master, 'digest'));
  const id = sha256(derived(master, 'name').toString('base64url')).slice(0, 8);
  // Each purpose has a key of its own, so that nothing that was sealed for one can be passed off as the other.
  const ofSecrets = sealerOf(derived(master, 'encryption'), id, OF_SECRETS);
  const ofTexts = sealerOf(derived(master, 'texts'), id, OF_TEXTS);
  return {
    seal: (secrets, versionId) => ofSecrets.seal(canonical(secrets), versionId),
    open: (sealed, versionId) => asSecrets(JSON.parse(ofSecrets.open(sealed, versionId))),
    digest: (secrets) => hmacSha256(digestKey, canonical(secrets)),
    sealText: ofTexts.seal,
    openText: ofTexts.open,
  };
};

/** Seals texts, each bound to something that is not secret: it is opened with the same alone. */
const sealerOf = (key: Buffer, id: string, complaints: Complaints) => ({
  seal: (text: string, bond: string): string => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(bond));
    const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    return ['1', id, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
  },
  open: (sealed: string, bond: string): string => {
    const [format, by, nonce = '', text = ''] = sealed.split('.');
    if (format !== '1' || by !== id) throw new EncryptionKeyError(complaints.otherKey);
    const plain = opened(key, Buffer.from(nonce, 'base64url'), Buffer.from(text, 'base64url'), bond);
    if (plain === undefined) throw new EncryptionKeyError(complaints.changed);
    return plain;
  },
});

const opened = (key: Buffer, nonce: Buffer, text: Buffer, bond: string): string | undefined => {
  if (nonce.length !== NONCE_BYTES || text.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(bond));
  decipher.setAuthTag(text.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(text.subarray(0, -TAG_BYTES)), decipher.final()]).toString();
  } catch {
    return undefined;
  }
};

const asSecrets = (secrets: unknown): Secrets =>
  isJsonObject(secrets)
    ? Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, String(value)]))
    : {};

/** In the order of their names, so that the same secrets are the same text. */
const canonical = (secrets: Secrets): string =>
  JSON.stringify(Object.fromEntries(Object.entries(secrets).toSorted(([one], [other]) => (one < other ? -1 : 1))));
