/** The key pair by which push services recognise this server (VAPID, RFC 8292). Kept with the server's own secrets. */
import { createECDH } from 'node:crypto';
import type { KeyStore } from '../store/ports.ts';

export interface VapidKeys {
  /** An uncompressed point in base64url: what browsers call the `applicationServerKey`. */
  readonly publicKey: string;
  readonly privateKey: string;
}

const CURVE = 'prime256v1';
const PRIVATE_KEY_BYTES = 32;

const newPrivateKey = (): Buffer => {
  const pair = createECDH(CURVE);
  pair.generateKeys();
  const bytes = pair.getPrivateKey();
  return Buffer.concat([Buffer.alloc(PRIVATE_KEY_BYTES - bytes.length), bytes]);
};

/** All processes on one store have the same. After the server's secrets were renewed there is another, and devices subscribe anew. */
export const vapidKeys = async (store: Pick<KeyStore, 'secret' | 'secrets'>): Promise<VapidKeys> => {
  const kept = (await store.secrets()).get('vapid') ?? (await store.secret('vapid', newPrivateKey()));
  const pair = createECDH(CURVE);
  pair.setPrivateKey(kept);
  return { publicKey: pair.getPublicKey('base64url'), privateKey: Buffer.from(kept).toString('base64url') };
};
