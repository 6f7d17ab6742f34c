/** `event.authentication`: what was proven, in Auth0's words, and beside it what it is worth in ours. */
import type { AuthenticationContext, AuthenticationEvent, Instant } from '@stile/core';
import type { Json, JsonObject } from './call.ts';
import type { EventInput, RiskInput } from './event-input.ts';
import { typeOfFactor } from './factor-names.ts';
import { defined } from './json.ts';

export const isoTime = (at: Instant): string => new Date(at * 1000).toISOString();

const firstNames: ReadonlyMap<string, string> = new Map([
  ['password', 'pwd'],
  ['federated', 'federated'],
  ['webauthn', 'passkey'],
  ['email', 'email'],
  ['phone', 'sms'],
]);

/**
 * One event as methods. What begins a session has its own name; anything after it is `mfa`, with the type of its factor. A proof of two
 * kinds at once, a passkey, is both.
 */
const methodsOf = (event: AuthenticationEvent, isPrimary: boolean, isPlatform: boolean): readonly JsonObject[] => {
  const timestamp = isoTime(event.at);
  const name = firstNames.get(event.factor) ?? event.factor;
  const isFirst = isPrimary || event.factor === 'password' || event.factor === 'federated';
  const type = typeOfFactor(event.factor, isPlatform);
  const isSecond = type !== undefined && (!isFirst || event.kinds.length > 1);
  return [...(isFirst ? [{ name, timestamp }] : []), ...(isSecond ? [{ name: 'mfa', timestamp, type }] : [])];
};

const methods = ({ events, person, session }: EventInput): readonly JsonObject[] => {
  const isPlatform = person.authenticators.some((one) => one.factor === 'webauthn' && one.isPlatform === true);
  const primary = events.find(({ first }) => first);
  return [
    ...events.flatMap((event) => methodsOf(event, event === primary, isPlatform)),
    ...(session?.recordedMethods ?? []).map(({ url, at }) => ({ name: url, timestamp: isoTime(at) })),
  ];
};

/** `event.authentication.context`: the members of a token that say what is proven, with the same names and units. */
export const contextMembers = (context: AuthenticationContext): JsonObject => ({
  acr: context.acr,
  acrs: context.acrs,
  amr: context.amr,
  amr_times: context.amrTimes,
  auth_time: context.authTime,
});

/** Auth0's name of a sign of risk, and its code when it is there and when it is not. */
const ASSESSMENTS: ReadonlyMap<string, readonly [name: string, present: string, absent: string]> = new Map([
  ['new_device', ['NewDevice', 'no_match', 'match']],
  ['impossible_travel', ['ImpossibleTravel', 'impossible_travel_from_last_login', 'minimal_travel_from_last_login']],
  // Auth0 has no name for these.
  ['new_country', ['NewCountry', 'no_match', 'match']],
  ['long_absence', ['LongAbsence', 'long_absence', 'recent_login']],
  ['many_failures', ['ManyFailures', 'many_failures', 'few_failures']],
]);

const riskAssessment = (risk: readonly RiskInput[]): JsonObject | undefined => {
  const known = risk.flatMap(({ signal, present, assumed }): readonly (readonly [string, Json])[] => {
    const [name, there, notThere] = ASSESSMENTS.get(signal) ?? [];
    if (name === undefined || there === undefined || notThere === undefined) return [];
    const code = assumed ? 'assessment_not_available' : present ? there : notThere;
    return [[name, { confidence: present || assumed ? 'low' : 'high', code }]];
  });
  if (known.length === 0) return undefined;
  const isRisky = risk.some(({ present, assumed }) => present || assumed);
  return { confidence: isRisky ? 'low' : 'high', version: '1', assessments: Object.fromEntries(known) };
};

export const authenticationOf = (input: EventInput): JsonObject =>
  defined({
    methods: methods(input),
    riskAssessment: riskAssessment(input.risk),
    context: input.context && contextMembers(input.context),
  });
