/** What a record of a decision holds of what it was made of. */
import type { Deps } from '../deps.ts';
import type { DecisionFacts } from './facts.ts';
import { keptPolicy, policyOf } from './policy.ts';
import type { TokenFacts } from './token-facts.ts';

/** For the details of a record: the facts, and the name of the policy they were judged by. */
export const madeOf = (
  facts: DecisionFacts | TokenFacts,
  { config }: Pick<Deps, 'config'>,
): { readonly facts: DecisionFacts | TokenFacts; readonly policy: string } => ({
  facts,
  policy: keptPolicy(policyOf(config)).digest,
});
