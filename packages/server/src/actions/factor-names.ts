/** Auth0's names of factors, and ours. */
import type { Json, JsonObject } from './call.ts';
import type { EnrolledInput } from './event-input.ts';
import { defined } from './json.ts';

/** The types that `challengeWith` and its like know, and the factor of ours that each stands for. */
const FACTORS: ReadonlyMap<string, string> = new Map([
  ['otp', 'totp'],
  ['push-notification', 'push'],
  ['phone', 'phone'],
  ['email', 'email'],
  ['recovery-code', 'recovery-code'],
  // One key may be either, depending on where it is used: for us it is the same factor.
  ['webauthn-roaming', 'webauthn'],
  ['webauthn-platform', 'webauthn'],
]);

export const FACTOR_TYPES: readonly string[] = [...FACTORS.keys()];

export const factorOfType = (type: string): string | undefined => FACTORS.get(type);

/** Auth0's type of one of our factors; nothing for what it does not count as a second one. */
export const typeOfFactor = (factor: string, isPlatform = false): string | undefined => {
  if (factor === 'webauthn') return isPlatform ? 'webauthn-platform' : 'webauthn-roaming';
  for (const [type, name] of FACTORS) if (name === factor) return type;
  return undefined;
};

const enrolledFactor = ({ factor, isPlatform, channel }: EnrolledInput): readonly JsonObject[] => {
  const type = typeOfFactor(factor, isPlatform);
  if (type === undefined) return [];
  const options = channel === undefined ? undefined : { preferredMethod: channel };
  return [defined({ type, method: channel, options })];
};

/** `event.user.enrolledFactors`: each kind once. */
export const enrolledFactors = (authenticators: readonly EnrolledInput[]): readonly JsonObject[] => {
  const all = authenticators.flatMap(enrolledFactor);
  return all.filter((one, index) => all.findIndex(({ type }) => type === one.type) === index);
};

/** What makes nobody enrolled by itself: every verified person has an address, and codes are there for when the rest is lost. */
const DEPENDENT = ['email', 'recovery-code'];

/** `event.user.multifactor`: what is enrolled and stands by itself. */
export const multifactorOf = (enrolled: readonly JsonObject[]): readonly Json[] =>
  enrolled.flatMap(({ type }) => (typeof type === 'string' && !DEPENDENT.includes(type) ? [type] : []));
