/**
 * Whether challenges are answered. Each wants a factor of its own: what has answered one does not answer the next, unless there is
 * nothing else that it names. Which proof answers which challenge is chosen anew each time, so that proving more never undoes an answer
 * (law 3).
 */
import type { ActionRun, Demand } from './run-state.ts';
import type { ActionWorld } from './world.ts';

/** The factors that were proven since the request. */
const provenFactors = ({ requestedAt }: ActionRun, { input }: ActionWorld): ReadonlySet<string> =>
  new Set(input.events.flatMap(({ factor, at }) => (at >= requestedAt ? [factor] : [])));

/** Whether each of the lists can be given a word of its own. There are four at most. */
const haveOwnWords = ([first, ...others]: readonly (readonly string[])[], taken: readonly string[] = []): boolean =>
  first === undefined || first.some((word) => !taken.includes(word) && haveOwnWords(others, [...taken, word]));

const namedBy = ({ factors = [], among = factors }: Demand): readonly string[] => among;

const isAnswered = (challenge: Demand, earlier: readonly Demand[], proven: ReadonlySet<string>): boolean => {
  const open = [...earlier, challenge].map(namedBy).filter((factors) => factors.some((factor) => !proven.has(factor)));
  return haveOwnWords(open.map((factors) => factors.filter((factor) => proven.has(factor))));
};

/**
 * A challenge in the light of what has been proven.
 *
 * @returns nothing when it is answered; otherwise what is still asked for
 */
export const openChallenge = (challenge: Demand, run: ActionRun, world: ActionWorld): Demand | undefined => {
  const proven = provenFactors(run, world);
  const earlier = run.demands.filter(({ by }) => by === 'challenge');
  if (isAnswered(challenge, earlier, proven)) return undefined;
  const named = namedBy(challenge);
  const factors = named.filter((factor) => !proven.has(factor));
  return factors.length === challenge.factors?.length ? challenge : { ...challenge, factors, among: named };
};

/** What stays of a challenge that is answered: a proof of one of the factors that it named. */
export const answeredChallenge = ({ among, ...challenge }: Demand): Demand =>
  among === undefined ? challenge : { ...challenge, factors: among };
