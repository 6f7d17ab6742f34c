/**
 * What an approving device says: compact JWSs (RFC 7515), signed with the P-256 key that never leaves it. The type in the header tells
 * what a message is for, so that none serves as another (RFC 8725, section 3.11), and the audience tells to which server it was said.
 */
import type { KeyObject } from 'node:crypto';
import { createPublicKey, verify } from 'node:crypto';
import { isJsonObject } from '@stile/core';
import { sha256 } from '../digest.ts';
import { parseJws } from '../keys/jws.ts';

/** The `typ` of each message. */
export const messageTypes = {
  registration: 'stile-push-registration+jwt',
  poll: 'stile-push-poll+jwt',
  answer: 'stile-push-answer+jwt',
} as const;

/** The public key of a device, in the members that name it and no others (RFC 7518, section 6.2.1). */
export interface DeviceKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** 32 bytes in base64url, in their one spelling: the last of 43 signs has two bits that must be zero. */
const COORDINATE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

const asKeyObject = (key: DeviceKey): KeyObject | undefined => {
  try {
    return createPublicKey({ key: { ...key }, format: 'jwk' });
  } catch {
    // Two numbers that are no point of the curve.
    return undefined;
  }
};

/** A public key that signatures can be verified with: P-256 and a point of it. One with a private part is none. */
export const parseDeviceKey = (value: unknown): DeviceKey | undefined => {
  if (!isJsonObject(value) || value.kty !== 'EC' || value.crv !== 'P-256' || value.d !== undefined) return undefined;
  const { x, y } = value;
  if (typeof x !== 'string' || typeof y !== 'string' || !COORDINATE.test(x) || !COORDINATE.test(y)) return undefined;
  const key: DeviceKey = { kty: 'EC', crv: 'P-256', x, y };
  return asKeyObject(key) && key;
};

/** Names a key by what it is (RFC 7638). */
export const thumbprintOf = ({ crv, kty, x, y }: DeviceKey): string => sha256(JSON.stringify({ crv, kty, x, y }));

/** A message that its device signed for this server. */
export interface DeviceMessage {
  readonly key: DeviceKey;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The thumbprint of the key that a message claims to be signed with. Nothing is verified. */
export const parseClaimedDevice = (message: string): string | undefined => {
  const kid = parseJws(message)?.header.kid;
  return typeof kid === 'string' && /^[A-Za-z0-9_-]{43}$/.test(kid) ? kid : undefined;
};

/**
 * Verifies a message.
 *
 * @param type what it has to be
 * @param key the device's, or `brought` when it brings its own: a registration, which proves no more than that it has the key
 * @param issuer whom it has to be for
 */
export const verifyDeviceMessage = (
  message: string,
  type: keyof typeof messageTypes,
  key: DeviceKey | 'brought',
  issuer: string,
): DeviceMessage | undefined => {
  const parsed = parseJws(message);
  if (!parsed) return undefined;
  const { header, claims, input, signature } = parsed;
  if (header.alg !== 'ES256' || header.typ !== messageTypes[type] || claims.aud !== issuer) return undefined;
  const own = key === 'brought' ? parseDeviceKey(header.jwk) : key;
  const publicKey = own && asKeyObject(own);
  if (!own || !publicKey) return undefined;
  if (key !== 'brought' && header.kid !== thumbprintOf(own)) return undefined;
  return verify('sha256', Buffer.from(input), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
    ? { key: own, claims }
    : undefined;
};
