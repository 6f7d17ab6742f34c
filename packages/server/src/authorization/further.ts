/**
 * What is demanded besides what the request, its scopes and its client demand: of every sign-in, and because of signs of risk; and
 * what of it a remembered browser is spared. It only ever adds to the demands.
 */
import type { Instant, Requirement } from '@stile/core';
import { levelNamed, secondsBefore } from '@stile/core';
import type { Caller, Deps } from '../deps.ts';
import { acceptArrival } from '../risk/accept.ts';
import { circumstancesOf, riskDemands } from '../risk/circumstances.ts';
import type { Circumstances } from '../risk/signals.ts';
import type { CurrentSession } from '../session/current-session.ts';
import { rememberedDevice, sparedBy } from '../session/remembered-device.ts';
import type { RememberedDevice } from '../store/records.ts';

/** Who asks, and from where. */
export interface Asking {
  readonly request: Request;
  readonly caller: Caller;
}

export interface Further {
  readonly demands: readonly Requirement[];
  /** What would have been demanded, were the browser not remembered. */
  readonly spared: readonly Requirement[];
  readonly device: RememberedDevice | undefined;
  readonly circumstances: Circumstances | undefined;
}

const NOTHING: Further = { demands: [], spared: [], device: undefined, circumstances: undefined };

const everySignIn = ({ config: { everySignIn: demand, levels } }: Pick<Deps, 'config'>): readonly Requirement[] =>
  demand === undefined
    ? []
    : [
        {
          source: { from: 'user' },
          acr: demand.acr.flatMap((name) => levelNamed(levels, name)?.acr ?? []),
          binds: 'proof',
        },
      ];

export const furtherDemands = async (
  current: CurrentSession | undefined,
  { request, caller, requestedAt }: Asking & { readonly requestedAt: Instant },
  deps: Deps,
): Promise<Further> => {
  if (!current) return NOTHING;
  const circumstances = await circumstancesOf(current, { request, caller, requestedAt }, deps);
  const all = [...everySignIn(deps), ...(circumstances ? riskDemands(circumstances, deps) : [])];
  const device = all.length === 0 ? undefined : await rememberedDevice(current.user.id, request, deps);
  const spared = sparedBy(device, all, deps.config);
  return { demands: all.filter((demand) => !spared.includes(demand)), spared, device, circumstances };
};

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
