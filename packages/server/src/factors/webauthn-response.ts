/** What a browser sends of a passkey, read before it is believed: WebAuthn Level 3, sections 5.1.8, 5.8.1 and 6.1. */
import type { JsonObject } from '@stile/core';
import { isJsonObject, parseJsonObject } from '@stile/core';

/** What the browser says that it was asked, by whom and where. */
export interface ClientData {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
  /** Whether the page that asked stood in a frame of another origin. */
  readonly crossOrigin: boolean;
  /** The origin of the page in the address bar, when it is another. */
  readonly topOrigin: string | undefined;
}

/** What the authenticator says. */
export interface AuthenticatorData {
  /** SHA-256 of the relying party's id. */
  readonly rpIdHash: Uint8Array;
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly signCount: number;
}

interface Credential {
  /** The credential's id, in base64url. */
  readonly id: string;
  readonly clientData: ClientData;
  /** What was signed, as it came, in base64url. */
  readonly clientDataJSON: string;
}

export interface AssertionResponse extends Credential {
  readonly authenticator: AuthenticatorData;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly userHandle: string | undefined;
}

export interface RegistrationResponse extends Credential {
  readonly attestationObject: string;
  /** How the browser reached it; only a hint. */
  readonly transports: readonly string[];
  /** Whether it is part of the device, as the browser says. */
  readonly isPlatform: boolean;
}

/** Section 7.1, step 25: nobody has longer ones. */
const LONGEST_CREDENTIAL_ID = 1023;

const LONGEST_USER_HANDLE = 64;

/** Bytes in base64url, in the one spelling that they have; nothing otherwise. */
const bytesOf = (value: unknown): Uint8Array | undefined => {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]*$/.test(value)) return undefined;
  const bytes = Buffer.from(value, 'base64url');
  return bytes.toString('base64url') === value ? bytes : undefined;
};

const base64url = (value: unknown, longest = Number.MAX_SAFE_INTEGER): string | undefined => {
  const bytes = bytesOf(value);
  const fits = bytes !== undefined && bytes.length > 0 && bytes.length <= longest;
  return fits && typeof value === 'string' ? value : undefined;
};

const readClientData = (json: string): ClientData | undefined => {
  const data = parseJsonObject(Buffer.from(json, 'base64url').toString('utf8'));
  if (!data) return undefined;
  const { type, challenge, origin, crossOrigin, topOrigin } = data;
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') return undefined;
  if (crossOrigin !== undefined && typeof crossOrigin !== 'boolean') return undefined;
  if (topOrigin !== undefined && typeof topOrigin !== 'string') return undefined;
  return { type, challenge, origin, crossOrigin: crossOrigin === true, topOrigin };
};

const SHORTEST_AUTHENTICATOR_DATA = 37;

/** The part of authenticator data that never changes its length; nothing when there is less. */
export const readAuthenticatorData = (bytes: Uint8Array): AuthenticatorData | undefined => {
  const flags = bytes[32];
  if (bytes.length < SHORTEST_AUTHENTICATOR_DATA || flags === undefined) return undefined;
  const has = (bit: number): boolean => (flags & (1 << bit)) !== 0;
  return {
    rpIdHash: bytes.subarray(0, 32),
    userPresent: has(0),
    userVerified: has(2),
    backupEligible: has(3),
    backedUp: has(4),
    signCount: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(33),
  };
};

const readCredential = (
  sent: string,
): { readonly credential: Credential; readonly response: JsonObject; readonly whole: JsonObject } | undefined => {
  const whole = parseJsonObject(sent);
  if (whole?.type !== 'public-key' || !isJsonObject(whole.response)) return undefined;
  const id = base64url(whole.id, LONGEST_CREDENTIAL_ID);
  const clientDataJSON = base64url(whole.response.clientDataJSON);
  if (id === undefined || whole.rawId !== id || clientDataJSON === undefined) return undefined;
  const clientData = readClientData(clientDataJSON);
  return clientData && { credential: { id, clientData, clientDataJSON }, response: whole.response, whole };
};

/** Reads an `AuthenticationResponseJSON` (section 5.1.8); nothing when it is none. */
export const readAssertionResponse = (sent: string): AssertionResponse | undefined => {
  const read = readCredential(sent);
  if (!read) return undefined;
  const { credential, response } = read;
  const authenticatorData = base64url(response.authenticatorData);
  const signature = base64url(response.signature);
  const isAbsent = response.userHandle === undefined || response.userHandle === null;
  const userHandle = isAbsent ? undefined : base64url(response.userHandle, LONGEST_USER_HANDLE);
  const authenticator = readAuthenticatorData(bytesOf(authenticatorData) ?? new Uint8Array());
  if (authenticatorData === undefined || signature === undefined || !authenticator) return undefined;
  if (!isAbsent && userHandle === undefined) return undefined;
  return { ...credential, authenticator, authenticatorData, signature, userHandle };
};

const TRANSPORTS: readonly unknown[] = ['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

/** Reads a `RegistrationResponseJSON` (section 5.1.8); nothing when it is none. */
export const readRegistrationResponse = (sent: string): RegistrationResponse | undefined => {
  const read = readCredential(sent);
  if (!read) return undefined;
  const { credential, response, whole } = read;
  const attestationObject = base64url(response.attestationObject);
  if (attestationObject === undefined) return undefined;
  const transports: readonly unknown[] = Array.isArray(response.transports) ? response.transports : [];
  return {
    ...credential,
    attestationObject,
    transports: [...new Set(transports.filter((one) => typeof one === 'string'))].filter((one) =>
      TRANSPORTS.includes(one),
    ),
    isPlatform: whole.authenticatorAttachment === 'platform',
  };
};
