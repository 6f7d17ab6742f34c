/** What the browser is asked to do: `PublicKeyCredentialCreationOptionsJSON` and `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3, section 5.1.9 and 5.1.10). */
import type { JsonObject } from '@stile/core';
import type { Deps } from '../deps.ts';
import { sha256 } from '../digest.ts';
import type { Authenticator, User } from '../store/records.ts';
import type { PasskeyMaterial } from './webauthn-material.ts';
import { readMaterial } from './webauthn-material.ts';
import type { RelyingParty } from './webauthn-relying-party.ts';
import { ALGORITHMS } from './webauthn-verification.ts';

/** Long enough for somebody who has to look for their key (section 15.1); in milliseconds, which is what browsers count in. */
const TIMEOUT_MILLISECONDS = 300_000;

/** 256 bits. */
const CHALLENGE_BYTES = 32;

export const newChallenge = ({ randomBytes }: Pick<Deps, 'randomBytes'>): string =>
  Buffer.from(randomBytes(CHALLENGE_BYTES)).toString('base64url');

/**
 * What authenticators keep of whose passkey it is: always the same for one person, and nothing that tells who (section 14.6.1).
 */
export const userHandleOf = (userId: string): string => sha256(`webauthn user ${userId}`);

const descriptor = ({ credentialId, transports }: PasskeyMaterial): JsonObject => ({
  type: 'public-key',
  id: credentialId,
  transports,
});

interface Registering {
  readonly party: RelyingParty;
  readonly organisation: string;
  readonly user: User;
  readonly challenge: string;
  /** What they have already: the same one is not enrolled twice. */
  readonly enrolled: readonly Authenticator[];
  readonly userVerification: 'required' | 'preferred';
  /** Whether its maker shall vouch for it. */
  readonly attested: boolean;
}

export const creationOptions = (registering: Registering): JsonObject => {
  const { party, organisation, user, challenge, enrolled, userVerification, attested } = registering;
  const { name } = user.claims;
  return {
    rp: { id: party.id, name: organisation },
    user: {
      id: userHandleOf(user.id),
      name: user.username,
      displayName: typeof name === 'string' ? name : user.username,
    },
    challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: TIMEOUT_MILLISECONDS,
    excludeCredentials: enrolled.flatMap(({ material }) => readMaterial(material) ?? []).map(descriptor),
    authenticatorSelection: {
      residentKey: 'preferred',
      requireResidentKey: false,
      userVerification,
    },
    attestation: attested ? 'direct' : 'none',
    extensions: { credProps: true },
  };
};

/**
 * One that was enrolled without verifying its user proves no more when it does now, so its user is spared it. Beside others the browser is
 * asked to where it can; the others are refused without.
 */
const verification = (materials: readonly PasskeyMaterial[]): string => {
  const verifying = materials.filter(({ uvInitialized }) => uvInitialized).length;
  if (verifying === materials.length) return 'required';
  return verifying === 0 ? 'discouraged' : 'preferred';
};

/** @param materials those that are asked for, the most wanted first; none for any that the person has for this relying party */
export const requestOptions = (
  party: RelyingParty,
  challenge: string,
  materials: readonly PasskeyMaterial[],
): JsonObject => ({
  rpId: party.id,
  challenge,
  timeout: TIMEOUT_MILLISECONDS,
  allowCredentials: materials.map(descriptor),
  userVerification: verification(materials),
});
