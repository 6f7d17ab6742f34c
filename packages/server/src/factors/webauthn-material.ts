/** What is kept of a passkey or security key, and what it would prove. */
import type { Authenticator } from '../store/records.ts';
import type { FactorTraits } from './factor.ts';

/** A credential record (WebAuthn Level 3, section 4), as far as it is needed. */
export interface PasskeyMaterial {
  /** In base64url. */
  readonly credentialId: string;
  /** COSE_Key in base64url. */
  readonly publicKey: string;
  readonly signCount: number;
  /** Whether it has verified its user when it was enrolled: from then on it has to, each time. */
  readonly uvInitialized: boolean;
  readonly transports: readonly string[];
  /** Whether its key may be copied to other devices; never changes. */
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  /** The model, as a UUID; zeros when it does not tell. */
  readonly aaguid: string;
  readonly attestationFormat: string;
  /** Whether an attestation that this server trusts says that the key cannot leave its hardware. */
  readonly hardwareBound: boolean;
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;

const isBase64url = (value: unknown): value is string => typeof value === 'string' && BASE64URL.test(value);

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;

/** Reads stored material; nothing when it is not a credential record. What is missing counts as not so. */
export const readMaterial = (material: Authenticator['material']): PasskeyMaterial | undefined => {
  const { credentialId, publicKey, signCount, transports, aaguid, attestationFormat } = material;
  if (!isBase64url(credentialId) || !isBase64url(publicKey) || !isCount(signCount)) return undefined;
  if (typeof material.backupEligible !== 'boolean') return undefined;
  return {
    credentialId,
    publicKey,
    signCount,
    uvInitialized: material.uvInitialized === true,
    transports: Array.isArray(transports) ? transports.filter((one) => typeof one === 'string') : [],
    backupEligible: material.backupEligible,
    backedUp: material.backedUp === true,
    aaguid: typeof aaguid === 'string' ? aaguid : '',
    attestationFormat: typeof attestationFormat === 'string' ? attestationFormat : 'none',
    hardwareBound: material.hardwareBound === true && !material.backupEligible,
  };
};

/**
 * RFC 8176 knows keys kept by hardware and by software. Of a key that cannot be copied and has not said what keeps it neither is
 * known; the word for that is `pop` (OpenID Connect Extended Authentication Profile ACR Values 1.0, section 3).
 */
const keyMethod = ({ hardwareBound, backupEligible }: Kind): string => {
  if (hardwareBound) return 'hwk';
  return backupEligible ? 'swk' : 'pop';
};

type Kind = Pick<PasskeyMaterial, 'uvInitialized' | 'hardwareBound' | 'backupEligible'>;

/** What a passkey of this kind proves: with its user verified two kinds, so that it may begin a session; else that it is there. */
export const passkeyTraits = (kind: Kind): FactorTraits => ({
  factor: 'webauthn',
  kinds: kind.uvInitialized ? ['possession', 'inherence'] : ['possession'],
  first: kind.uvInitialized,
  phishingResistant: true,
  hardwareBound: kind.hardwareBound,
  amr: kind.uvInitialized ? [keyMethod(kind), 'user'] : [keyMethod(kind)],
});

/** What finds it by its credential id alone. */
export const lookupOf = (credentialId: string): string => `webauthn:${credentialId}`;
