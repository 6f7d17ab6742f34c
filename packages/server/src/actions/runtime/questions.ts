/** What a run has asked its host and awaits. */
import { questionHash } from './journal.ts';
import type { Asked } from './messages.ts';

export interface Question extends Asked {
  readonly hash: string;
  readonly isStepUp: boolean;
}

export interface Questions {
  /** @throws RangeError when there are too many */
  ask(id: number, text: string, isStepUp: boolean): void;
  /** Its answer is no longer awaited. A proof that was demanded is not dropped by that. */
  abandon(id: number): void;
  get(id: number): Question | undefined;
  withHash(hash: string): Question | undefined;
  answered(id: number): void;
  /** How many are awaited. */
  count(): number;
  awaitsStepUp(): boolean;
  /** Those that the host has not been told yet. */
  news(): { readonly asked: readonly Asked[]; readonly abandoned: readonly number[] };
}

const MOST_AT_A_TIME = 32;
const MOST = 200;

export const createQuestions = (): Questions => {
  const open = new Map<number, Question>();
  let ordinal = 0;
  let untold: Question[] = [];
  let abandoned: number[] = [];
  return {
    ask: (id, text, isStepUp) => {
      if (open.size >= MOST_AT_A_TIME || ordinal >= MOST) {
        throw new RangeError(`There can be ${MOST_AT_A_TIME} questions at a time, and ${MOST} in all`);
      }
      if (open.has(id)) throw new RangeError('That was asked already');
      const question = { id, text, hash: questionHash(ordinal, text), isStepUp };
      ordinal += 1;
      open.set(id, question);
      untold.push(question);
    },
    abandon: (id) => {
      if (open.get(id)?.isStepUp !== false) return;
      open.delete(id);
      if (untold.some((question) => question.id === id)) untold = untold.filter((question) => question.id !== id);
      else abandoned.push(id);
    },
    get: (id) => open.get(id),
    withHash: (hash) => [...open.values()].find((question) => question.hash === hash),
    answered: (id) => {
      open.delete(id);
      untold = untold.filter((question) => question.id !== id);
    },
    count: () => open.size,
    awaitsStepUp: () => [...open.values()].some(({ isStepUp }) => isStepUp),
    news: () => {
      const asked = untold.map(({ id, text }) => ({ id, text }));
      const dropped = abandoned;
      untold = [];
      abandoned = [];
      return { asked, abandoned: dropped };
    },
  };
};
