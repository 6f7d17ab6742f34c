/**
 * What facts cannot tell about another policy: they hold what the policy of their time wanted to know, and a candidate may want to
 * know more. Each such decision is counted, so that nobody takes "nothing changes" for more than it is.
 */
import { isOn } from '../risk/circumstances.ts';
import { demandsBesides } from './decide.ts';
import type { DecisionFacts } from './facts.ts';
import type { Policy } from './policy.ts';
import type { Outcome } from './recorded.ts';

export const NOT_KNOWN = {
  circumstances:
    'The candidate asks about signs of risk, and nobody had found out about them then; they count as absent here.',
  failures: 'The candidate asks how many proofs were refused before the sign-in, and nobody had counted; none counts.',
  place: 'The candidate asks where people come from, and there was no file of locations then.',
  remembered: 'The candidate spares remembered browsers, and nobody had looked whether the browser was; none was.',
  factors: 'The candidate can ask for factors that could not be asked for then: who had enrolled one is not on record.',
  consents: 'The candidate wants consents for a client that needed none then; which were on record is not known.',
  policy: 'The policy of then is not kept, so that it is not known what of this could not be found out.',
} as const;

export type NotKnown = keyof typeof NOT_KNOWN;

/** Whether the facts of a decision leave something open. */
type Leaves = (facts: DecisionFacts, outcome: Outcome) => boolean;

const always: Leaves = () => true;

const factorsOf = ({ installed }: Policy): ReadonlySet<string> => new Set(installed.map(({ factor }) => factor));

const sparesSomebody = ({ rememberDevice, everySignIn, risk }: Policy): boolean =>
  rememberDevice !== undefined && (everySignIn?.unlessRemembered === true || risk.newDevice?.unlessRemembered === true);

/** What may be left open between two policies, and for which decisions it is. */
export const notKnownBetween = (
  then: Policy | undefined,
  candidate: Policy,
): readonly (readonly [NotKnown, Leaves])[] => {
  if (!then) return [['policy', always]];
  const { newCountry, impossibleTravel, manyFailures } = candidate.risk;
  const had = factorsOf(then);
  const hasMoreFactors = [...factorsOf(candidate)].some((factor) => !had.has(factor));
  const nowThird = new Set(
    [...candidate.clients.values()]
      .filter(({ id, firstParty }) => !firstParty && then.clients.get(id)?.firstParty === true)
      .map(({ id }) => id),
  );
  const possible: readonly (readonly [NotKnown, boolean, Leaves])[] = [
    ['circumstances', isOn(candidate.risk), ({ person }) => person !== undefined && person.circumstances === undefined],
    [
      'failures',
      manyFailures !== undefined && !then.risk.manyFailures,
      ({ person }) => person?.circumstances !== undefined,
    ],
    [
      'place',
      (newCountry !== undefined || impossibleTravel !== undefined) && then.risk.locations === undefined,
      ({ person }) => person?.circumstances !== undefined,
    ],
    [
      'remembered',
      sparesSomebody(candidate),
      ({ person }) =>
        person !== undefined &&
        person.remembered === undefined &&
        (then.rememberDevice === undefined || demandsBesides(person, then).length === 0),
    ],
    ['factors', hasMoreFactors, ({ person }, { step }) => person !== undefined && step !== 'issue'],
    ['consents', nowThird.size > 0, ({ clientId }) => nowThird.has(clientId)],
  ];
  return possible.filter(([, may]) => may).map(([what, , leaves]) => [what, leaves]);
};
