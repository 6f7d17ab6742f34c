/** What a sign-in at another OpenID provider is worth here: nothing, unless this says so. */
import { z } from 'zod';
import { duration } from './duration.ts';

const names = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], 'Write one name, or a list with at least one.')
  .transform((value) => [value].flat());

const rule = z
  .strictObject({
    /** The provider said one of these. */
    acr: names.optional(),
    /** The provider said all of these. */
    amr: names.optional(),
    /** Then the sign-in counts as a proof of these kinds. */
    kinds: z.array(z.enum(['knowledge', 'possession', 'inherence'])).min(1),
    phishingResistant: z.boolean().default(false),
  })
  .refine(({ acr, amr }) => acr !== undefined || amr !== undefined, 'Say by which acr or amr the provider shows it.');

const provider = z.strictObject({
  /** As it stands in the ID tokens of the provider. */
  issuer: z
    .string()
    .refine(
      (text) => URL.canParse(text) && new URL(text).protocol === 'https:' && !/[?#]/.test(text),
      'An issuer is an https address without query and fragment.',
    ),
  /** How far its clock may be ahead of ours. */
  clockSkew: duration.refine((seconds) => seconds <= 300, 'Clocks differ by five minutes at most.').default(60),
  /** The first that fits counts. None: whoever signs in there has proven nothing here. */
  earns: z.array(rule).default([]),
});

export const federationSchema = z
  .array(provider)
  .refine(
    (all) => new Set(all.map(({ issuer }) => issuer)).size === all.length,
    'Each provider stands in the list once.',
  )
  .default([]);

export type FederationSettings = z.output<typeof federationSchema>;
