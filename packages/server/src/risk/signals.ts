/**
 * Which signs of risk are there, and what do they demand? Pure: facts and settings in, requirements out, and nothing that would
 * take one away.
 */
import type { Instant, Level, Requirement } from '@stile/core';
import { levelNamed, secondsBefore } from '@stile/core';
import type { RiskSettings } from '../config/risk-schema.ts';
import type { Arrival, Coordinates } from '../store/records.ts';
import { kilometresBetween } from './distance.ts';

/** Stable words: they stand in traces, the audit and metrics. */
export type Signal = 'new_device' | 'new_country' | 'impossible_travel' | 'long_absence' | 'many_failures';

/** Where an address is. Without a country it is not known, which is a place of its own. */
export interface Place {
  readonly country: string;
  readonly coordinates: Coordinates | null;
}

/** What could not be found out, because whoever knows it failed. */
export const UNKNOWN = 'unknown';

/** What is known of a request and its person. */
export interface Circumstances {
  /** Digest that tells the browser for this person; nothing when it brought no cookie. */
  readonly browserHash: string | undefined;
  readonly place: Place | typeof UNKNOWN | undefined;
  /** Where this person was accepted, the latest first. */
  readonly arrivals: readonly Arrival[] | typeof UNKNOWN;
  /** How many of their proofs were refused in the time before the session; asked only if that matters. */
  readonly failures: number | typeof UNKNOWN;
  readonly sessionId: string;
  readonly requestedAt: Instant;
  /** When the account was made: before its first sign-in nobody was absent. */
  readonly accountSince: Instant;
}

/** A sign that is there; `assumed` when nobody could say. */
export interface PresentSignal {
  readonly signal: Signal;
  readonly acr: readonly string[];
  readonly assumed: boolean;
}

type Verdict = boolean | typeof UNKNOWN;

const newDevice = ({ browserHash, arrivals, requestedAt }: Circumstances, memory: number): Verdict => {
  if (arrivals === UNKNOWN) return UNKNOWN;
  const from = secondsBefore(requestedAt, memory);
  return !arrivals.some((arrival) => arrival.browserHash === browserHash && arrival.lastAt > from);
};

const newCountry = ({ place, arrivals, requestedAt }: Circumstances, memory: number): Verdict => {
  if (arrivals === UNKNOWN || place === UNKNOWN) return UNKNOWN;
  const from = secondsBefore(requestedAt, memory);
  return !arrivals.some((arrival) => arrival.country === place?.country && arrival.lastAt > from);
};

/** Nearer than this, an address may simply be listed in the wrong town. */
const NEARBY_KILOMETRES = 300;

/**
 * Judged from where the person was accepted last. A browser that was accepted from this country before is not suspected of having
 * travelled: a telephone and a computer may be in two countries by the way they are connected.
 */
const impossibleTravel = (
  { place, arrivals, browserHash, requestedAt }: Circumstances,
  kilometresPerHour: number,
): Verdict => {
  if (arrivals === UNKNOWN || place === UNKNOWN) return UNKNOWN;
  const [last] = arrivals;
  if (!last?.coordinates || !place?.coordinates) return false;
  const isFamiliar = arrivals.some(
    (arrival) => arrival.browserHash === browserHash && arrival.country === place.country,
  );
  if (isFamiliar) return false;
  const kilometres = kilometresBetween(last.coordinates, place.coordinates);
  const hours = Math.max(0, requestedAt - last.lastAt) / 3600;
  return kilometres > NEARBY_KILOMETRES && kilometres > kilometresPerHour * hours;
};

const longAbsence = ({ arrivals, requestedAt, accountSince }: Circumstances, after: number): Verdict => {
  if (arrivals === UNKNOWN) return UNKNOWN;
  return (arrivals[0]?.lastAt ?? accountSince) <= secondsBefore(requestedAt, after);
};

/** Whether the person was accepted in this session before: what was there when it began was answered then. */
const wasAccepted = ({ arrivals, sessionId }: Circumstances): boolean =>
  arrivals !== UNKNOWN && arrivals.some((arrival) => arrival.sessionId === sessionId);

const manyFailures = (circumstances: Circumstances, most: number): Verdict => {
  const { failures } = circumstances;
  if (wasAccepted(circumstances)) return false;
  return failures === UNKNOWN ? UNKNOWN : failures >= most;
};

const judged = (
  signal: Signal,
  settings: { readonly acr: readonly string[] } | undefined,
  verdict: Verdict,
): readonly PresentSignal[] =>
  settings === undefined || verdict === false ? [] : [{ signal, acr: settings.acr, assumed: verdict === UNKNOWN }];

/** The signs that are there, of those that the configuration asks about. One that nobody could judge is there. */
export const presentSignals = (circumstances: Circumstances, settings: RiskSettings): readonly PresentSignal[] => {
  const { newDevice: device, newCountry: country, impossibleTravel: travel, longAbsence: absence } = settings;
  const { manyFailures: failed } = settings;
  return [
    ...judged('new_device', device, device !== undefined && newDevice(circumstances, device.memory)),
    ...judged('new_country', country, country !== undefined && newCountry(circumstances, country.memory)),
    ...judged(
      'impossible_travel',
      travel,
      travel !== undefined && impossibleTravel(circumstances, travel.kilometresPerHour),
    ),
    ...judged('long_absence', absence, absence !== undefined && longAbsence(circumstances, absence.after)),
    ...judged('many_failures', failed, failed !== undefined && manyFailures(circumstances, failed.failures)),
  ];
};

/**
 * What the signs demand. What was there when the session began is answered by any proof of that session; what came later (the session
 * turns up in another browser, or another country) by one that is newer than the request. Either way an answer answers it: no later
 * question of the same request finds the proof too old. What is only assumed is asked once in a session: a file that cannot be read must
 * not ask everybody at every step.
 */
export const demandsOf = (
  signals: readonly PresentSignal[],
  circumstances: Circumstances,
  levels: readonly Level[],
): readonly Requirement[] =>
  signals.map(({ signal, acr, assumed }) => ({
    source: { from: 'risk', signal: assumed ? `${signal}_assumed` : signal },
    acr: acr.flatMap((name) => levelNamed(levels, name)?.acr ?? []),
    binds: 'proof',
    ...(wasAccepted(circumstances) && !assumed && { since: circumstances.requestedAt }),
  }));
