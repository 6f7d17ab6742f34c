/** Where a device can be called: a Web Push subscription (RFC 8030; W3C Push API). */
import { isJsonObject } from '@stile/core';

export interface Subscription {
  /** The address at the push service. Whoever has it and our key can call the device: never logged, never sent out. */
  readonly endpoint: string;
  /** Key and secret that the device decrypts with (RFC 8291, section 2), in base64url. */
  readonly p256dh: string;
  readonly auth: string;
}

const LONGEST_ENDPOINT = 2_000;

/** An uncompressed point of P-256 (65 bytes, the first is 4), and 16 bytes. */
const P256DH = /^B[A-Za-z0-9_-]{86}$/;
const AUTH = /^[A-Za-z0-9_-]{22}$/;

/**
 * Whether an address belongs to a push service that this server calls. A subscription comes from outside, and a server that sent
 * requests wherever it is told could be made to speak to its own neighbours.
 *
 * @param services hosts (`fcm.googleapis.com`), all hosts below one (`*.notify.windows.com`), or whole origins
 */
const isOfService = (endpoint: URL, services: readonly string[]): boolean =>
  endpoint.username === '' &&
  endpoint.password === '' &&
  services.some((service) => {
    if (service.includes('://')) return endpoint.origin === service;
    if (endpoint.protocol !== 'https:' || endpoint.port !== '') return false;
    return service.startsWith('*.') ? endpoint.hostname.endsWith(service.slice(1)) : endpoint.hostname === service;
  });

/** A subscription as browsers write it (`PushSubscription.toJSON()`), if it is one of a service that is called. */
export const parseSubscription = (value: unknown, services: readonly string[]): Subscription | undefined => {
  if (!isJsonObject(value) || !isJsonObject(value.keys)) return undefined;
  const { endpoint, keys } = value;
  const found = parseKeptSubscription({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
  return found && isOfService(new URL(found.endpoint), services) ? found : undefined;
};

/** One as it is kept. */
export const parseKeptSubscription = (value: unknown): Subscription | undefined => {
  if (!isJsonObject(value)) return undefined;
  const { endpoint, p256dh, auth } = value;
  if (typeof endpoint !== 'string' || endpoint.length > LONGEST_ENDPOINT || !URL.canParse(endpoint)) return undefined;
  if (typeof p256dh !== 'string' || !P256DH.test(p256dh)) return undefined;
  return typeof auth === 'string' && AUTH.test(auth) ? { endpoint, p256dh, auth } : undefined;
};
