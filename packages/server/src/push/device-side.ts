/** The other side: a device that keeps a key and signs with it. The command line plays the phone with it, and so do tests. */
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { Decision } from './answer.ts';
import type { DeviceKey } from './device-message.ts';
import { messageTypes, parseDeviceKey, thumbprintOf } from './device-message.ts';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A question as a device sees it. */
export interface SeenQuestion {
  readonly ceremony: string;
  readonly answerBy: number;
}

/** A key, and what can be said with it. */
export class DeviceSide {
  readonly key: DeviceKey;
  readonly thumbprint: string;
  readonly #privateKey: KeyObject;
  readonly #issuer: string;

  /** @param privateKey P-256 @param issuer the server it speaks to */
  constructor(privateKey: KeyObject, issuer: string) {
    const key = parseDeviceKey(createPublicKey(privateKey).export({ format: 'jwk' }));
    if (!key) throw new TypeError('The key of a device is one of P-256.');
    this.key = key;
    this.thumbprint = thumbprintOf(key);
    this.#privateKey = privateKey;
    this.#issuer = issuer;
  }

  static make(issuer: string): DeviceSide {
    return new DeviceSide(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, issuer);
  }

  /** @param pem the private key as {@link pem} wrote it */
  static open(pem: string, issuer: string): DeviceSide {
    return new DeviceSide(createPrivateKey(pem), issuer);
  }

  /** The private key, to be kept where only its owner can read it. */
  get pem(): string {
    return this.#privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  }

  /** @param code as the page of enrolment shows it @param subscription as `PushSubscription.toJSON()` gives it */
  registration(code: string, name: string, subscription?: unknown): string {
    return this.#sign(
      'registration',
      { code, name, ...(subscription !== undefined && { subscription }) },
      'brings key',
    );
  }

  poll(now: number, subscription?: unknown): string {
    return this.#sign('poll', { iat: now, jti: randomUUID(), ...(subscription !== undefined && { subscription }) });
  }

  /** @param number what the page shows that asks; only an approval takes it */
  answer({ ceremony, answerBy }: SeenQuestion, decision: Decision, number?: string): string {
    return this.#sign('answer', { ceremony, decision, exp: answerBy, ...(number !== undefined && { number }) });
  }

  #sign(type: keyof typeof messageTypes, claims: Readonly<Record<string, unknown>>, brings?: 'brings key'): string {
    const named = brings ? { jwk: this.key } : { kid: this.thumbprint };
    const header = { alg: 'ES256', typ: messageTypes[type], ...named };
    const input = `${encode(header)}.${encode({ aud: this.#issuer, ...claims })}`;
    const key = { key: this.#privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  }
}
