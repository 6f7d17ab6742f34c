/** When a server dies: at any moment, and at those that are the most delicate. */
import type { Order } from './orders.ts';

/** A sequence of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export interface Moment {
  readonly name: string;
  /** Given before the load begins. */
  readonly orders: readonly Order[];
  /** Killed after so many answers, if it is not dead by then. */
  readonly answers: number;
  /** Asked to close then, and killed so many milliseconds later. */
  readonly closingFor?: number;
  /** The next process dies as well, while it opens the store. */
  readonly nextDies?: Order;
  /** Another process is at work on the same store, and goes on. */
  readonly withNeighbour?: boolean;
}

/** As many as it takes until the statement comes by. */
const UNTIL_IT_STRIKES = Number.POSITIVE_INFINITY;
/** Longer than closing takes. */
const UNTIL_IT_IS_CLOSED = 5000;

const at = (statement: string, when: 'before' | 'after', count: number): Order => ({
  kind: 'die',
  death: { statement, when, count },
});

type Choose = (least: number, most: number) => number;

const eitherSide = (choose: Choose): 'before' | 'after' => (choose(0, 1) === 0 ? 'before' : 'after');

const MOMENTS = {
  'at any moment': (choose) => ({ orders: [], answers: choose(0, 60) }),
  'soon after the load began': (choose) => ({ orders: [], answers: choose(0, 8) }),
  'before a commit': (choose) => ({ orders: [at('^COMMIT$', 'before', choose(1, 25))], answers: UNTIL_IT_STRIKES }),
  'after a commit, before its answers': (choose) => ({
    orders: [at('^COMMIT$', 'after', choose(1, 25))],
    answers: UNTIL_IT_STRIKES,
  }),
  'between two statements of a write': (choose) => ({
    orders: [at('^(insert|update|RELEASE)', eitherSide(choose), choose(1, 60))],
    answers: UNTIL_IT_STRIKES,
  }),
  'during a sweep': (choose) => ({
    orders: [at('^delete', eitherSide(choose), choose(1, 20)), { kind: 'sweep' }],
    answers: UNTIL_IT_STRIKES,
  }),
  'during a rotation of the keys': (choose) => ({
    orders: [at('^(insert|update|delete).*signing_key', eitherSide(choose), choose(1, 8)), { kind: 'rotate' }],
    answers: UNTIL_IT_STRIKES,
  }),
  'while it drains': (choose) => ({ orders: [], answers: choose(1, 30), closingFor: choose(0, 12) }),
  'while it closes the store': (choose) => ({
    orders: [at('close', eitherSide(choose), 1)],
    answers: choose(1, 30),
    closingFor: UNTIL_IT_IS_CLOSED,
  }),
  'and again while the next one starts': (choose) => ({
    orders: [],
    answers: choose(0, 30),
    nextDies: at('.', eitherSide(choose), choose(1, 14)),
  }),
  'beside another process': (choose) => ({ orders: [], answers: choose(0, 30), withNeighbour: true }),
  'beside another process, with the file locked': (choose) => ({
    orders: [at('^COMMIT$', 'before', choose(1, 15))],
    answers: UNTIL_IT_STRIKES,
    withNeighbour: true,
  }),
} as const satisfies Readonly<Record<string, (choose: Choose) => Omit<Moment, 'name'>>>;

export type MomentName = keyof typeof MOMENTS;

const isMomentName = (name: string): name is MomentName => Object.hasOwn(MOMENTS, name);

export const MOMENT_NAMES: readonly MomentName[] = Object.keys(MOMENTS).filter(isMomentName);

/** The moment of one round: the same for the same seed. One comes after the other, so that each comes up even in a short run. */
export const momentOf = (seed: number, names: readonly MomentName[]): Moment => {
  const random = randomFrom(seed);
  const name = names[seed % names.length];
  if (name === undefined) throw new RangeError('A seed is a whole number from 0.');
  return { name, ...MOMENTS[name]((least, most) => least + Math.floor(random() * (most - least + 1))) };
};
