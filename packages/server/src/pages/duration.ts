/** A unit in which people speak of short times. */
export type Unit = 'second' | 'minute' | 'hour' | 'day';

/** A time in words: so many of a unit. */
export interface Span {
  readonly count: number;
  readonly unit: Unit;
}

/** An age; `over` when it reads the same as the limit that it exceeds ("a little over 5 minutes"). */
export interface Age extends Span {
  readonly over: boolean;
}

const secondsIn = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const satisfies Record<Unit, number>;

/** Between one and two of a unit people use the smaller one, which is also more exact: "90 minutes", "36 hours". */
const FROM_HERE_ON_DAYS = 2 * secondsIn.day;
const FROM_HERE_ON_HOURS = 2 * secondsIn.hour;

const unitFor = (seconds: number): Unit => {
  if (seconds >= FROM_HERE_ON_DAYS) return 'day';
  if (seconds >= FROM_HERE_ON_HOURS) return 'hour';
  return seconds >= secondsIn.minute ? 'minute' : 'second';
};

/** How long ago something was, in its largest unit, rounded down; a moment in the future counts as now. */
export const age = (seconds: number): Span => {
  const unit = unitFor(seconds);
  return { count: Math.max(0, Math.floor(seconds / secondsIn[unit])), unit };
};

/** How long somebody has to wait, in its largest unit, rounded up so that trying then succeeds. */
export const wait = (seconds: number): Span => {
  const unit = unitFor(seconds);
  return { count: Math.max(1, Math.ceil(seconds / secondsIn[unit])), unit };
};

/** A configured limit, in the largest unit that leaves nothing over: 300 is 5 minutes, 90 is 90 seconds. */
export const limit = (seconds: number): Span => {
  const units: readonly Unit[] = seconds >= FROM_HERE_ON_DAYS ? ['day', 'hour', 'minute'] : ['hour', 'minute'];
  const unit = units.find((candidate) => seconds >= secondsIn[candidate] && seconds % secondsIn[candidate] === 0);
  return { count: seconds / secondsIn[unit ?? 'second'], unit: unit ?? 'second' };
};

/**
 * An age told beside the limit that it exceeds, so that the two never contradict each other: 100 seconds against 90
 * are not "1 minute", and 320 seconds against 5 minutes are "a little over 5 minutes".
 */
export const ageBeside = (ageSeconds: number, limitSeconds: number): Age => {
  const plain = age(ageSeconds);
  if (plain.count * secondsIn[plain.unit] > limitSeconds) return { ...plain, over: false };
  const most = limit(limitSeconds);
  const count = Math.max(0, Math.floor(ageSeconds / secondsIn[most.unit]));
  return { count, unit: most.unit, over: count === most.count && ageSeconds > limitSeconds };
};
