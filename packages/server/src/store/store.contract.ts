import { describe } from 'node:test';
import { faultContract } from './contract/faults.ts';
import type { MakeEngine } from './contract/fixtures.ts';
import { grantContract } from './contract/grants.ts';
import { lawContract } from './contract/law.ts';
import { peopleContract } from './contract/people.ts';
import { refreshTokenContract } from './contract/refresh-tokens.ts';
import { interactionContract, sessionContract } from './contract/sessions.ts';
import { testOn } from './contract/setting.ts';
import { auditContract, keyContract, onceContract, throttleContract, upkeepContract } from './contract/upkeep.ts';

/**
 * What every store must do, as tests: each promise of the ports, in peace, in a race and when the database fails in the middle.
 *
 * @param make opens an empty database
 */
export const storeContract = (name: string, make: MakeEngine): void => {
  const test = testOn(make);
  describe(`${name} keeps`, () => {
    describe('users, authenticators and tickets', () => peopleContract(test));
    describe('sessions', () => sessionContract(test));
    describe('interactions', () => interactionContract(test));
    describe('grants and codes', () => grantContract(test));
    describe('refresh tokens', () => refreshTokenContract(test));
    describe('once-only things', () => onceContract(test));
    describe('throttles', () => throttleContract(test));
    describe('keys and secrets', () => keyContract(test));
    describe('the audit', () => auditContract(test));
    describe('itself in order', () => upkeepContract(test));
    describe('all or nothing when a write fails', () => faultContract(test));
    describe('law 5 under any sequence', () => lawContract(test));
  });
};
