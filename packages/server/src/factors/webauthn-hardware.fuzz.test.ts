import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { hardwareMaker } from '../testing/hardware-maker.ts';
import { readMetadata } from './webauthn-hardware.ts';

const AAGUID = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
const root = hardwareMaker().rootDer.toString('base64');
const file = JSON.stringify({
  entries: [
    {
      aaguid: AAGUID,
      metadataStatement: { keyProtection: ['hardware', 'secure_element'], attestationRootCertificates: [root] },
      statusReports: [{ status: 'FIDO_CERTIFIED' }],
    },
  ],
});

it('a metadata file is read, signed or not, and what is nearly one vouches for nothing that it does not name', () => {
  assert.deepEqual([...(readMetadata(file)?.keys() ?? [])], [AAGUID]);
  const signed = `${Buffer.from('{}').toString('base64url')}.${Buffer.from(file).toString('base64url')}.AAAA`;
  assert.deepEqual([...(readMetadata(signed)?.keys() ?? [])], [AAGUID]);
  fuzz(
    fc.property(nearly(fc.constantFrom(file, signed)), (text) => {
      const read = readMetadata(text);
      for (const [aaguid, roots] of read ?? []) {
        assert.equal(typeof aaguid, 'string');
        assert.ok(roots.length > 0);
      }
    }),
    2000,
  );
});
