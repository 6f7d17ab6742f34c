import { isJsonObject } from '@stile/core';
import { codeSheet } from '../pages/factors/recovery-code.ts';
import { textField } from '../pages/field.ts';
import type { Once } from '../store/ports.ts';
import type { Authenticator, Ceremony } from '../store/records.ts';
import { limitsOf } from '../throttle/limits.ts';
import type { Factor, FactorTraits } from './factor.ts';
import { generateRecoveryCodes, hashRecoveryCode, matchRecoveryCode } from './recovery-code.ts';

const recoveryCodeTraits: FactorTraits = {
  factor: 'recovery-code',
  // A look-up secret is something one has (NIST SP 800-63B-4, section 3.1.2), and RFC 8176 has no closer value for
  // it than a one-time password. A sheet of codes is for the day the phone is lost, so it is offered last of its kind.
  kinds: ['possession'],
  first: false,
  phishingResistant: false,
  hardwareBound: false,
  amr: ['otp'],
};

const ENROLMENT_SECONDS = 900;

/** A sheet of recovery codes. Its material: `{ codes: [{ id, hash }] }`. */
export const recoveryCodeFactor: Factor = {
  name: 'recovery-code',
  strength: 20,
  proves: () => recoveryCodeTraits,
  best: [recoveryCodeTraits],
  available: () => true,
  usable: async (authenticator, store) => {
    const keys = recoveryCodesOf(authenticator).map(({ id }) => recoveryCodeOnce(authenticator, id).key);
    const used = await store.authenticators.usedOf('recovery-code', keys);
    const codesLeft = keys.length - used.length;
    return codesLeft > 0 ? { codesLeft } : undefined;
  },
  typed: ['code'],
  limits: (trier) => limitsOf('recovery-code', trier),
  check: async ({ authenticator }, answer, _ceremony, at) => {
    const typed = answer('code') ?? '';
    const id = matchRecoveryCode(recoveryCodesOf(authenticator), typed);
    if (id === undefined) return { valid: false, reason: 'wrong' };
    return {
      valid: true,
      event: { ...recoveryCodeTraits, authenticator: authenticator.id, at },
      consume: [recoveryCodeOnce(authenticator, id)],
      retire: [],
    };
  },
  view: {
    kind: 'recovery-code',
    way: (t) => t.ways.recoveryCode,
    hint: ({ codesLeft }, t) => t.ways.recoveryCodeHint(codesLeft ?? 0),
    question: ({ codesLeft, error }, t) => {
      const left = codesLeft === undefined ? '' : ` ${t.challenge.codesLeft(codesLeft)}`;
      return {
        fields: textField({
          name: 'code',
          label: t.challenge.recoveryCode,
          look: 'signs',
          autocomplete: 'off',
          hint: `${t.challenge.recoveryCodeHint}${left}`,
          error,
          autofocus: true,
        }),
      };
    },
    refused: (reason, t) => (reason === 'missing' ? t.errors.codeMissing : t.errors.wrongRecoveryCode()),
  },
  enrolment: {
    guarded: false,
    types: ['recovery-code'],
    lifetimeSeconds: ENROLMENT_SECONDS,
    renews: true,
    begin: async (_somebody, _answer, _ceremonyId, deps) => ({
      ok: true,
      data: { codes: generateRecoveryCodes(deps.randomBytes) },
    }),
    question: async (data, { t }) => ({
      title: t.enrol.keepTitle,
      lead: t.enrol.keepWhy,
      fields: codeSheet(shownCodes(data), t),
      button: t.enrol.kept,
    }),
    describe: (data) => ({ recovery_codes: shownCodes(data), recovery_code: shownCodes(data)[0] }),
    // Until they are said to be kept, those of before are good.
    finish: async ({ t }, { id, data }, _answer, at, deps) => {
      const authenticatorId = id.replace(/^cer_/, 'auth_');
      // The names of the codes are new as well, for those of before stay used up.
      const codes = shownCodes(data).map((code, index) => ({
        id: `${id}-${index}`,
        hash: hashRecoveryCode(deps.randomBytes(16), code),
      }));
      return {
        ok: true,
        authenticators: [
          {
            id: authenticatorId,
            factor: 'recovery-code',
            name: t.enrol.recoveryCodesName,
            material: { codes },
            lookup: null,
          },
        ],
        consume: [],
        event: { ...recoveryCodeTraits, authenticator: authenticatorId, at },
      };
    },
    refused: (_reason, t) => t.errors.codeMissing,
  },
};

const shownCodes = ({ codes }: Ceremony['data']): readonly string[] =>
  Array.isArray(codes) ? codes.filter((code) => typeof code === 'string') : [];

/** The stored recovery codes of an authenticator. */
export const recoveryCodesOf = ({
  material,
}: Pick<Authenticator, 'material'>): readonly { readonly id: string; readonly hash: string }[] => {
  const codes = material.codes;
  if (!Array.isArray(codes)) return [];
  return codes.flatMap((code: unknown) =>
    isJsonObject(code) && typeof code.id === 'string' && typeof code.hash === 'string'
      ? [{ id: code.id, hash: code.hash }]
      : [],
  );
};

/** What using a recovery code uses up. */
export const recoveryCodeOnce = (authenticator: Pick<Authenticator, 'id'>, codeId: string): Once => ({
  kind: 'recovery-code',
  key: `${authenticator.id}:${codeId}`,
  expiresAt: null,
});
