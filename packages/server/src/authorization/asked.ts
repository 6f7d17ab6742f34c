import type { Decision } from '@stile/core';
import type { Asked } from '../metrics/recorder.ts';

/** Steps that ask for no proof. */
const WITHOUT_PROOF = 'none';

/**
 * What a decision asks of a person, in the words of the metrics: the factor that the page shows first, and why. When a proof is
 * missing, the requirement that misses it says why, and a sign of risk by its own name; which one of several that is does not matter to whoever counts.
 */
export const askedFor = ({ next, trace }: Decision): Pick<Asked, 'factor' | 'reason'> => {
  const unmet = trace.requirements.find(({ met }) => !met);
  const missing = unmet?.source.from === 'risk' ? unmet.source.signal : unmet?.reason;
  const reason = trace.reason === 'proof_missing' ? (missing ?? trace.reason) : trace.reason;
  switch (next.step) {
    case 'login':
      return { factor: 'password', reason };
    case 'challenge':
      return { factor: next.anyOf[0]?.[0]?.factor ?? WITHOUT_PROOF, reason };
    case 'enrol':
      return { factor: next.anyOf[0]?.factor ?? WITHOUT_PROOF, reason };
    default:
      return { factor: WITHOUT_PROOF, reason };
  }
};
