/** What the configuration says of signs that a sign-in may not be its person's: each can only demand more. */
import { z } from 'zod';
import { duration, lifetime } from './duration.ts';

const DAY_SECONDS = 86_400;

/** No browser keeps the cookie that it is told by any longer. */
const LONGEST_MEMORY_SECONDS = 400 * DAY_SECONDS;

/** Any one of these levels will do. */
export const demandedLevels = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], 'Write one level, or a list with at least one.')
  .transform((value) => [value].flat());

const memory = lifetime
  .refine((seconds) => seconds <= LONGEST_MEMORY_SECONDS, 'Where people were accepted is kept for 400 days at most.')
  .default(90 * DAY_SECONDS);

export const riskSchema = z
  .strictObject({
    /** A browser in which this person was not accepted in that time. */
    newDevice: z
      .strictObject({
        acr: demandedLevels,
        memory,
        /** Whether a browser that its person wanted remembered is spared it. */
        unlessRemembered: z.boolean().default(false),
      })
      .optional(),
    /** A country from which this person was not accepted in that time. */
    newCountry: z.strictObject({ acr: demandedLevels, memory }).optional(),
    /** A place that nobody reaches so fast from where they were accepted last. */
    impossibleTravel: z
      .strictObject({ acr: demandedLevels, kilometresPerHour: z.int().min(100).max(5000).default(1000) })
      .optional(),
    /** Nobody was accepted in this person's name for so long. */
    longAbsence: z.strictObject({ acr: demandedLevels, after: lifetime.default(90 * DAY_SECONDS) }).optional(),
    /** So many proofs were refused, in so long, before the person signed in. */
    manyFailures: z
      .strictObject({
        acr: demandedLevels,
        failures: z.int().min(1).max(100).default(5),
        within: duration.default(DAY_SECONDS),
      })
      .optional(),
    /** The file that says where addresses are: `network,country,latitude,longitude`, a line each. */
    locations: z.string().min(1).optional(),
    /** What a signal counts as whose source fails: as present, as a reason to refuse, or as absent. */
    whenUnknown: z.enum(['raise', 'refuse', 'ignore']).default('raise'),
  })
  .refine(
    ({ newCountry, impossibleTravel, locations }) =>
      (newCountry === undefined && impossibleTravel === undefined) || locations !== undefined,
    'newCountry and impossibleTravel need locations: the file that says where addresses are.',
  );

export type RiskSettings = z.output<typeof riskSchema>;
