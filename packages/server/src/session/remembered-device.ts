/**
 * Browsers that their person wanted remembered (T20). A remembered browser proves nothing, and no event says that it did: it is only
 * spared demands that the configuration marks as such. What applications, scopes and clients demand is never among them.
 */
import type { AuthenticationEvent, Instant, Requirement } from '@stile/core';
import { earnedLevels, levelNamed, secondsAfter } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { Config } from '../config/config.ts';
import type { Policy } from '../decision/policy.ts';
import type { Caller, Deps } from '../deps.ts';
import { randomId, randomToken } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { cookie, readCookie } from '../http/cookies.ts';
import type { OwnerGuard } from '../store/ports.ts';
import type { RememberedDevice, User } from '../store/records.ts';

/** Bound to the browser by its own cookie, and to the person: either alone, or another's, finds nothing. */
const digestOf = (secret: string, browserSecret: string, userId: string): string =>
  sha256(`remembered device\n${secret}\n${browserSecret}\n${userId}`);

/** Whether a device counts by the configuration of today, which may remember for a shorter time than the one of then. */
const counts = (device: RememberedDevice, userId: string, now: Instant, age: number): boolean =>
  device.userId === userId &&
  device.revokedAt === null &&
  now < device.expiresAt &&
  now < secondsAfter(device.createdAt, age) &&
  // Dated by a clock that has been set back since, it would count for too long.
  device.createdAt <= secondsAfter(now, 1);

/** The browser of a request, if this person wanted it remembered. */
export const rememberedDevice = async (
  userId: string,
  request: Request,
  deps: Deps,
): Promise<RememberedDevice | undefined> => {
  const { rememberDevice } = deps.config;
  const secret = readCookie(request, 'device', deps.config);
  const browserSecret = readCookie(request, 'browser', deps.config);
  if (rememberDevice === undefined || secret === undefined || browserSecret === undefined) return undefined;
  const now = deps.now();
  const device = await deps.store.devices.findBySecret(digestOf(secret, browserSecret, userId), now);
  return device && counts(device, userId, now, rememberDevice.age) ? device : undefined;
};

/** What a remembered browser may be spared: a demand that is marked so, and that asks for no proof of a certain age. */
export const isSpareable = (
  { source, since, binds }: Requirement,
  { risk, everySignIn }: Pick<Policy, 'risk' | 'everySignIn'>,
): boolean => {
  if (since !== undefined || binds !== 'proof') return false;
  // An Action said so; those of its demands that it did not say it of never come here.
  if (source.from === 'action') return true;
  if (source.from === 'user') return everySignIn?.unlessRemembered === true;
  return source.from === 'risk' && source.signal === 'new_device' && risk.newDevice?.unlessRemembered === true;
};

/** Whether what was shown when the browser was remembered includes what is demanded. */
const covers = (
  { acrs }: Pick<RememberedDevice, 'acrs'>,
  { acr }: Requirement,
  { rememberDevice, levels }: Pick<Policy, 'rememberDevice' | 'levels'>,
): boolean => {
  const still = new Set(rememberDevice?.acr.map((name) => levelNamed(levels, name)?.acr));
  return acr?.some((name) => acrs.includes(name) && still.has(name)) === true;
};

/** The demands that a remembered browser is spared. The others stay, whatever it is. */
export const sparedBy = (
  device: Pick<RememberedDevice, 'acrs'> | undefined,
  demands: readonly Requirement[],
  policy: Policy,
): readonly Requirement[] =>
  device === undefined ? [] : demands.filter((demand) => isSpareable(demand, policy) && covers(device, demand, policy));

/** The levels by which a browser may be remembered, of those that a proof has just shown. */
export const levelsToRemember = (
  events: readonly AuthenticationEvent[],
  proven: AuthenticationEvent,
  { levels, rememberDevice }: Pick<Config, 'levels' | 'rememberDevice'>,
): readonly string[] => {
  const wanted = rememberDevice?.acr.map((name) => levelNamed(levels, name)?.acr) ?? [];
  return earnedLevels(levels, [...events, proven])
    .filter(({ level, renewedBy }) => wanted.includes(level.acr) && renewedBy.at === proven.at)
    .map(({ level }) => level.acr);
};

const LONGEST_USER_AGENT = 250;

/**
 * Remembers the browser of a request.
 *
 * @param guard what it was shown by; when that ended meanwhile, nothing is remembered
 * @returns the cookie; nothing when there is nothing to bind it to
 */
export const rememberDevice = async (
  user: User,
  acrs: readonly string[],
  { request, caller, guard }: { readonly request: Request; readonly caller: Caller; readonly guard: OwnerGuard },
  deps: Deps,
): Promise<string | undefined> => {
  const { rememberDevice: settings } = deps.config;
  const browserSecret = readCookie(request, 'browser', deps.config);
  if (settings === undefined || browserSecret === undefined || acrs.length === 0) return undefined;
  const secret = randomToken(deps);
  const now = deps.now();
  const device: RememberedDevice = {
    id: randomId(deps, 'dev'),
    userId: user.id,
    secretHash: digestOf(secret, browserSecret, user.id),
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, LONGEST_USER_AGENT),
    acrs,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: secondsAfter(now, settings.age),
    revokedAt: null,
  };
  const facts = { userId: user.id, sessionId: guard.sessionId, requestId: caller.requestId };
  const record = auditRecord(deps, 'device.remembered', { ...facts, details: { device: device.id, acrs } });
  if (!(await deps.store.devices.remember(device, [record], guard))) return undefined;
  return cookie('device', secret, settings.age, deps.config);
};
