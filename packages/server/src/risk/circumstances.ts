/** Finds out under what circumstances somebody asks, as far as the configuration wants to know; and what they demand. */
import { readFile } from 'node:fs/promises';
import type { Instant } from '@stile/core';
import { instant, secondsBefore } from '@stile/core';
import type { RiskSettings } from '../config/risk-schema.ts';
import type { Caller, Deps } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { readCookie } from '../http/cookies.ts';
import type { CurrentSession } from '../session/current-session.ts';
import type { Locate } from './locations.ts';
import { parseLocations } from './locations.ts';
import type { Circumstances } from './signals.ts';
import { UNKNOWN } from './signals.ts';

/** Whether anything is to be found out at all. */
export const isOn = ({ newDevice, newCountry, impossibleTravel, longAbsence, manyFailures }: RiskSettings): boolean =>
  [newDevice, newCountry, impossibleTravel, longAbsence, manyFailures].some((setting) => setting !== undefined);

/** Tells a browser for one person: what is kept of two persons in one browser does not tell that it is one. */
export const browserHashOf = (userId: string, request: Request, deps: Pick<Deps, 'config'>): string | undefined => {
  const secret = readCookie(request, 'browser', deps.config);
  return secret === undefined ? undefined : sha256(`arrival\n${userId}\n${secret}`);
};

/** Each file is read once. One that could not be read is tried again the next time. */
const files = new Map<string, Promise<Locate>>();

const locatorIn = (path: string): Promise<Locate> => {
  const known = files.get(path);
  if (known) return known;
  const read = readFile(path, 'utf8').then(parseLocations);
  files.set(path, read);
  read.catch(() => files.delete(path));
  return read;
};

/** What a source says, or that it failed: then the signals that rest on it count as the configuration says. */
const asked = async <T>(source: string, ask: () => Promise<T>, deps: Deps): Promise<T | typeof UNKNOWN> => {
  try {
    return await ask();
  } catch (error) {
    deps.log.warn({ err: error, source }, 'a source of risk signals failed');
    if (deps.config.risk.whenUnknown === 'refuse') throw error;
    return UNKNOWN;
  }
};

/** Where somebody asks from, as far as anybody says. */
export const placeOf = async ({ address }: Caller, deps: Deps): Promise<Circumstances['place']> => {
  const { locations } = deps.config.risk;
  return locations === undefined
    ? undefined
    : asked('locations', async () => (await locatorIn(locations))(address), deps);
};

/** So many records of one person are looked through for proofs that were refused. */
const MOST_RECORDS = 300;

const failuresBefore = async (
  { user, session }: CurrentSession,
  { failures, within }: NonNullable<RiskSettings['manyFailures']>,
  { store }: Pick<Deps, 'store'>,
): Promise<number | typeof UNKNOWN> => {
  const records = await store.audit.ofUser(user.id, MOST_RECORDS);
  const from = secondsBefore(session.createdAt, within);
  const refused = records.filter(({ type, at }) => type === 'proof.refused' && at > from && at <= session.createdAt);
  const isCut = records.length === MOST_RECORDS && (records.at(-1)?.at ?? from) > from;
  return isCut && refused.length < failures ? UNKNOWN : refused.length;
};

/** What is known of a request; nothing when nothing is to be found out. */
export const circumstancesOf = async (
  current: CurrentSession,
  asking: { readonly request: Request; readonly caller: Caller; readonly requestedAt: Instant },
  deps: Deps,
): Promise<Circumstances | undefined> => {
  const { risk } = deps.config;
  if (!isOn(risk)) return undefined;
  const { user, session } = current;
  const { request, caller, requestedAt } = asking;
  const { manyFailures } = risk;
  const [place, arrivals, failures] = await Promise.all([
    placeOf(caller, deps),
    asked('arrivals', () => deps.store.arrivals.ofUser(user.id, instant(0)), deps),
    manyFailures === undefined ? 0 : asked('failures', () => failuresBefore(current, manyFailures, deps), deps),
  ]);
  return {
    browserHash: browserHashOf(user.id, request, deps),
    place,
    arrivals,
    failures,
    sessionId: session.id,
    requestedAt,
    accountSince: user.createdAt,
  };
};
