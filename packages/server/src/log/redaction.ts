/**
 * Takes secrets out of words that others wrote: the messages of errors, which may quote what they choked on. Two nets, one behind the
 * other: the secrets that are known at that place, in every form they may be quoted in, and whatever looks like a secret of ours.
 */

const REDACTED = '[redacted]';

/** A shorter value would be found in innocent words. */
const LEAST_LENGTH = 6;

/** So many characters of a secret are as telling as all of it: errors like to cut short what they quote. */
const TELLING_PREFIX = 12;

/** What secrets of this server look like, whoever's they are. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN[\s\S]*?(?:-----END[^-]*-----|$)/g,
  /\b(?:basic|bearer|dpop)\s+[\w.~+/=-]+/gi,
  /\botpauth:\S+/gi,
  /\$argon2\S+|hmac-sha256\$\S+/g,
  /\beyJ[\w-]{6,}(?:\.[\w-]*)*/g,
  // Cookies, codes, refresh tokens, digests, keys, the secrets of authenticator apps.
  /[\w-]{32,}={0,2}/g,
  /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3,}\b/gi,
  /\b\d{6,8}\b/g,
];

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The ways in which somebody may write down the same secret. */
const formsOf = (secret: string): readonly string[] => {
  const bytes = Buffer.from(secret);
  const inUrl = encodeURIComponent(secret.toWellFormed());
  return [secret, inUrl, inUrl.replaceAll('%20', '+'), bytes.toString('base64'), bytes.toString('base64url')];
};

const patternOf = (form: string): string =>
  form.length < TELLING_PREFIX ? escaped(form) : `${escaped(form.slice(0, TELLING_PREFIX))}[^\\s"'<>]*`;

const withoutKnown = (text: string, secrets: readonly string[]): string => {
  const known = secrets.filter(({ length }) => length >= LEAST_LENGTH).flatMap(formsOf);
  // The longest first, so that no part of one is left when a shorter one is found inside it.
  const patterns = [...new Set(known)].toSorted((one, other) => other.length - one.length).map(patternOf);
  return patterns.length === 0 ? text : text.replaceAll(new RegExp(patterns.join('|'), 'g'), REDACTED);
};

/** A text without these secrets, and without what looks like one. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  SHAPES.reduce((rest, shape) => rest.replaceAll(shape, REDACTED), withoutKnown(text, secrets));
