import { html } from 'hono/html';
import type { Deps } from '../deps.ts';
import { textField } from '../pages/field.ts';
import { passwordLimits } from '../throttle/limits.ts';
import type { Factor, FactorTraits } from './factor.ts';
import { PasswordHasherBusy } from './password-hasher.ts';

export const passwordTraits: FactorTraits = {
  factor: 'password',
  kinds: ['knowledge'],
  first: true,
  phishingResistant: false,
  hardwareBound: false,
  amr: ['pwd'],
};

/** A password. Its material: `{ hash }`, a PHC string. */
export const passwordFactor: Factor = {
  name: 'password',
  strength: 10,
  proves: () => passwordTraits,
  best: [passwordTraits],
  available: () => true,
  typed: ['password'],
  limits: ({ username, address, knownBrowser }) => passwordLimits(username, address, knownBrowser),
  check: async ({ authenticator }, answer, _ceremony, at, deps) => {
    const typed = answer('password') ?? '';
    const stored = authenticator.material.hash;
    const verdict = await deps.passwords.verify(typeof stored === 'string' ? stored : undefined, typed);
    if (!verdict.valid) return { valid: false, reason: 'wrong' };
    const proven = {
      valid: true,
      event: { ...passwordTraits, authenticator: authenticator.id, at },
      consume: [],
      retire: [],
      // Of a password that was changed while it was being checked, nothing is proven.
      material: { seen: { hash: stored }, becomes: {} },
    } as const;
    if (!verdict.needsRehash) return proven;
    const hash = await strongerHash(typed, deps);
    return hash === undefined ? proven : { ...proven, material: { ...proven.material, becomes: { hash } } };
  },
  view: {
    kind: 'password',
    way: (t) => t.ways.password,
    hint: () => undefined,
    question: ({ error }, t) => ({
      fields: html`${textField({
        name: 'password',
        label: t.login.password,
        type: 'password',
        autocomplete: 'current-password',
        error,
        autofocus: true,
      })}
<label class="check" hidden><input type="checkbox" data-reveals="password">${t.login.showPassword}</label>`,
    }),
    refused: (reason, t) => (reason === 'missing' ? t.errors.passwordMissing : t.errors.wrongPasswordAgain),
  },
};

/** A right password stays right when there is no time just now to hash it anew. */
const strongerHash = async (password: string, deps: Deps): Promise<string | undefined> => {
  try {
    return await deps.passwords.hash(password);
  } catch (error) {
    if (error instanceof PasswordHasherBusy) return undefined;
    throw error;
  }
};

/** Does for nobody the work that a password costs, so that unknown users take as long as known ones. */
export const spendPasswordWork = async (typed: string, deps: Deps): Promise<void> => {
  await deps.passwords.verify(undefined, typed);
};
