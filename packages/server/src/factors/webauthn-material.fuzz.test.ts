import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { passkeyTraits, readMaterial } from './webauthn-material.ts';

const value = fc.oneof(fc.jsonValue(), fc.boolean(), fc.constantFrom('AAAA', 'none'), fc.integer());

const nearlyMaterial = fc.record(
  {
    credentialId: fc.oneof(fc.constant('AAAA'), value),
    publicKey: fc.oneof(fc.constant('pQEC'), value),
    signCount: fc.oneof(fc.nat(), value),
    uvInitialized: value,
    transports: value,
    backupEligible: fc.oneof(fc.boolean(), value),
    backedUp: value,
    aaguid: value,
    attestationFormat: value,
    hardwareBound: value,
  },
  { requiredKeys: [] },
);

it('whatever is stored is read as no more than it says, and only true is true', () => {
  fuzz(
    fc.property(nearlyMaterial, (stored) => {
      const material = readMaterial(stored);
      if (!material) return;
      assert.match(material.credentialId, /^[\w-]+$/);
      assert.ok(material.signCount >= 0 && Number.isInteger(material.signCount));
      assert.equal(material.uvInitialized, stored.uvInitialized === true);
      assert.ok(!material.hardwareBound || (stored.hardwareBound === true && stored.backupEligible === false));
      assert.deepEqual(readMaterial({ ...material }), material);
      const { first, kinds, hardwareBound } = passkeyTraits(material);
      assert.equal(first, material.uvInitialized);
      assert.equal(kinds.length, material.uvInitialized ? 2 : 1);
      assert.equal(hardwareBound, material.hardwareBound);
    }),
  );
});
