/** An approving device, as it is kept: the material of a push authenticator. */
import { isInstant, isJsonObject } from '@stile/core';
import type { Authenticator } from '../store/records.ts';
import type { DeviceKey } from './device-message.ts';
import { parseDeviceKey, thumbprintOf } from './device-message.ts';
import type { Denials, DenialsByAsker } from './fatigue.ts';
import { noDenials } from './fatigue.ts';
import type { Subscription } from './subscription.ts';
import { parseKeptSubscription } from './subscription.ts';

export interface Device {
  readonly key: DeviceKey;
  /** Where it can be called; null for one that has to ask by itself. */
  readonly subscription: Subscription | null;
  /** Of questions by whoever knows the password, and of those that were asked where the device approved before. */
  readonly denials: DenialsByAsker;
}

const parseDenials = (value: unknown): Denials => {
  if (!isJsonObject(value)) return noDenials;
  const { count, lastAt } = value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 && isInstant(lastAt)
    ? { count, lastAt }
    : noDenials;
};

/** The device of an authenticator, if its material is one. */
export const parseDevice = (material: Authenticator['material']): Device | undefined => {
  const key = parseDeviceKey(material.key);
  return (
    key && {
      key,
      subscription: parseKeptSubscription(material.subscription) ?? null,
      denials: { strangers: parseDenials(material.denials), proven: parseDenials(material.denialsWhereProven) },
    }
  );
};

/** The same as material. */
export const materialOf = ({ key, subscription, denials }: Device): Authenticator['material'] => ({
  key: { ...key },
  subscription: subscription && { ...subscription },
  denials: { ...denials.strangers },
  denialsWhereProven: { ...denials.proven },
});

/** What finds the authenticator of a device by the name of its key. */
export const lookupOf = (thumbprint: string): string => `push:${thumbprint}`;

export const lookupOfKey = (key: DeviceKey): string => lookupOf(thumbprintOf(key));
