import { isJsonObject } from '@stile/core';
import { html } from 'hono/html';
import type { Deps } from '../deps.ts';
import { randomToken } from '../deps.ts';
import { codeSheet } from '../pages/factors/recovery-code.ts';
import { textField } from '../pages/field.ts';
import type { Once } from '../store/ports.ts';
import type { Authenticator, Ceremony } from '../store/records.ts';
import { limitsOf } from '../throttle/limits.ts';
import type { Factor, FactorTraits } from './factor.ts';
import { matchRecoveryCode, recoveryCodesFrom } from './recovery-code.ts';
import type { KeptCodes } from './recovery-sheet.ts';
import { codesShownIn, keptOf } from './recovery-sheet.ts';

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
    begin: async ({ request }, _answer, ceremonyId, deps) => {
      const nonce = randomToken(deps);
      // An application is told them once, and has no page on which they are shown again.
      const codes = codesShownIn(request, nonce, deps) ?? recoveryCodesFrom(randomToken(deps), nonce);
      return {
        ok: true,
        // The names of the codes are new as well, for those of before stay used up.
        data: { nonce, codes: keptOf(codes, (index) => `${ceremonyId}-${index}`, deps) },
        told: { recovery_codes: codes, recovery_code: codes[0] },
      };
    },
    question: async (data, { request, t }, _error, deps) => {
      const codes = shownAgain(data, request, deps);
      return codes
        ? { title: t.enrol.keepTitle, lead: t.enrol.keepWhy, fields: codeSheet(codes, t), button: t.enrol.kept }
        : { title: t.enrol.keepTitle, lead: t.myAccount.add.over, fields: html``, button: null };
    },
    describe: () => ({}),
    // Until they are said to be kept, those of before are good.
    finish: async ({ t }, { id, data }, _answer, at) => {
      const authenticatorId = id.replace(/^cer_/, 'auth_');
      const codes = recoveryCodesOf({ material: data });
      if (codes.length === 0) return { ok: false, reason: 'expired' };
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
    refused: (_reason, t) => t.myAccount.add.over,
  },
};

/** The codes of a sheet that waits; nothing in a browser that would be shown others than those that are going to count. */
const shownAgain = (
  data: Ceremony['data'],
  request: Request,
  deps: Pick<Deps, 'config'>,
): readonly string[] | undefined => {
  const codes = typeof data.nonce === 'string' ? codesShownIn(request, data.nonce, deps) : undefined;
  return matchRecoveryCode(recoveryCodesOf({ material: data }), codes?.[0] ?? '') === undefined ? undefined : codes;
};

/** The stored recovery codes of an authenticator. */
export const recoveryCodesOf = ({ material }: Pick<Authenticator, 'material'>): KeptCodes => {
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
