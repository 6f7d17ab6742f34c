import type { Age, Span } from './duration.ts';
import { age, ageBeside, limit } from './duration.ts';

/** Why a proof is asked for, as the decision's trace tells it. Every language makes its own sentence of it. */
export interface Reason {
  /** What the person is about to do, in the words of the scope's description: a verb phrase, "Transfer money". */
  readonly what?: string | undefined;
  /** Whether the person's own account asks, and no application. */
  readonly own?: boolean | undefined;
  /** The level that is asked for (`acr`). */
  readonly acr?: string | undefined;
  /** The sign of risk that demands it, if one does. */
  readonly risk?: string | undefined;
  /** The age of the latest proof that would have counted, in seconds; absent when there is none. */
  readonly ageSeconds?: number | undefined;
  /** The greatest age that would do, in seconds; absent when only a new proof will. */
  readonly maxAgeSeconds?: number | undefined;
}

/** What a level asks of a person, in the three ways that people can tell apart. */
export type Demand = 'sign-in' | 'second-proof' | 'passkey';

/** A level that this page has no words for is at least a second proof to the person who is asked for it. */
export const demandOf = (acr: string | undefined): Demand => {
  if (acr === '1fa') return 'sign-in';
  return acr === 'phr' || acr === 'phrh' ? 'passkey' : 'second-proof';
};

/** How old the latest proof is, told so that it does not contradict the limit beside it. */
export const staleness = ({
  ageSeconds,
  maxAgeSeconds,
}: Reason): { latest: Age; most: Span | undefined } | undefined => {
  if (ageSeconds === undefined) return undefined;
  if (maxAgeSeconds === undefined || maxAgeSeconds <= 0) {
    return { latest: { ...age(ageSeconds), over: false }, most: undefined };
  }
  return { latest: ageBeside(ageSeconds, maxAgeSeconds), most: limit(maxAgeSeconds) };
};

/** A description as it stands inside a sentence: without its full stop. */
export const insideSentence = (description: string): string => description.trim().replace(/[.!]+$/u, '');

/** More than this does not fit on a button. */
const LONGEST_ON_BUTTON = 32;

/** Whether a description is short enough to stand on a button. */
export const fitsButton = (description: string): boolean => insideSentence(description).length <= LONGEST_ON_BUTTON;
