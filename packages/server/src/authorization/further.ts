/** What a decision rests on besides the request: who asks, from where, and what a remembered browser is spared. */
import type { Requirement } from '@stile/core';
import { secondsBefore } from '@stile/core';
import type { Caller, Deps } from '../deps.ts';
import { acceptArrival } from '../risk/accept.ts';
import type { Circumstances } from '../risk/signals.ts';
import type { RememberedDevice } from '../store/records.ts';

/** Who asks, and from where. */
export interface Asking {
  readonly request: Request;
  readonly caller: Caller;
}

export interface Further {
  /** What would have been demanded, were the browser not remembered. */
  readonly spared: readonly Requirement[];
  readonly device: RememberedDevice | undefined;
  readonly circumstances: Circumstances | undefined;
}

/** A last use is noted to the hour. */
const USE_SECONDS = 3600;

/** Every demand was met and a code is kept: the person is expected here from now on. */
export const settle = async (userId: string, { circumstances, device, spared }: Further, deps: Deps): Promise<void> => {
  const now = deps.now();
  const wasUsed = device !== undefined && spared.length > 0 && device.lastUsedAt < secondsBefore(now, USE_SECONDS);
  await Promise.all([
    acceptArrival(userId, circumstances, deps),
    wasUsed ? deps.store.devices.touch(device.id, now) : undefined,
  ]);
};

/** What the audit says of what somebody was spared. */
export const sparedDetails = ({ device, spared }: Further): Readonly<Record<string, unknown>> =>
  device === undefined || spared.length === 0
    ? {}
    : { spared: { device: device.id, demands: spared.map(({ source, acr }) => ({ source, acr })) } };
