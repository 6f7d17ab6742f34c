/**
 * The test vectors of WebAuthn Level 3, section 16. Everything in them is derived from one seed in a way that the standard gives, except
 * what is signed at random and the certificates: so they are derived here, and stand here as far as they were published. That the
 * published signatures fit what was derived shows that it was derived as it should be.
 */
import assert from 'node:assert/strict';
import { createECDH, hash, hkdfSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { RelyingParty } from '../../packages/server/src/factors/webauthn-relying-party.ts';
import {
  readAssertionResponse,
  readRegistrationResponse,
} from '../../packages/server/src/factors/webauthn-response.ts';
import { verifyAssertion, verifyRegistration } from '../../packages/server/src/factors/webauthn-verification.ts';
import { cbor } from '../../packages/server/src/testing/soft-passkey.ts';

interface Vector {
  readonly name: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly credentialIdLength?: number;
  /** The published attestation signature, and the certificate of whoever gave it; in hex. */
  readonly attestation?: { readonly signature: string; readonly certificate?: string };
  /** The published signature of the authentication, in hex. */
  readonly signature: string;
}

const VECTORS: readonly Vector[] = [
  {
    name: 'none.ES256',
    signature:
      '3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87',
  },
  {
    name: 'packed-self.ES256',
    attestation: {
      signature:
        '30440220067a20754ab925005dbf378097c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f220272178f473b6006d',
    },
    signature:
      '304402203310b9431903c401f1be2bdc8d23a4007682dbbddcf846994947b7f465daf84002204e94dd00047b316061b3b99772b7efd95994a83ef584b3b6b825ea3550251b66',
  },
  {
    name: 'none.ES256.crossOrigin',
    crossOrigin: true,
    signature:
      '3046022100eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7022100c76237ff9db77b3c56f30837cda6a09acfa2e915544e609c0733b1184036d1cf',
  },
  {
    name: 'none.ES256.topOrigin',
    crossOrigin: true,
    topOrigin: 'https://example.com',
    signature:
      '3045022100b5a70c81780d5fcc9a4f2ae9caae99058f8accaf58b91fb59329646c28ac6ffc022012e101c165db3c8e9957f0c54dd6ca9b56bc3bd2f280bd2faa6c1d02c6e5c171',
  },
  {
    name: 'none.ES256.long-credential-id',
    credentialIdLength: 1023,
    signature:
      '304502203ecef83fb12a0cae7841055f9f87103a99fd14b424194bbf06c4623d3ee6e3fd022100d2ace346db262b1374a6b70faa51f518a42ddca13a4125ce6f5052a75bac9fb6',
  },
  {
    name: 'packed.ES256',
    attestation: {
      signature:
        '304502203f19ec4b229f46ab8c45eff29b904ff10c0390dc40bf1216f04a78f4ceba3425022100fe7041a32759aff05a0f9f26c70a999c7a284451ba89234a1d3483c25e21925b',
      certificate:
        '30820221308201c8a00302010202110088c220f83c8ef1feafe94deae45faad0300a06082a8648ce3d0403023062311e301c06035504030c15576562417574686e207465737420766563746f7273310c300a060355040a0c0357334331253023060355040b0c1c41757468656e74696361746f72204174746573746174696f6e204341310b30090603550406130241413020170d3234303130313030303030305a180f33303234303130313030303030305a305f311e301c06035504030c15576562417574686e207465737420766563746f7273310c300a060355040a0c0357334331223020060355040b0c1941757468656e74696361746f72204174746573746174696f6e310b30090603550406130241413059301306072a8648ce3d020106082a8648ce3d03010703420004a91ba4389409dd38a428141940ca8feb1ac0d7b4350558104a3777a49322f3798440f378b3398ab2d3bb7bf91322c92eb23556f59ad0a836fec4c7663b0e4dc3a360305e300c0603551d130101ff04023000300e0603551d0f0101ff040403020780301d0603551d0e04160414a589ba72d060842ab11f74fb246bdedab16f9b9b301f0603551d2304183016801445aff715b0dd786741fee996ebc16547a3931b1e300a06082a8648ce3d040302034700304402201726b9d85ecd8a5ed51163722ca3a20886fd9b242a0aa0453d442116075defd502207ef471e530ac87961a88a7f0d0c17b091ffc6b9238d30f79f635b417be5910e7',
    },
    signature:
      '30450220694969d3ee928de6f02ef23a9c644d7d779916451734a94b432542f498a1ebe90221008b0819c824218a97152cd099c55bfb1477b29d900a49a64018314f9bfccda163',
  },
];

const RP_ID = 'example.org';
const ORIGIN = 'https://example.org';
const [UP, UV, BE, BS, AT] = [0x01, 0x04, 0x08, 0x10, 0x40];

/** Bytes in the order in which a vector draws them (section 16.1). */
const drawer = (name: string) => {
  let index = 0;
  return (length: number): Buffer => {
    const salt = Buffer.from([index]);
    index += 1;
    return Buffer.from(hkdfSync('sha256', 'WebAuthn test vectors', salt, name, length));
  };
};

type Draw = ReturnType<typeof drawer>;

/** With another member where a bit says so, for nobody may rely on how many there are. */
const clientDataOf = (
  type: string,
  challenge: Buffer,
  draw: Draw,
  { crossOrigin = false, topOrigin }: Partial<Vector>,
): Buffer => {
  const [flags = 0] = draw(1);
  const extraData =
    (flags & 1) === 0
      ? undefined
      : `clientDataJSON may be extended with additional fields in the future, such as this: ${draw(16).toString('base64url')}`;
  return Buffer.from(
    JSON.stringify({
      type,
      challenge: challenge.toString('base64url'),
      origin: ORIGIN,
      crossOrigin,
      topOrigin,
      extraData,
    }),
  );
};

const authenticatorData = (flags: number, attested = Buffer.alloc(0)): Buffer =>
  Buffer.concat([hash('sha256', RP_ID, 'buffer'), Buffer.from([flags, 0, 0, 0, 0]), attested]);

const coseKeyOf = (privateKey: Buffer): Buffer => {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(privateKey);
  const point = curve.getPublicKey();
  return cbor(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, point.subarray(1, 33)],
      [-3, point.subarray(33)],
    ]),
  );
};

const statementOf = ({
  attestation,
}: Vector): readonly [string, ReadonlyMap<string, number | Uint8Array | Uint8Array[]>] => {
  if (!attestation) return ['none', new Map()];
  const { signature, certificate } = attestation;
  const statement = new Map<string, number | Uint8Array | Uint8Array[]>([
    ['alg', -7],
    ['sig', Buffer.from(signature, 'hex')],
  ]);
  if (certificate !== undefined) statement.set('x5c', [Buffer.from(certificate, 'hex')]);
  return ['packed', statement];
};

/** A vector as it is published: what the browser answers, twice. */
const build = (vector: Vector) => {
  const draw = drawer(vector.name);
  const challenges = [draw(32)];
  const key = draw(32);
  const created = clientDataOf('webauthn.create', challenges[0] ?? Buffer.alloc(0), draw, vector);
  const aaguid = draw(16);
  const credentialId = draw(vector.credentialIdLength ?? 32);
  const [drawn = 0] = draw(1);
  const backupEligible = drawn & BE;
  const flags = UP | AT | (drawn & (UV | BE)) | (backupEligible === 0 ? 0 : drawn & BS);
  // The key and the serial number of whoever attests.
  if (vector.attestation?.certificate !== undefined) [32, 16].forEach(draw);
  const length = Buffer.from([credentialId.length >> 8, credentialId.length & 255]);
  const attested = Buffer.concat([aaguid, length, credentialId, coseKeyOf(key)]);
  const [fmt, attStmt] = statementOf(vector);
  const attestationObject = cbor(
    new Map<string, string | Uint8Array | ReadonlyMap<string, number | Uint8Array | Uint8Array[]>>([
      ['fmt', fmt],
      ['attStmt', attStmt],
      ['authData', authenticatorData(flags, attested)],
    ]),
  );
  challenges.push(draw(32));
  const got = clientDataOf('webauthn.get', challenges[1] ?? Buffer.alloc(0), draw, vector);
  const [again = 0] = draw(1);
  const state = UP | (again & UV) | backupEligible | (backupEligible === 0 ? 0 : again & BS);
  const id = credentialId.toString('base64url');
  const answer = (response: Readonly<Record<string, Buffer>>): string =>
    JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      response: Object.fromEntries(Object.entries(response).map(([name, part]) => [name, part.toString('base64url')])),
    });
  return {
    challenges: challenges.map((one) => one.toString('base64url')),
    created: answer({ clientDataJSON: created, attestationObject }),
    got: answer({
      clientDataJSON: got,
      authenticatorData: authenticatorData(state),
      signature: Buffer.from(vector.signature, 'hex'),
    }),
    backupEligible: backupEligible !== 0,
  };
};

const strict: RelyingParty = { id: RP_ID, origins: [ORIGIN], topOrigins: [] };

/** Registers, then authenticates by what was registered; says why not, or that all is well. */
const outcomeOf = async (vector: Vector, party: RelyingParty): Promise<string> => {
  const { challenges, created, got, backupEligible } = build(vector);
  const [first = '', second = ''] = challenges;
  const [registration, assertion] = [readRegistrationResponse(created), readAssertionResponse(got)];
  assert.ok(registration && assertion);
  const expected = { party, challenge: first, userVerification: false };
  const registered = await verifyRegistration(registration, expected, undefined, 1_795_478_400);
  if (!registered.ok) return `registration: ${registered.error}`;
  assert.equal(registered.value.backupEligible, backupEligible);
  // The vectors verify users as they please, which a passkey that once did may not.
  const material = { ...registered.value, uvInitialized: false };
  const verified = await verifyAssertion(assertion, material, '', { ...expected, challenge: second });
  return verified.ok ? 'verified' : `authentication: ${verified.error}`;
};

describe('WebAuthn Level 3, section 16', () => {
  it('is derived as it was published', () => {
    const { challenges, created } = build({ name: 'none.ES256', signature: '' });
    assert.equal(
      Buffer.from(challenges[0] ?? '', 'base64url').toString('hex'),
      '00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130',
    );
    const id = Buffer.from('f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4', 'hex');
    assert.equal(readRegistrationResponse(created)?.id, id.toString('base64url'));
  });

  for (const vector of VECTORS.filter(({ crossOrigin }) => crossOrigin === undefined)) {
    it(`${vector.name} is verified`, async () => {
      assert.equal(await outcomeOf(vector, strict), 'verified');
    });
  }

  for (const vector of VECTORS.filter(({ crossOrigin }) => crossOrigin)) {
    it(`T28: ${vector.name} is refused, unless it is expected`, async () => {
      assert.equal(await outcomeOf(vector, strict), 'registration: cross-origin');
      const expecting = { ...strict, topOrigins: ['https://example.com'] };
      // Where the browser does not say which page it was, nothing is expected.
      const isTold = vector.topOrigin !== undefined;
      assert.equal(await outcomeOf(vector, expecting), isTold ? 'verified' : 'registration: cross-origin');
      const others = { ...strict, topOrigins: ['https://example.net'] };
      assert.equal(await outcomeOf(vector, others), 'registration: cross-origin');
    });
  }

  it('a vector whose signature belongs to another is refused', async () => {
    const [one, other] = VECTORS;
    assert.ok(one && other);
    assert.equal(await outcomeOf({ ...one, signature: other.signature }, strict), 'authentication: signature');
  });
});
