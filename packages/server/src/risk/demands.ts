/** What signs of risk demand, by the policy. Pure. */
import type { Requirement } from '@stile/core';
import type { Policy } from '../decision/policy.ts';
import type { Circumstances } from './signals.ts';
import { demandsOf, presentSignals } from './signals.ts';

/** What is demanded because of the circumstances. */
export const riskDemands = (
  circumstances: Circumstances,
  { risk, levels }: Pick<Policy, 'risk' | 'levels'>,
): readonly Requirement[] => {
  const signals = presentSignals(circumstances, risk);
  const counted = risk.whenUnknown === 'ignore' ? signals.filter(({ assumed }) => !assumed) : signals;
  return demandsOf(counted, circumstances, levels);
};
