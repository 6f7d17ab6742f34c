import { z } from 'zod';
import { duration, lifetime } from './duration.ts';

const e164 = z.string().regex(/^\+[1-9][0-9]{6,14}$/, 'Write a number as +4930123456, without spaces.');

/** Plain http is for a provider on this very machine: a test. */
const providerAddress = z
  .string()
  .regex(
    /^(?:https:\/\/[^\s/?#@]+|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)(?:\/[^\s?#]*)?$/,
    'Use an https: address without a query.',
  );

const twilio = z.strictObject({
  kind: z.literal('twilio'),
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/i, 'An account SID is AC and 32 hexadecimal digits.'),
  authToken: z.string().min(16).max(200),
  /** The number that messages and calls come from, or the name that text messages show. */
  from: z.union([e164, z.string().regex(/^[A-Za-z0-9 ]{1,11}$/)], 'Write a number, or a name of up to eleven letters.'),
  address: providerAddress.default('https://api.twilio.com'),
});

const webhook = z.strictObject({
  kind: z.literal('webhook'),
  address: providerAddress,
  secret: z.string().min(32, 'A secret has at least 32 characters; make it random.').max(500),
});

/** So many messages at once, and one more every so often. */
const budget = (burst: number, everySeconds: number) =>
  z
    .strictObject({ burst: z.int().min(1).max(1_000_000).default(burst), every: lifetime.default(everySeconds) })
    .prefault({});

const HOUR = 3600;

/** Codes by text message and by call. */
export const phoneSchema = z
  .strictObject({
    provider: z.discriminatedUnion('kind', [twilio, webhook]).optional(),
    /** The countries that are sent to, by calling code: `+49`. Nothing costs money anywhere else. */
    regions: z.array(z.string().regex(/^\+[1-9][0-9]{0,5}$/, 'Write a calling code: +49')).default([]),
    /** Whether codes by phone count as a proof: restricted, for numbers can be taken over. */
    factor: z.boolean().default(true),
    /** Whether people may be called in place of being sent a text message. */
    voice: z.boolean().default(false),
    /** Whether somebody without a second proof may enrol a phone while they step up, behind the guard. */
    guarded: z.boolean().default(false),
    timeout: duration.refine((seconds) => seconds >= 1 && seconds <= 60, 'Wait for a second to a minute.').default(10),
    /** What may be spent, whoever asks: what somebody earns by having numbers called is bounded by it. */
    budgets: z
      .strictObject({
        /** Messages to one number. */
        number: budget(5, HOUR / 2),
        /** To numbers that differ in their last three digits only: fraud takes them in a row. */
        prefix: budget(10, 600),
        /** That one network causes. */
        network: budget(10, 600),
        /** All together. */
        everybody: budget(300, 20),
      })
      .prefault({}),
  })
  .refine(({ provider, regions }) => provider === undefined || regions.length > 0, {
    path: ['regions'],
    message: "Name the countries that messages may go to, by calling code: ['+49', '+43']",
  });

export type PhoneProviderSettings = z.output<typeof twilio> | z.output<typeof webhook>;
