import type { Proof } from '../authentication-event.ts';

/** Which proofs count: all, those that are more than knowledge, or those that resist phishing. */
export type ProofClass = 'any' | 'not-knowledge' | 'phishing-resistant' | 'phishing-resistant-hardware';

/**
 * A level of assurance, as data. A level is *earned* when the events hold a first factor, `kinds` different kinds
 * of proof, and at least one proof of the class `shownBy`; its moment is the latest proof of the class `renewedBy`.
 */
export interface Level {
  /** The value of `acr` (OpenID Connect Core 1.0, section 2). */
  readonly acr: string;
  /** Other names under which clients may ask for it; the name that was asked for is given back. */
  readonly aliases: readonly string[];
  /** How many different kinds (knowledge, possession, inherence) must have been shown. */
  readonly kinds: 1 | 2 | 3;
  readonly shownBy: ProofClass;
  readonly renewedBy: ProofClass;
}

/** Auth0's name for two factors: PAPE's `multi-factor`. */
export const PAPE_MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

/**
 * The levels that Stile knows by default, strongest first. The order decides only which of several earned levels is
 * reported; it never implies that one level contains another: that follows from the events alone.
 *
 * `phr` and `phrh` are OpenID Connect EAP ACR Values 1.0.
 */
export const defaultLevels: readonly Level[] = [
  {
    acr: 'phrh',
    aliases: [],
    kinds: 1,
    shownBy: 'phishing-resistant-hardware',
    renewedBy: 'phishing-resistant-hardware',
  },
  { acr: 'phr', aliases: [], kinds: 1, shownBy: 'phishing-resistant', renewedBy: 'phishing-resistant' },
  { acr: 'mfa', aliases: [PAPE_MULTI_FACTOR], kinds: 2, shownBy: 'any', renewedBy: 'not-knowledge' },
  { acr: '1fa', aliases: [], kinds: 1, shownBy: 'any', renewedBy: 'any' },
];

/** Whether a proof belongs to a class. */
export const belongsTo = (proof: Proof, proofClass: ProofClass): boolean => {
  switch (proofClass) {
    case 'any':
      return true;
    case 'not-knowledge':
      return proof.kinds.some((kind) => kind !== 'knowledge');
    case 'phishing-resistant':
      return proof.phishingResistant;
    case 'phishing-resistant-hardware':
      return proof.phishingResistant && proof.hardwareBound;
  }
};

/** The level that a name or an alias stands for; `undefined` when there is none. */
export const levelNamed = (levels: readonly Level[], name: string): Level | undefined =>
  levels.find((level) => level.acr === name || level.aliases.includes(name));
