import type { Proof } from '@stile/core';
import { emailFactor } from './email-factor.ts';
import type { Factor, FactorSettings, FactorTraits } from './factor.ts';
import { federatedFactor } from './federated.ts';
import { passwordFactor } from './password-factor.ts';
import { phoneFactor } from './phone-factor.ts';
import { pushFactor } from './push-factor.ts';
import { recoveryCodeFactor } from './recovery-code-factor.ts';
import { totpFactor } from './totp-factor.ts';
import { webauthnFactor } from './webauthn-factor.ts';

/** Every factor, a line each. */
export const factors: readonly Factor[] = [
  passwordFactor,
  webauthnFactor,
  totpFactor,
  pushFactor,
  recoveryCodeFactor,
  phoneFactor,
  emailFactor,
  federatedFactor,
];

/** A factor by its name, if this server knows it. */
export const factorNamed = (name: string): Factor | undefined => factors.find((factor) => factor.name === name);

export const proofOf = (traits: FactorTraits, authenticator: string): Proof => ({ ...traits, authenticator });

/** What the best authenticators of a kind would prove, as this server is configured. */
const bestOf = (factor: Factor, config: FactorSettings): readonly FactorTraits[] => [
  ...factor.best,
  ...(factor.bestHere?.(config) ?? []),
];

/** What the best authenticators of every kind that this server can ask for would prove. */
export const installedProofs = (config: FactorSettings): readonly Proof[] =>
  factors
    .filter((factor) => factor.available(config))
    .flatMap((factor) => bestOf(factor, config).map((traits, index) => proofOf(traits, `any-${factor.name}-${index}`)));

/** What a person may enrol while stepping up, behind the guard. */
export const enrollableProofs = (config: FactorSettings): readonly Proof[] =>
  factors
    .filter(({ enrolment }) => enrolment?.guarded === true && (enrolment.guardedHere?.(config) ?? true))
    .filter((factor) => factor.available(config))
    .flatMap((factor) => bestOf(factor, config).map((traits, index) => proofOf(traits, `new-${factor.name}-${index}`)));
