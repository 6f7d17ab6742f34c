import type { Proof } from '@stile/core';

/**
 * What one kind of authenticator proves, whoever's it is. An authentication event copies these facts at the moment of
 * the proof, so that they stay true of that proof and a later change of this table rewrites no history.
 */
export interface FactorTraits extends Omit<Proof, 'authenticator'> {
  /** The order in which factors that would do are offered, the highest first. It satisfies no requirement. */
  readonly strength: number;
}

/** The factors whose proof depends on nothing but a stored secret. */
export const factors: Readonly<Record<'password' | 'totp' | 'recovery-code', FactorTraits>> = {
  password: {
    factor: 'password',
    kinds: ['knowledge'],
    first: true,
    phishingResistant: false,
    hardwareBound: false,
    amr: ['pwd'],
    strength: 10,
  },
  totp: {
    factor: 'totp',
    kinds: ['possession'],
    first: false,
    phishingResistant: false,
    hardwareBound: false,
    amr: ['otp'],
    strength: 30,
  },
  'recovery-code': {
    factor: 'recovery-code',
    // A look-up secret is something one has (NIST SP 800-63B-4, section 3.1.2), and RFC 8176 has no closer value for
    // it than a one-time password. A sheet of codes is for the day the phone is lost, so it is offered last of its kind.
    kinds: ['possession'],
    first: false,
    phishingResistant: false,
    hardwareBound: false,
    amr: ['otp'],
    strength: 20,
  },
};
