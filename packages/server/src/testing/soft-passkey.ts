/** A passkey of software, for tests: it answers as browsers and authenticators do, and lies where it is told to. */
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto';

type Bytes = Uint8Array;
type Cbor = number | string | Bytes | readonly Cbor[] | ReadonlyMap<number | string, Cbor>;

const isMap = (value: Cbor): value is ReadonlyMap<number | string, Cbor> => value instanceof Map;

const head = (major: number, length: number): Bytes => {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
};

/** CBOR (RFC 8949), as much of it as an attestation takes. */
export const cbor = (value: Cbor): Buffer => {
  if (typeof value === 'number') return Buffer.from(value < 0 ? head(1, -1 - value) : head(0, value));
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (isMap(value)) {
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)])]);
  }
  const items = [...value.values()];
  return Buffer.concat([head(4, items.length), ...items.map(cbor)]);
};

const base64url = (bytes: Bytes): string => Buffer.from(bytes).toString('base64url');

/** The public key as COSE_Key (RFC 9052), for ES256. */
const coseKey = (key: KeyObject): Buffer => {
  const { x, y } = key.export({ format: 'jwk' });
  return cbor(
    new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(String(x), 'base64url')],
      [-3, Buffer.from(String(y), 'base64url')],
    ]),
  );
};

/** What the page asked, as far as it matters. */
export interface Asking {
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
}

/** Whatever a test wants to be otherwise. */
export interface Lies {
  readonly type?: string;
  readonly crossOrigin?: unknown;
  readonly topOrigin?: unknown;
  readonly userPresent?: boolean;
  readonly userVerified?: boolean;
  readonly backupEligible?: boolean;
  readonly backedUp?: boolean;
  readonly signCount?: number;
  readonly userHandle?: string | null;
  readonly credentialId?: Bytes;
  /** Signs with another key. */
  readonly forged?: boolean;
  /** An attestation in place of none: its format and statement, made of what has to be signed. */
  readonly attestation?: (signed: Bytes) => readonly [format: string, statement: ReadonlyMap<string, Cbor>];
}

interface Kind {
  readonly userVerified: boolean;
  readonly backupEligible: boolean;
  /** Whether it counts its signatures. */
  readonly counts: boolean;
  readonly aaguid: string;
}

export class SoftPasskey {
  readonly credentialId: Bytes;
  readonly kind: Kind;
  userHandle: string | undefined;
  signCount = 0;
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(kind: Partial<Kind> = {}, credentialId: Bytes = randomBytes(32)) {
    const zeros = '00000000-0000-0000-0000-000000000000';
    this.kind = { userVerified: true, backupEligible: true, counts: false, aaguid: zeros, ...kind };
    this.credentialId = credentialId;
  }

  get id(): string {
    return base64url(this.credentialId);
  }

  #authenticatorData(rpId: string, lies: Lies, attested: Bytes | undefined): Buffer {
    const { userVerified, backupEligible, counts } = this.kind;
    if (counts) this.signCount += 1;
    const flags = [
      lies.userPresent ?? true,
      false,
      lies.userVerified ?? userVerified,
      lies.backupEligible ?? backupEligible,
      lies.backedUp ?? backupEligible,
      false,
      attested !== undefined,
    ];
    const head = Buffer.alloc(5);
    head[0] = flags.reduce((all, flag, bit) => all | (flag ? 1 << bit : 0), 0);
    head.writeUInt32BE(lies.signCount ?? this.signCount, 1);
    return Buffer.concat([hash('sha256', rpId, 'buffer'), head, attested ?? Buffer.alloc(0)]);
  }

  static #clientData(type: string, { challenge, origin }: Asking, lies: Lies): Buffer {
    const { crossOrigin = false, topOrigin } = lies;
    return Buffer.from(JSON.stringify({ type: lies.type ?? type, challenge, origin, crossOrigin, topOrigin }));
  }

  /** `navigator.credentials.create()`, as JSON. */
  create(asking: Asking, lies: Lies = {}): string {
    const credentialId = lies.credentialId ?? this.credentialId;
    const length = Buffer.from([credentialId.length >> 8, credentialId.length & 255]);
    const aaguid = Buffer.from(this.kind.aaguid.replaceAll('-', ''), 'hex');
    const attested = Buffer.concat([aaguid, length, credentialId, coseKey(this.#key.publicKey)]);
    const authData = this.#authenticatorData(asking.rpId, lies, attested);
    const clientData = SoftPasskey.#clientData('webauthn.create', asking, lies);
    const signed = Buffer.concat([authData, hash('sha256', clientData, 'buffer')]);
    const [format, statement] = lies.attestation?.(signed) ?? ['none', new Map<string, Cbor>()];
    const attestation = new Map<string, Cbor>([
      ['fmt', format],
      ['attStmt', statement],
      ['authData', authData],
    ]);
    const id = base64url(credentialId);
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      response: {
        clientDataJSON: base64url(clientData),
        attestationObject: base64url(cbor(attestation)),
        transports: ['internal', 'hybrid'],
      },
      clientExtensionResults: {},
    });
  }

  /** `navigator.credentials.get()`, as JSON. */
  get(asking: Asking, lies: Lies = {}): string {
    const authData = this.#authenticatorData(asking.rpId, lies, undefined);
    const clientData = SoftPasskey.#clientData('webauthn.get', asking, lies);
    const key =
      lies.forged === true ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : this.#key.privateKey;
    const signature = sign('sha256', Buffer.concat([authData, hash('sha256', clientData, 'buffer')]), key);
    const id = base64url(lies.credentialId ?? this.credentialId);
    const userHandle = lies.userHandle === null ? undefined : (lies.userHandle ?? this.userHandle);
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      response: {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url(authData),
        signature: base64url(signature),
        userHandle,
      },
      clientExtensionResults: {},
    });
  }
}
