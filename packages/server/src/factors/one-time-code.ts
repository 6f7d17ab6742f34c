/**
 * Codes that the server sends and a person types: six digits, each equally likely. What is kept is their HMAC, salted and for one
 * ceremony; it may be tried so often and no more, whoever tries, and a new code takes the place of the former.
 */
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import { equalInConstantTime, hmacSha256, sha256 } from '../digest.ts';
import type { Ceremony } from '../store/records.ts';
import type { Refusal, Somebody } from './factor.ts';

const DIGITS = 6;
const CODES = 10 ** DIGITS;

/** The greatest multiple of a million that four bytes can hold: what lies beyond would make some codes likelier. */
const FAIR_BELOW = Math.floor(2 ** 32 / CODES) * CODES;

/** A new code. */
export const newOneTimeCode = ({ randomBytes }: Pick<Deps, 'randomBytes'>): string => {
  for (;;) {
    const drawn = Buffer.from(randomBytes(4)).readUInt32BE();
    if (drawn < FAIR_BELOW) return String(drawn % CODES).padStart(DIGITS, '0');
  }
};

/** Reads a code as people type or paste it. */
export const normaliseOneTimeCode = (typed: string): string | undefined => {
  if (typed.length > 32) return undefined;
  const code = typed.replace(/[\s\u2010-\u2015-]/gu, '');
  return /^[0-9]{6}$/.test(code) ? code : undefined;
};

/** Where a code went. */
interface Destination {
  readonly to: string;
}

const digestOf = (code: string, salt: string, ceremonyId: string, { secrets }: Pick<Deps, 'secrets'>): string =>
  hmacSha256(secrets.csrf, `one-time code\n${ceremonyId}\n${salt}\n${code}`);

/** What a ceremony keeps of a code. */
export const keptCode = (
  code: string,
  ceremonyId: string,
  { to }: Destination,
  deps: Pick<Deps, 'randomBytes' | 'secrets'>,
): Ceremony['data'] => {
  const salt = Buffer.from(deps.randomBytes(16)).toString('base64url');
  return { to, salt, digest: digestOf(code, salt, ceremonyId, deps) };
};

/** Where the code of a ceremony went; nothing when it has none. */
export const sentTo = ({ to }: Ceremony['data']): string | undefined => (typeof to === 'string' ? to : undefined);

/** So many tries has one code, and none later: it does not live that long. */
const TRIES = { burst: 5, intervalSeconds: 3600 } as const;

/** What a code must have been sent for. */
interface Meant extends Pick<Ceremony, 'purpose' | 'factor' | 'userId' | 'authenticatorId'> {
  /** Where it must have gone; anywhere unless given. */
  readonly to?: string | undefined;
}

const isMeant = (ceremony: Ceremony, { to, ...meant }: Meant): boolean =>
  ceremony.purpose === meant.purpose &&
  ceremony.factor === meant.factor &&
  ceremony.userId === meant.userId &&
  ceremony.authenticatorId === meant.authenticatorId &&
  (to === undefined || sentTo(ceremony.data) === to);

/**
 * Judges what was typed. A right code is not used up by this: that happens together with what it proves.
 *
 * @returns why it is not accepted; nothing when it is right
 */
export const judgeOneTimeCode = async (
  typed: string,
  ceremony: Ceremony | undefined,
  meant: Meant,
  deps: Pick<Deps, 'now' | 'secrets' | 'store'>,
): Promise<Refusal | undefined> => {
  // T13: sent for another purpose, person or place, it is as good as none.
  if (!ceremony || !isMeant(ceremony, meant) || ceremony.expiresAt <= deps.now()) return 'expired';
  const code = normaliseOneTimeCode(typed);
  if (code === undefined) return 'wrong';
  // Counted before it is judged, so that no two at once get more tries than one after the other.
  const tries = await deps.store.throttles.take([{ key: `sentCode:${sha256(ceremony.id)}`, ...TRIES }], deps.now());
  if (!tries.allowed) return 'expired';
  const { salt, digest } = ceremony.data;
  if (typeof salt !== 'string' || typeof digest !== 'string') return 'unverifiable';
  return equalInConstantTime(digestOf(code, salt, ceremony.id, deps), digest) ? undefined : 'wrong';
};

/** Notes that a code was sent, and where to as far as its owner recognises it. */
export const recordSent = (
  { user, caller }: Pick<Somebody, 'user' | 'caller'>,
  sent: {
    readonly factor: string;
    readonly channel: string;
    readonly to: string;
    readonly authenticator: string | null;
  },
  deps: Pick<Deps, 'now' | 'randomBytes' | 'store'>,
): Promise<void> =>
  deps.store.audit.append([
    auditRecord(deps, 'code.sent', { userId: user.id, requestId: caller.requestId, details: { ...sent } }),
  ]);
