import { isSeconds } from './json.ts';
import type { KeyValueStorage } from './token-store.ts';

/** Counts the step-ups an API has caused. */
export interface StepUpBudget {
  /** Whether one more is allowed at this instant; counts it if so. */
  spend(): boolean;
}

/** The window in which step-ups are counted, in seconds. */
const windowSeconds = 60;

/**
 * A budget of so many step-ups per minute. It is kept in a storage, because a browser app that redirects starts anew
 * with every step-up: counted in memory, an endless loop of redirects would look like a first step-up every time.
 */
export function createStepUpBudget(
  perMinute: number,
  storage: KeyValueStorage,
  key: string,
  now: () => number,
): StepUpBudget {
  return {
    spend() {
      const instant = now();
      // Instants ahead of now come from a clock that was set back; they must not lock the user out.
      const recent = readInstants(storage.getItem(key)).filter((at) => at <= instant && instant - at < windowSeconds);
      if (recent.length >= perMinute) return false;
      storage.setItem(key, JSON.stringify([...recent, instant]));
      return true;
    },
  };
}

function readInstants(text: string | null): readonly number[] {
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isSeconds) : [];
  } catch {
    return [];
  }
}
