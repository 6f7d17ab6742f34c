import { z } from 'zod';
import { duration } from './duration.ts';

/** A host, all hosts below one, or a whole origin. */
const service = z
  .string()
  .regex(
    /^(?:(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+|https?:\/\/[^/?#\s]+)$/,
    'Name a push service by its host (updates.push.services.mozilla.com), all below one (*.notify.windows.com), or an origin.',
  );

/** Approval on the person's own browser or phone. */
export const pushSchema = z.strictObject({
  enabled: z.boolean().default(true),
  /** How long a question can be answered. */
  answerWithin: duration
    .refine((seconds) => seconds >= 30 && seconds <= 120, 'A question can be answered for 30 seconds to two minutes.')
    .default(90),
  /**
   * The push services that are called, and no other address whatever a device says. Without any, devices ask by themselves
   * as long as their page is open.
   */
  services: z
    .array(service)
    .default(['fcm.googleapis.com', 'updates.push.services.mozilla.com', '*.push.apple.com', '*.notify.windows.com']),
  /** Whom a push service may turn to (RFC 8292, section 2.1); the issuer if that is https. */
  contact: z
    .string()
    .regex(/^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s]+)$/, 'Use mailto: with an address, or an https: address.')
    .optional(),
  /** Whether a question that its owner reports ends the session that asked. */
  endReportedSession: z.boolean().default(true),
});
