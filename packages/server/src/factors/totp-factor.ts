import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Deps } from '../deps.ts';
import { connectApp, totpField } from '../pages/factors/totp.ts';
import type { Once } from '../store/ports.ts';
import type { Authenticator, User } from '../store/records.ts';
import { limitsOf } from '../throttle/limits.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';
import type { Enrolment, Factor, FactorTraits, ProofOutcome } from './factor.ts';
import { qrSvg } from './qr-code.ts';
import { generateSecret, matchTotp, normaliseCode, otpauthUri } from './totp.ts';

export const totpTraits: FactorTraits = {
  factor: 'totp',
  kinds: ['possession'],
  first: false,
  phishingResistant: false,
  hardwareBound: false,
  amr: ['otp'],
};

/** A TOTP step is accepted within a minute and a half of its time; its memory is kept for longer than that. */
const TOTP_MEMORY_SECONDS = 600;

const ENROLMENT_SECONDS = 900;

const secretOf = ({ secret }: Authenticator['material']): Uint8Array | undefined =>
  typeof secret === 'string' ? decodeBase32(secret) : undefined;

/** Checks a code, and says what it uses up: it may serve once, and no earlier one after it (RFC 6238, section 5.2). */
const checkCode = (
  { id, material }: Pick<Authenticator, 'id' | 'material'>,
  typed: string,
  at: Instant,
  deps: Pick<Deps, 'now'>,
): ProofOutcome => {
  const secret = secretOf(material);
  if (!secret) return { valid: false, reason: 'unverifiable' };
  const code = normaliseCode(typed);
  const match = code === undefined ? undefined : matchTotp(secret, code, deps.now());
  if (!match) return { valid: false, reason: 'wrong' };
  const step = (counter: number): Once => ({
    kind: 'totp',
    key: `${id}:${counter}`,
    expiresAt: secondsAfter(deps.now(), TOTP_MEMORY_SECONDS),
  });
  // With a later code the earlier ones of the window are worth nothing any more, whether or not they were seen.
  return {
    valid: true,
    event: { ...totpTraits, authenticator: id, at },
    consume: [step(match.counter)],
    retire: [step(match.counter - 1), step(match.counter - 2)],
  };
};

const uriOf = (data: Authenticator['material'], user: User, { config }: Pick<Deps, 'config'>): string =>
  otpauthUri({ issuer: config.organisation, account: user.username, secret: secretOf(data) ?? new Uint8Array() });

/** An authenticator app (RFC 6238). Its material: `{ secret }`, in base32. */
export const totpFactor: Factor & { readonly enrolment: Enrolment } = {
  name: 'totp',
  strength: 30,
  proves: () => totpTraits,
  best: [totpTraits],
  available: () => true,
  typed: ['code'],
  limits: (trier) => limitsOf('totp', trier),
  check: async ({ authenticator }, answer, _ceremony, at, deps) =>
    checkCode(authenticator, answer('code') ?? '', at, deps),
  view: {
    kind: 'totp',
    way: (t) => t.ways.totp,
    hint: ({ authenticator }) => authenticator.name,
    question: ({ authenticator, error }, t) => ({ fields: totpField(authenticator.name, error, t) }),
    refused: (reason, t) => {
      if (reason === 'missing') return t.errors.codeMissing;
      return reason === 'already_used' ? t.errors.usedCode : t.errors.wrongCode();
    },
  },
  enrolment: {
    guarded: true,
    types: ['totp'],
    lifetimeSeconds: ENROLMENT_SECONDS,
    begin: async (_somebody, _answer, _ceremonyId, deps) => ({
      ok: true,
      data: { secret: encodeBase32(generateSecret(deps.randomBytes)) },
    }),
    question: async (data, { user, t }, error, deps) => {
      const uri = uriOf(data, user, deps);
      const key = { qrSvg: await qrSvg(uri), secret: String(data.secret), otpauthUri: uri };
      return {
        title: t.enrol.scanTitle,
        lead: t.enrol.scanWhy,
        fields: connectApp(key, error, t),
        button: t.enrol.connect,
      };
    },
    describe: (data, user, deps) => ({ barcode_uri: uriOf(data, user, deps), manual_input_code: data.secret }),
    finish: async ({ t }, { id, data }, answer, at, deps) => {
      const authenticatorId = id.replace(/^cer_/, 'auth_');
      const outcome = checkCode({ id: authenticatorId, material: data }, answer('code') ?? '', at, deps);
      if (!outcome.valid) return { ok: false, reason: outcome.reason };
      return {
        ok: true,
        authenticators: [
          {
            id: authenticatorId,
            factor: 'totp',
            name: t.enrol.appName,
            material: { secret: data.secret },
            lookup: null,
          },
        ],
        consume: outcome.consume,
        event: outcome.event,
      };
    },
    refused: (reason, t) => (reason === 'missing' ? t.errors.codeMissing : t.errors.wrongFirstCode),
  },
};
