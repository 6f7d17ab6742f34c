import type { AuthenticationEvent, Instant, RequestedClaims, Requirement, RequirementSource } from '@stile/core';
import { isInstant } from '@stile/core';
import { z } from 'zod';
import type { Asked } from '../../../metrics/recorder.ts';
import type { Coordinates, CustomClaims, RecordedMethod } from '../../records.ts';

/*
 * The shapes of JSON columns. They are strict: a field that is not known here is an error, never dropped in silence,
 * because a requirement that lost a field would demand less than was decided.
 */

const seconds = z.custom<Instant>(isInstant);
const strings = z.array(z.string());

export const listOfTexts: z.ZodType<readonly string[]> = strings;

const authenticationEvent: z.ZodType<AuthenticationEvent> = z.strictObject({
  authenticator: z.string(),
  factor: z.string(),
  kinds: z.array(z.enum(['knowledge', 'possession', 'inherence'])),
  first: z.boolean(),
  phishingResistant: z.boolean(),
  hardwareBound: z.boolean(),
  amr: strings,
  at: seconds,
});

const requirementSource: z.ZodType<RequirementSource> = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('request'),
    parameter: z.enum(['acr_values', 'claims', 'max_age', 'prompt']),
  }),
  z.strictObject({ from: z.literal('scope'), audience: z.string(), scope: z.string() }),
  z.strictObject({ from: z.literal('client') }),
  z.strictObject({ from: z.literal('user') }),
  z.strictObject({ from: z.literal('role'), role: z.string() }),
  z.strictObject({ from: z.literal('risk'), signal: z.string() }),
  z.strictObject({ from: z.literal('action'), action: z.string() }),
]);

const requirement: z.ZodType<Requirement> = z.strictObject({
  source: requirementSource,
  acr: strings.exactOptional(),
  asked: strings.exactOptional(),
  since: seconds.exactOptional(),
  factors: strings.exactOptional(),
  binds: z.enum(['proof', 'every']),
  voluntary: z.literal(true).exactOptional(),
});

export const listOfStrings: z.ZodType<readonly string[]> = strings;
export const namesOfClaims: z.ZodType<RequestedClaims> = z.strictObject({ idToken: strings, userinfo: strings });
export const listOfEvents: z.ZodType<readonly AuthenticationEvent[]> = z.array(authenticationEvent);
export const listOfRequirements: z.ZodType<readonly Requirement[]> = z.array(requirement);
/** An object whose shape belongs to somebody else (a factor, a step, an endpoint), who parses it again. */
export const anyObject: z.ZodType<Readonly<Record<string, unknown>>> = z.record(z.string(), z.unknown());
/** Claims that Actions put into tokens. */
export const claimsOfActions: z.ZodType<CustomClaims> = z.strictObject({ accessToken: anyObject, idToken: anyObject });
/** Methods that Actions saw completed elsewhere. */
export const listOfMethods: z.ZodType<readonly RecordedMethod[]> = z.array(
  z.strictObject({ url: z.string(), at: seconds }),
);
export const whereItLies: z.ZodType<Coordinates> = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});
/** What a person was asked. */
export const whatIsAsked: z.ZodType<Asked> = z.strictObject({
  step: z.enum(['login', 'select-account', 'challenge', 'enrol', 'consent']),
  factor: z.string(),
  reason: z.string(),
});
