/** A moment as operators read it: ISO 8601, in UTC, to the second. */
export const moment = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
