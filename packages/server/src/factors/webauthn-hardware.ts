/** When a key counts as bound to hardware: its model is named by the configuration, and an attestation leads to a root that vouches for it. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { JsonObject } from '@stile/core';
import { isJsonObject, parseJsonObject } from '@stile/core';
import type { WebauthnSettings } from '../config/webauthn-schema.ts';

/** For each model the roots that vouch for it. */
export type HardwarePolicy = ReadonlyMap<string, readonly X509Certificate[]>;

interface Attested {
  readonly attestationFormat: string;
  readonly aaguid: string;
  readonly backupEligible: boolean;
  /** The certificates of the attestation, the authenticator's own first, in DER. */
  readonly chain: readonly Uint8Array[];
}

/** Formats whose statement is signed by a key of the maker's, over the model and the new key. */
const ATTESTING_FORMATS: readonly string[] = ['packed', 'tpm', 'android-key'];

const LONGEST_CHAIN = 6;

/**
 * Whether an attestation, whose signature was verified, shows that a key cannot leave its hardware.
 *
 * @param at now, in seconds since the epoch
 */
export const isHardwareBound = (attested: Attested, policy: HardwarePolicy | undefined, at: number): boolean => {
  const { attestationFormat, aaguid, backupEligible, chain } = attested;
  const roots = policy?.get(aaguid) ?? [];
  if (roots.length === 0 || backupEligible || !ATTESTING_FORMATS.includes(attestationFormat)) return false;
  if (chain.length === 0 || chain.length > LONGEST_CHAIN) return false;
  const certificates = chain.map(readCertificate);
  return leadsTo(roots, certificates, at * 1000);
};

const readCertificate = (der: Uint8Array | string): X509Certificate | undefined => {
  try {
    return new X509Certificate(typeof der === 'string' ? der : Buffer.from(der));
  } catch {
    return undefined;
  }
};

const isValidAt = ({ validFromDate, validToDate }: X509Certificate, milliseconds: number): boolean =>
  validFromDate.getTime() <= milliseconds && milliseconds <= validToDate.getTime();

/** Each certificate is issued by the next, and the last by a root, or it is that root. */
const leadsTo = (
  roots: readonly X509Certificate[],
  [first, ...others]: readonly (X509Certificate | undefined)[],
  milliseconds: number,
): boolean => {
  if (!first || !isValidAt(first, milliseconds)) return false;
  const alive = roots.filter((root) => isValidAt(root, milliseconds));
  if (alive.some((root) => root.fingerprint256 === first.fingerprint256 || isIssuedBy(first, root))) return true;
  const [issuer] = others;
  return issuer !== undefined && isIssuedBy(first, issuer) && leadsTo(roots, others, milliseconds);
};

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** What a model is described as when its keys cannot leave it (FIDO Registry of Predefined Values, section 3.2). */
const HARDWARE = 'hardware';

/** What a metadata entry may not say of a model that is relied on (FIDO Metadata Service, section 3.1.4). */
const COMPROMISED: readonly unknown[] = [
  'REVOKED',
  'USER_VERIFICATION_BYPASS',
  'ATTESTATION_KEY_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_KEY_PHYSICAL_COMPROMISE',
];

const listIn = (object: JsonObject, name: string): readonly unknown[] => {
  const list = object[name];
  return Array.isArray(list) ? list : [];
};

/**
 * The roots of each model in a file of the FIDO Metadata Service: its payload, or the whole signed document. Its signature is not
 * verified here: whoever names the file vouches for it.
 *
 * @returns nothing when it is no such file
 */
export const readMetadata = (text: string): HardwarePolicy | undefined => {
  const payload = text.trim().startsWith('{')
    ? text
    : Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8');
  const document = parseJsonObject(payload);
  if (!document || !Array.isArray(document.entries)) return undefined;
  return new Map(
    document.entries.filter(isJsonObject).flatMap((entry) => {
      const roots = rootsOfModel(entry);
      return typeof entry.aaguid === 'string' && roots.length > 0 ? [[entry.aaguid, roots] as const] : [];
    }),
  );
};

const rootsOfModel = (entry: JsonObject): readonly X509Certificate[] => {
  const { metadataStatement } = entry;
  if (!isJsonObject(metadataStatement) || !listIn(metadataStatement, 'keyProtection').includes(HARDWARE)) return [];
  const reports = listIn(entry, 'statusReports').filter(isJsonObject);
  if (reports.some(({ status }) => COMPROMISED.includes(status))) return [];
  return listIn(metadataStatement, 'attestationRootCertificates').flatMap((root) =>
    typeof root === 'string' ? (readCertificate(Buffer.from(root, 'base64')) ?? []) : [],
  );
};

const policies = new WeakMap<NonNullable<WebauthnSettings['hardware']>, Promise<HardwarePolicy>>();

/**
 * The policy of a configuration; its file is read once.
 *
 * @throws Error when the file cannot be read or is no metadata
 */
export const hardwarePolicy = async ({ hardware }: WebauthnSettings): Promise<HardwarePolicy | undefined> => {
  if (!hardware) return undefined;
  const policy = policies.get(hardware) ?? loadPolicy(hardware);
  policies.set(hardware, policy);
  return policy;
};

const loadPolicy = async (hardware: NonNullable<WebauthnSettings['hardware']>): Promise<HardwarePolicy> => {
  const { aaguids, roots, metadataFile } = hardware;
  const metadata: HardwarePolicy | undefined =
    metadataFile === undefined ? new Map() : readMetadata(await readFile(metadataFile, 'utf8'));
  if (!metadata) throw new Error(`webauthn.hardware.metadataFile: ${metadataFile} is no FIDO metadata.`);
  const own = roots.flatMap((root) => readCertificate(root) ?? []);
  return new Map(aaguids.map((aaguid) => [aaguid, [...own, ...(metadata.get(aaguid) ?? [])]]));
};
