import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalogue } from '../step-up.notation.ts';
import type { ProofClass } from './levels.ts';
import { belongsTo, defaultLevels, levelNamed, PAPE_MULTI_FACTOR } from './levels.ts';

describe('the classes of proof', () => {
  const table: readonly (readonly [proofClass: ProofClass, members: string])[] = [
    ['any', 'hardware-passkey passkey key totp sms voice email face password pin federated phone-app sheet'],
    ['not-knowledge', 'hardware-passkey passkey key totp sms voice email face phone-app sheet'],
    ['phishing-resistant', 'hardware-passkey passkey key'],
    ['phishing-resistant-hardware', 'hardware-passkey key'],
  ];
  for (const [proofClass, members] of table) {
    it(`${proofClass}: ${members}`, () => {
      const found = catalogue.filter((proof) => belongsTo(proof, proofClass));
      assert.equal(found.map(({ authenticator }) => authenticator).join(' '), members);
    });
  }
  it('a hardware-bound proof that can be phished is of no class of phishing resistance', () => {
    const [key] = catalogue;
    assert.ok(key);
    assert.equal(belongsTo({ ...key, phishingResistant: false }, 'phishing-resistant-hardware'), false);
  });
});

describe('the levels of the house', () => {
  it('are known by name and alias, and by nothing else', () => {
    assert.equal(levelNamed(defaultLevels, 'mfa')?.acr, 'mfa');
    assert.equal(levelNamed(defaultLevels, PAPE_MULTI_FACTOR)?.acr, 'mfa');
    for (const name of ['MFA', 'mfa ', '', 'constructor', '__proto__', `${PAPE_MULTI_FACTOR}/`]) {
      assert.equal(levelNamed(defaultLevels, name), undefined);
    }
  });
  it('have no other names: Auth0’s for two factors is the only one', () => {
    assert.deepEqual(
      defaultLevels.flatMap(({ acr, aliases }) => [acr, ...aliases]),
      ['phrh', 'phr', 'mfa', PAPE_MULTI_FACTOR, '1fa'],
    );
  });
  it('each name means one thing', () => {
    const names = defaultLevels.flatMap(({ acr, aliases }) => [acr, ...aliases]);
    assert.equal(new Set(names).size, names.length);
  });
});
