/** Records of decisions at random, written as production writes them: judged by the functions that it judges by. */
import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Config } from '../../config/config.ts';
import type { Store } from '../../store/ports.ts';
import type { AuditRecord } from '../../store/records.ts';
import { decisionOf } from '../decide.ts';
import { keptPolicy, policyOf } from '../policy.ts';
import { madeOf } from '../record.ts';
import { tokenDecisionOf } from '../token-facts.ts';
import { arbitraryDecisionFacts, arbitraryTokenFacts, drawing } from './arbitrary-facts.ts';

const about = (type: string, number: number, at: Instant): Omit<AuditRecord, 'details' | 'clientId' | 'userId'> => ({
  id: `dec_${String(number).padStart(9, '0')}`,
  at,
  type,
  sessionId: null,
  grantId: null,
  requestId: null,
});

const authorization = (seed: number, number: number, at: Instant, config: Config): AuditRecord => {
  const facts = arbitraryDecisionFacts(drawing(seed));
  const { decision, scopes } = decisionOf(facts, policyOf(config));
  const { next, trace } = decision;
  const made = { trace, ...madeOf(facts, { config }) };
  const who = { clientId: facts.clientId, userId: facts.person?.userId ?? null };
  if (next.step === 'issue') {
    return { ...about('authorize.granted', number, at), ...who, details: { scopes, acr: next.context.acr, ...made } };
  }
  if (next.step === 'refuse') {
    const { code, reason } = next.error;
    return { ...about('authorize.refused', number, at), ...who, details: { error: code, reason, ...made } };
  }
  return { ...about('authorize.asked', number, at), ...who, details: { step: next.step, ...made } };
};

const token = (seed: number, number: number, at: Instant, config: Config): AuditRecord => {
  const facts = arbitraryTokenFacts(drawing(seed));
  const { grantType, clientId, grant } = facts;
  const decided = tokenDecisionOf(facts, policyOf(config));
  const made = { grantType, ...madeOf(facts, { config }) };
  const who = { clientId, userId: grant.userId };
  return decided.ok
    ? { ...about('token.granted', number, at), ...who, details: { scopes: decided.value.scopes, ...made } }
    : { ...about('token.refused', number, at), ...who, details: { reason: decided.error.reason, ...made } };
};

/** One record; the same again for the same number. */
const recordNumber = (number: number, at: Instant, config: Config): AuditRecord => {
  const seed = (number + 1) * 2_654_435_761;
  return number % 4 === 3 ? token(seed, number, at, config) : authorization(seed, number, at, config);
};

const AT_ONCE = 1000;

/** Puts so many decisions on record, a second apart, and the policies that they were made by. */
export const recordDecisions = async (
  store: Store,
  count: number,
  since: Instant,
  configs: readonly [Config, ...Config[]],
): Promise<void> => {
  for (const config of configs) await store.policies.keep({ ...keptPolicy(policyOf(config)), firstAt: since });
  for (let from = 0; from < count; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => from + i);
    await store.audit.append(
      numbers.map((number) =>
        recordNumber(number, secondsAfter(since, number), configs[number % configs.length] ?? configs[0]),
      ),
    );
  }
};
