/**
 * Verifies what a passkey says: the relying party's duties of WebAuthn Level 3, sections 7.1 and 7.2. What concerns this server's
 * own policy is checked here; formats and signatures are the library's, which is loaded when it is first needed.
 */
import { hash } from 'node:crypto';
import type { Result } from '@stile/core';
import { ok, refused } from '@stile/core';
import { equalInConstantTime } from '../digest.ts';
import type { HardwarePolicy } from './webauthn-hardware.ts';
import { isHardwareBound } from './webauthn-hardware.ts';
import type { PasskeyMaterial } from './webauthn-material.ts';
import type { RelyingParty } from './webauthn-relying-party.ts';
import type { AssertionResponse, AuthenticatorData, ClientData, RegistrationResponse } from './webauthn-response.ts';
import { readAuthenticatorData } from './webauthn-response.ts';

/** Why an answer is not accepted; for tests and for whoever reads the code, never for the person. */
export type Fault =
  | 'type'
  | 'challenge'
  | 'origin'
  | 'cross-origin'
  | 'relying-party'
  | 'not-present'
  | 'not-verified'
  | 'backup-state'
  | 'backup-eligibility'
  | 'another-credential'
  | 'user-handle'
  | 'signature'
  | 'attestation'
  | 'cloned';

/** What was asked. */
export interface Expected {
  readonly party: RelyingParty;
  /** The challenge that was made, in base64url. */
  readonly challenge: string;
  readonly userVerification: boolean;
}

/** COSE algorithms that are offered, the most wanted first: EdDSA, ES256, RS256. */
export const ALGORITHMS: readonly number[] = [-8, -7, -257];

const library = () => import('@simplewebauthn/server');
const readers = () => import('@simplewebauthn/server/helpers');

const faultOfClientData = (data: ClientData, type: string, { party, challenge }: Expected): Fault | undefined => {
  if (data.type !== type) return 'type';
  if (!equalInConstantTime(data.challenge, challenge)) return 'challenge';
  if (!party.origins.includes(data.origin)) return 'origin';
  // A frame is refused unless the page around it is one that is expected; a browser that does not say which it was is refused too.
  const isFramed = data.crossOrigin || data.topOrigin !== undefined;
  if (isFramed && !(data.crossOrigin && data.topOrigin !== undefined && party.topOrigins.includes(data.topOrigin))) {
    return 'cross-origin';
  }
  return undefined;
};

const faultOfAuthenticator = (data: AuthenticatorData, { party, userVerification }: Expected): Fault | undefined => {
  if (!hash('sha256', party.id, 'buffer').equals(data.rpIdHash)) return 'relying-party';
  if (!data.userPresent) return 'not-present';
  if (userVerification && !data.userVerified) return 'not-verified';
  return data.backedUp && !data.backupEligible ? 'backup-state' : undefined;
};

/** The library throws at whatever it does not like, and that is a refusal; that it cannot be loaded is not. */
const accepted = async <T>(verify: () => Promise<T | undefined>): Promise<T | undefined> => {
  try {
    return await verify();
  } catch {
    return undefined;
  }
};

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64url'));

/**
 * Section 7.2, of a credential that is known.
 *
 * @param owner the user handle of whoever has it; a response that names another is refused
 * @returns the material as it is from now on
 */
export const verifyAssertion = async (
  response: AssertionResponse,
  material: PasskeyMaterial,
  owner: string,
  expected: Expected,
): Promise<Result<PasskeyMaterial, Fault>> => {
  const { authenticator } = response;
  if (response.id !== material.credentialId) return refused('another-credential');
  if (response.userHandle !== undefined && !equalInConstantTime(response.userHandle, owner)) {
    return refused('user-handle');
  }
  // A key that has verified its user once has to do so for ever: what it proves must not depend on who holds it.
  const asked = { ...expected, userVerification: expected.userVerification || material.uvInitialized };
  const fault =
    faultOfClientData(response.clientData, 'webauthn.get', expected) ?? faultOfAuthenticator(authenticator, asked);
  if (fault) return refused(fault);
  if (authenticator.backupEligible !== material.backupEligible) return refused('backup-eligibility');
  if (!(await isSigned(response, material, asked))) return refused('signature');
  // Asked last, of what was signed: only whoever has the key, or a copy of it, can say that it was copied.
  const { signCount } = authenticator;
  if ((signCount > 0 || material.signCount > 0) && signCount <= material.signCount) return refused('cloned');
  return ok({ ...material, signCount, backedUp: authenticator.backedUp });
};

const isSigned = async (
  response: AssertionResponse,
  { credentialId, publicKey }: PasskeyMaterial,
  { party, challenge, userVerification }: Expected,
): Promise<boolean> => {
  const { verifyAuthenticationResponse } = await library();
  const { id, clientDataJSON, authenticatorData, signature, clientData } = response;
  const verified = await accepted(() =>
    verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        response: { clientDataJSON, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: userVerification,
      ...(clientData.topOrigin !== undefined && { expectedTopOrigin: [...party.topOrigins] }),
      // Counted above, and only once the signature is known to be right.
      credential: { id: credentialId, publicKey: bytes(publicKey), counter: 0 },
    }),
  );
  return verified?.verified === true;
};

/**
 * Section 7.1, except that the credential is new to everybody, which the store knows.
 *
 * @param hardware what counts as bound to hardware, if anything does
 * @param at now, in seconds since the epoch
 */
export const verifyRegistration = async (
  response: RegistrationResponse,
  expected: Expected,
  hardware: HardwarePolicy | undefined,
  at: number,
): Promise<Result<PasskeyMaterial, Fault>> => {
  const fault = faultOfClientData(response.clientData, 'webauthn.create', expected);
  if (fault) return refused(fault);
  const { decodeAttestationObject } = await readers();
  const attestation = await accepted(async () => decodeAttestationObject(bytes(response.attestationObject)));
  const authData = await accepted(async () => attestation?.get('authData'));
  const authenticator = authData instanceof Uint8Array ? readAuthenticatorData(authData) : undefined;
  if (!attestation || !authenticator) return refused('attestation');
  const second = faultOfAuthenticator(authenticator, expected);
  if (second) return refused(second);
  const registered = await registrationOf(response, expected);
  if (!registered || registered.credential.id !== response.id) return refused('attestation');
  const facts = {
    attestationFormat: registered.fmt,
    aaguid: registered.aaguid,
    backupEligible: authenticator.backupEligible,
  };
  return ok({
    ...facts,
    credentialId: response.id,
    publicKey: Buffer.from(registered.credential.publicKey).toString('base64url'),
    signCount: authenticator.signCount,
    uvInitialized: authenticator.userVerified,
    transports: response.transports,
    backedUp: authenticator.backedUp,
    hardwareBound: isHardwareBound({ ...facts, chain: chainIn(attestation.get('attStmt')) }, hardware, at),
  });
};

/** Whatever CBOR can hold may stand where the statement should. */
const chainIn = (statement: unknown): readonly Uint8Array[] => {
  const chain: unknown = statement instanceof Map ? statement.get('x5c') : undefined;
  return Array.isArray(chain) ? chain.filter((one) => one instanceof Uint8Array) : [];
};

const registrationOf = async (response: RegistrationResponse, { party, challenge, userVerification }: Expected) => {
  const { verifyRegistrationResponse } = await library();
  const { id, clientDataJSON, attestationObject } = response;
  const verified = await accepted(() =>
    verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        response: { clientDataJSON, attestationObject },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: userVerification,
      supportedAlgorithmIDs: [...ALGORITHMS],
    }),
  );
  return verified?.registrationInfo;
};
