/** What counts as bound to hardware: the model, the maker's word for it, and nothing that anybody can say of themselves. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { webauthnSchema } from '../config/webauthn-schema.ts';
import { hardwareMaker } from '../testing/hardware-maker.ts';
import type { Lies } from '../testing/soft-passkey.ts';
import { SoftPasskey } from '../testing/soft-passkey.ts';
import { hardwarePolicy } from './webauthn-hardware.ts';
import { passkeyTraits } from './webauthn-material.ts';
import { readRegistrationResponse } from './webauthn-response.ts';
import { verifyRegistration } from './webauthn-verification.ts';

const MODEL = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
const OTHER = 'fa2b99dc-9e39-4257-8f92-4a30d23c4118';
const AT = 1_795_478_400;
const party = { id: 'login.fabrikam.example', origins: ['https://login.fabrikam.example'], topOrigins: [] };
const challenge = Buffer.alloc(32, 7).toString('base64url');
const maker = hardwareMaker();

const policyOf = (hardware: Readonly<Record<string, unknown>>) => hardwarePolicy(webauthnSchema.parse({ hardware }));

const ours = await policyOf({ aaguids: [MODEL], roots: [maker.rootPem] });

/** What is kept of a key of some model. */
const enrol = async (lies: Lies, model = MODEL, policy = ours, at = AT) => {
  const key = new SoftPasskey({ backupEligible: false, aaguid: model });
  const response = readRegistrationResponse(
    key.create({ challenge, origin: 'https://login.fabrikam.example', rpId: party.id }, lies),
  );
  const verified =
    response && (await verifyRegistration(response, { party, challenge, userVerification: false }, policy, at));
  return verified?.ok ? verified.value : verified?.error;
};

const isBound = async (...all: Parameters<typeof enrol>): Promise<boolean | string | undefined> => {
  const kept = await enrol(...all);
  return typeof kept === 'object' ? kept.hardwareBound : kept;
};

it('is a key of a model that is named, whose maker says so', async () => {
  const kept = await enrol({ attestation: maker.attestationOf(MODEL) });
  assert.ok(typeof kept === 'object' && kept.hardwareBound && kept.attestationFormat === 'packed');
  assert.deepEqual(passkeyTraits(kept).amr, ['hwk', 'user']);
});

it('is nothing else', async () => {
  const attestation = maker.attestationOf(MODEL);
  const stranger = hardwareMaker();
  const expired = hardwareMaker('250101000000Z');
  assert.equal(await isBound({}), false, 'no attestation, only the word of the key');
  assert.equal(await isBound({ attestation }, MODEL, new Map()), false, 'no policy');
  assert.equal(await isBound({ attestation: maker.attestationOf(OTHER) }, OTHER), false, 'a model that is not named');
  assert.equal(
    await isBound({ attestation: maker.attestationOf(OTHER) }, MODEL),
    'attestation',
    'vouched for as another model',
  );
  assert.equal(await isBound({ attestation: stranger.attestationOf(MODEL) }), false, 'a root that anybody could make');
  assert.equal(await isBound({ attestation, backupEligible: true }), false, 'a key that can be copied');
  const old = await policyOf({ aaguids: [MODEL], roots: [expired.rootPem] });
  assert.equal(await isBound({ attestation: expired.attestationOf(MODEL) }, MODEL, old), 'attestation', 'ended');
  assert.equal(await isBound({ attestation }, MODEL, ours, AT + 10 ** 9), false, 'certificates that have ended');
  const self = (signed: Uint8Array) => {
    const [format, statement] = attestation(signed);
    return [format, new Map([...statement].filter(([name]) => name !== 'x5c'))] as const;
  };
  assert.equal(await isBound({ attestation: self }), 'attestation', 'a statement signed by nobody');
});

it('may be told by a file of the metadata service, of the models that it calls protected by hardware', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-metadata-'));
  t.after(() => rmSync(folder, { recursive: true }));
  let files = 0;
  const told = async (entry: Readonly<Record<string, unknown>>, statement: Readonly<Record<string, unknown>> = {}) => {
    files += 1;
    const metadataFile = join(folder, `${files}.json`);
    const metadataStatement = {
      keyProtection: ['hardware', 'secure_element'],
      attestationRootCertificates: [maker.rootDer.toString('base64')],
      ...statement,
    };
    writeFileSync(
      metadataFile,
      JSON.stringify({ entries: [{ aaguid: MODEL, metadataStatement, statusReports: [], ...entry }] }),
    );
    return isBound(
      { attestation: maker.attestationOf(MODEL) },
      MODEL,
      await policyOf({ aaguids: [MODEL], metadataFile }),
    );
  };
  assert.equal(await told({}), true);
  assert.equal(await told({ aaguid: OTHER }), false);
  assert.equal(await told({}, { keyProtection: ['software'] }), false);
  assert.equal(await told({ statusReports: [{ status: 'FIDO_CERTIFIED' }, { status: 'REVOKED' }] }), false);
  await assert.rejects(policyOf({ aaguids: [MODEL], metadataFile: join(folder, 'none.json') }));
  writeFileSync(join(folder, 'no.json'), '[]');
  await assert.rejects(policyOf({ aaguids: [MODEL], metadataFile: join(folder, 'no.json') }), /no FIDO metadata/);
});
