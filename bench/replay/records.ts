/** Decisions as a bank has them on record: people who read, who are asked for a code before a transfer, who give it, and whose tokens are refreshed. */
import type { AuthenticationEvent, Instant, Proof } from '@stile/core';
import { instant, secondsAfter, secondsBefore } from '@stile/core';
import type { Config } from '@stile/server';
import { decisionOf } from '../../packages/server/src/decision/decide.ts';
import type { DecisionFacts } from '../../packages/server/src/decision/facts.ts';
import { keptPolicy, policyOf } from '../../packages/server/src/decision/policy.ts';
import type { TokenFacts } from '../../packages/server/src/decision/token-facts.ts';
import { tokenDecisionOf } from '../../packages/server/src/decision/token-facts.ts';
import type { Store } from '../../packages/server/src/store/ports.ts';
import type { AuditRecord } from '../../packages/server/src/store/records.ts';
import { AUDIENCE } from '../world.ts';

export const SINCE: Instant = instant(1_795_478_400);
export const BANK = 'bank';

const password: Proof = {
  authenticator: 'auth_0123456789abcdef_password',
  factor: 'password',
  kinds: ['knowledge'],
  first: true,
  phishingResistant: false,
  hardwareBound: false,
  amr: ['pwd'],
};
const totp: Proof = {
  ...password,
  authenticator: 'auth_0123456789abcdef_totp',
  factor: 'totp',
  kinds: ['possession'],
  first: false,
  amr: ['otp'],
};
const codes: Proof = { ...totp, authenticator: 'auth_0123456789abcdef_codes', factor: 'recovery-code' };

const PEOPLE = 5000;

export const personNumber = (number: number): string => `user_${number % PEOPLE}`;

const factsOf = (
  number: number,
  at: Instant,
  scopes: readonly string[],
  proven: readonly [Proof, number][],
): DecisionFacts => ({
  at,
  requestedAt: at,
  agesFrom: at,
  clientId: BANK,
  requestedScopes: scopes,
  request: { acrValues: [], prompt: [] },
  audience: AUDIENCE,
  person: {
    userId: personNumber(number),
    sessionId: `ses_${number % PEOPLE}`,
    events: proven.map(([proof, ago]): AuthenticationEvent => ({ ...proof, at: secondsBefore(at, ago) })),
    enrolled: [totp, codes, password],
    consentMissing: [],
    mailMayGuard: false,
    isRecovering: false,
  },
});

const READ = ['openid', 'profile', 'read:accounts', 'offline_access'];
const TRANSFER = ['openid', 'transfer:funds'];

const authorization = (number: number, at: Instant, facts: DecisionFacts, config: Config): AuditRecord => {
  const { decision, scopes } = decisionOf(facts, policyOf(config));
  const { next, trace } = decision;
  const isIssue = next.step === 'issue';
  const made = { trace, facts, policy: keptPolicy(policyOf(config)).digest };
  const details = isIssue
    ? { scopes, audience: AUDIENCE, acr: next.context.acr, ...made }
    : { step: next.step, ...made };
  return record(number, at, isIssue ? 'authorize.granted' : 'authorize.asked', details);
};

const refresh = (number: number, at: Instant, config: Config): AuditRecord => {
  const facts: TokenFacts = {
    at,
    grantType: 'refresh_token',
    clientId: BANK,
    grant: {
      userId: personNumber(number),
      clientId: BANK,
      audience: AUDIENCE,
      scopes: READ,
      events: [{ ...password, at: secondsBefore(at, 3600) }],
      requirements: [],
    },
    grantRevoked: false,
    user: 'active',
    sessionAlive: true,
    refreshToken: { clientId: BANK, idleExpiresAt: secondsAfter(at, 3600), expiresAt: secondsAfter(at, 86_400) },
  };
  const decided = tokenDecisionOf(facts, policyOf(config));
  if (!decided.ok) throw new Error('The decision is wrong.');
  const { scopes } = decided.value;
  const details = {
    grantType: 'refresh_token',
    scopes,
    leftOut: [],
    facts,
    policy: keptPolicy(policyOf(config)).digest,
  };
  return record(number, at, 'token.granted', details);
};

const record = (number: number, at: Instant, type: string, details: AuditRecord['details']): AuditRecord => ({
  id: `dec_${String(number).padStart(13, '0')}0123456789ab`,
  at,
  type,
  userId: personNumber(number),
  clientId: BANK,
  sessionId: `ses_${number % PEOPLE}`,
  grantId: null,
  requestId: 'req_0123456789abcdefghijklmn',
  details,
});

/** A record; every fourth of a kind of its own. */
export const recordNumber = (number: number, config: Config): AuditRecord => {
  const at = secondsAfter(SINCE, number >> 3);
  switch (number % 4) {
    case 0:
      return authorization(number, at, factsOf(number, at, READ, [[password, 1800]]), config);
    case 1:
      return authorization(
        number,
        at,
        factsOf(number, at, TRANSFER, [
          [password, 3600],
          [totp, 2820],
        ]),
        config,
      );
    case 2:
      return authorization(
        number,
        at,
        factsOf(number, at, TRANSFER, [
          [password, 3600],
          [totp, 5],
        ]),
        config,
      );
    default:
      return refresh(number, at, config);
  }
};

const AT_ONCE = 1000;

/** Puts so many on record. */
export const putOnRecord = async (store: Store, count: number, config: Config): Promise<void> => {
  await store.policies.keep({ ...keptPolicy(policyOf(config)), firstAt: SINCE });
  for (let from = 0; from < count; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => from + i);
    await store.audit.append(numbers.map((number) => recordNumber(number, config)));
  }
};
