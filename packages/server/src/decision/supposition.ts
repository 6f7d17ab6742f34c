/** What is supposed of a sign-in that does not happen: who, for what, and what they have proven. Read from a command line or a request. */
import type { Instant, Prompt, Result } from '@stile/core';
import { instant, ok, PROMPTS, refused, words } from '@stile/core';
import { z } from 'zod';
import { duration } from '../config/duration.ts';

/** A factor that was proven so long before. */
export interface SupposedProof {
  readonly factor: string;
  readonly secondsAgo: number;
}

export interface Supposition {
  readonly username: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly audience?: string;
  readonly acrValues: readonly string[];
  readonly maxAgeSeconds?: number;
  readonly prompt: readonly Prompt[];
  /** When; now unless it says. */
  readonly at?: Instant;
  /** Nothing: they are not signed in. */
  readonly proven: readonly SupposedProof[];
  /** The factors that they have; as they are enrolled unless it says. */
  readonly enrolled?: readonly string[];
  /** Whether the browser is one in which they were not accepted before. */
  readonly newDevice: boolean;
  /** Where they come from: a country by its two letters. */
  readonly country?: string;
  /** How many of their proofs were refused before they signed in. */
  readonly failures: number;
  /** Whether they had the browser remembered, just now and at every level by which that can be. */
  readonly remembered: boolean;
  /** Whether the bound Actions are asked as well. */
  readonly actions: boolean;
}

const MOST = 20;
const name = z.string().min(1).max(200);
const namesIn = z.string().max(2000).transform(words);
const prompt = z.enum(PROMPTS);

const schema = z.strictObject({
  username: name,
  client_id: name,
  scope: namesIn.default([]),
  audience: name.optional(),
  acr_values: namesIn.default([]),
  max_age: duration.optional(),
  prompt: namesIn.pipe(z.array(prompt)).default([]),
  at: z.union([z.int().nonnegative(), z.iso.datetime({ offset: true })]).optional(),
  proven: z
    .array(z.strictObject({ factor: name, ago: duration.default(0) }))
    .max(MOST)
    .default([]),
  enrolled: z.array(name).max(MOST).optional(),
  new_device: z.boolean().default(false),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'Write a country as its two letters: CH.')
    .optional(),
  failures: z.int().min(0).max(1000).default(0),
  remembered: z.boolean().default(false),
  actions: z.boolean().default(true),
});

type Parsed = z.output<typeof schema>;

const YEAR_5000 = 95_617_584_000;

const momentOf = (at: Parsed['at']): Instant | undefined => {
  if (at === undefined) return undefined;
  const seconds = typeof at === 'number' ? at : Math.floor(Date.parse(at) / 1000);
  return Number.isSafeInteger(seconds) && seconds >= 0 && seconds < YEAR_5000 ? instant(seconds) : undefined;
};

/** @returns what is wrong with it, in a sentence, where it cannot be read */
export const parseSupposition = (input: unknown): Result<Supposition, string> => {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refused(`${issue?.path.join('.') || 'What is supposed'}: ${issue?.message ?? 'cannot be read'}`);
  }
  const { username, client_id: clientId, scope: scopes, audience, acr_values: acrValues, max_age, at } = parsed.data;
  const { proven, enrolled, new_device: newDevice, country, failures, remembered, actions } = parsed.data;
  const moment = momentOf(at);
  if (at !== undefined && moment === undefined) return refused('at: That is not a moment in seconds.');
  return ok({
    username,
    clientId,
    scopes,
    acrValues,
    prompt: parsed.data.prompt,
    proven: proven.map(({ factor, ago }) => ({ factor, secondsAgo: ago })),
    newDevice,
    failures,
    remembered,
    actions,
    ...(audience !== undefined && { audience }),
    ...(max_age !== undefined && { maxAgeSeconds: max_age }),
    ...(moment !== undefined && { at: moment }),
    ...(enrolled && { enrolled }),
    ...(country !== undefined && { country }),
  });
};
