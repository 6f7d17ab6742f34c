/** Rings a device that can be called, and forgets where once its push service says that it is there no more. */
import type { Deps } from '../deps.ts';
import type { Authenticator } from '../store/records.ts';
import { callDevice } from './call-device.ts';
import { materialOf, parseDevice } from './device.ts';
import { vapidKeys } from './vapid.ts';

/** Whom a push service may turn to. Plain http is for this machine alone, and no push service accepts its address. */
const contactOf = ({ config }: Pick<Deps, 'config'>): string =>
  config.push.contact ?? (config.secure ? config.issuer : `mailto:postmaster@${new URL(config.issuer).hostname}`);

/** Goes on beside the request, which it never fails: a device that was not called finds its question by asking. */
export const ringDevice = (
  { id, material }: Pick<Authenticator, 'id' | 'material'>,
  ttlSeconds: number,
  deps: Pick<Deps, 'config' | 'log' | 'store'>,
): void => {
  const device = parseDevice(material);
  if (!device?.subscription || deps.config.push.services.length === 0) return;
  const { subscription } = device;
  const ring = async (): Promise<void> => {
    const keys = await vapidKeys(deps.store.keys);
    const called = await callDevice({ subscription, ttlSeconds, keys, contact: contactOf(deps) });
    if (called === 'failed') deps.log.warn({ authenticator: id }, 'a device could not be called');
    if (called !== 'gone') return;
    await deps.store.authenticators.replaceMaterial(id, material, materialOf({ ...device, subscription: null }));
  };
  ring().catch(() => deps.log.warn({ authenticator: id }, 'a device could not be called'));
};
