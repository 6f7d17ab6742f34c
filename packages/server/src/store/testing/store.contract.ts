import { describe } from 'node:test';
import { actionPromises } from './actions.ts';
import { arrivalPromises } from './arrivals.ts';
import { ceremonyPromises } from './ceremonies.ts';
import { chainPromises } from './chain.ts';
import { devicePromises, signOutPromises } from './devices.ts';
import { enrolmentPromises } from './enrolments.ts';
import { faultPromises } from './faults.ts';
import type { MakeEngine } from './fixtures.ts';
import { authorizePromises, redeemPromises } from './grants.ts';
import { interactionPromises } from './interactions.ts';
import { auditPromises, keyPromises } from './keys.ts';
import { lawPromises } from './law.ts';
import { materialPromises } from './materials.ts';
import { oncePromises } from './once.ts';
import { ownerGuardPromises } from './owner-guards.ts';
import { peoplePromises } from './people.ts';
import { policyPromises } from './policies.ts';
import { profilePromises } from './profiles.ts';
import { recoveryPromises } from './recovery.ts';
import { refreshTokenPromises } from './refresh-tokens.ts';
import { sessionPromises } from './sessions.ts';
import { testPromises } from './setting.ts';
import { throttlePromises } from './throttles.ts';
import { upkeepPromises } from './upkeep.ts';

/**
 * What every store must do, as tests: each promise of the ports, in peace, in a race and when the database fails in the middle.
 *
 * @param make opens an empty database
 */
export const storeContract = (name: string, make: MakeEngine): void => {
  describe(`${name} keeps`, () => {
    describe('users, authenticators and tickets', () => testPromises(peoplePromises, make));
    describe('what is recovered', () => testPromises(recoveryPromises, make));
    describe('enrolments', () => testPromises(enrolmentPromises, make));
    describe('what people change as theirs', () => testPromises(ownerGuardPromises, make));
    describe('ceremonies', () => testPromises(ceremonyPromises, make));
    describe('remembered devices', () => testPromises(devicePromises, make));
    describe('where people were accepted', () => testPromises(arrivalPromises, make));
    describe('signing out', () => testPromises(signOutPromises, make));
    describe('sessions', () => testPromises(sessionPromises, make));
    describe('what factors keep', () => testPromises(materialPromises, make));
    describe('interactions', () => testPromises(interactionPromises, make));
    describe('authorizations', () => testPromises(authorizePromises, make));
    describe('codes', () => testPromises(redeemPromises, make));
    describe('refresh tokens', () => testPromises(refreshTokenPromises, make));
    describe('once-only things', () => testPromises(oncePromises, make));
    describe('throttles', () => testPromises(throttlePromises, make));
    describe('keys and secrets', () => testPromises(keyPromises, make));
    describe('the audit', () => testPromises(auditPromises, make));
    describe('the chain over the audit', () => testPromises(chainPromises, make));
    describe('Actions', () => testPromises(actionPromises, make));
    describe('policies, and what Actions change', () => testPromises(policyPromises, make));
    describe('metadata and logins', () => testPromises(profilePromises, make));
    describe('itself in order', () => testPromises(upkeepPromises, make));
    describe('all or nothing when a write fails', () => testPromises(faultPromises, make));
    describe('law 5 under any sequence', () => testPromises(lawPromises, make));
  });
};
