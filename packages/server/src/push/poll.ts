/** A device asks whether it is being asked. */
import type { Instant } from '@stile/core';
import { isInstant, secondsAfter } from '@stile/core';
import type { Once } from '../store/ports.ts';
import type { DeviceKey } from './device-message.ts';
import { thumbprintOf, verifyDeviceMessage } from './device-message.ts';
import type { Subscription } from './subscription.ts';
import { parseSubscription } from './subscription.ts';

/** How far the clock of a device may be off; it is told ours, so that it can do the sum. */
const CLOCK_SECONDS = 60;

export type Poll =
  | {
      readonly ok: true;
      /** Uses the message up. */
      readonly once: Once;
      /** Where the device can be called from now on; undefined when it did not say. */
      readonly subscription: Subscription | undefined;
    }
  | { readonly ok: false; readonly reason: 'forged' | 'clock' };

/** A message that this device signed a moment ago. */
export const parsePoll = (
  message: string,
  key: DeviceKey,
  issuer: string,
  services: readonly string[],
  now: Instant,
): Poll => {
  const claims = verifyDeviceMessage(message, 'poll', key, issuer)?.claims;
  if (!claims || typeof claims.jti !== 'string' || !/^[A-Za-z0-9_-]{16,64}$/.test(claims.jti)) {
    return { ok: false, reason: 'forged' };
  }
  if (!isInstant(claims.iat) || Math.abs(claims.iat - now) > CLOCK_SECONDS) return { ok: false, reason: 'clock' };
  return {
    ok: true,
    once: {
      kind: 'device-message',
      key: `${thumbprintOf(key)}:${claims.jti}`,
      expiresAt: secondsAfter(now, 2 * CLOCK_SECONDS + 1),
    },
    subscription: parseSubscription(claims.subscription, services),
  };
};
