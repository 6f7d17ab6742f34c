import { StepUpError } from './error.ts';

/** Keeps a call from being sent while the same call is being sent. */
export interface InFlight {
  run<T>(key: string | undefined, work: () => Promise<T>): Promise<T>;
}

/** A double click, or an effect that runs twice, becomes one call and one `already_in_flight`. */
export function createInFlight(): InFlight {
  const keys = new Set<string>();
  return {
    async run(key, work) {
      if (key === undefined) return work();
      if (keys.has(key)) throw new StepUpError('already_in_flight', 'The same call is being sent at this moment');
      keys.add(key);
      try {
        return await work();
      } finally {
        keys.delete(key);
      }
    },
  };
}
