/** What the configuration says of passkeys and security keys. */
import { z } from 'zod';

/** Browsers send origins in one form, and a configured one in another would never be met. */
const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text),
    'Write the origin as browsers do: scheme, host and port, in lower case, without a path: https://app.example.com',
  );

const aaguid = z
  .string()
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'An AAGUID is written like a UUID, in lower case: 2fc0579f-8113-47ea-b116-bb5a8db9202a',
  )
  .refine(
    (text) => text !== '00000000-0000-0000-0000-000000000000',
    'The AAGUID of zeros is what authenticators say that keep theirs to themselves.',
  );

const certificate = z
  .string()
  .regex(
    /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/,
    'Write one certificate in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
  );

const domain = z
  .string()
  .regex(
    /^(?!.*\.[0-9]+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    'A relying party is named by a domain, in lower case, without scheme and port: example.com',
  );

export const webauthnSchema = z.strictObject({
  /** Whether passkeys and security keys are offered. */
  enabled: z.boolean().default(true),
  /** Whether somebody who has just confirmed by a code is offered a passkey, where their device has them. */
  offer: z.boolean().default(true),
  /** The relying party: the host of the issuer, or a domain above it. Passkeys belong to it; changing it makes every one useless. */
  rpId: domain.optional(),
  /** Origins besides the issuer's own where people may use them (related origin requests). */
  origins: z.array(origin).max(20).default([]),
  /** Origins of pages that may show ours in a frame while somebody uses a passkey there. None by default. */
  topOrigins: z.array(origin).default([]),
  /** Whether a new one has to verify its user (by PIN, finger or face), or is welcome without. */
  userVerification: z.enum(['required', 'preferred']).default('preferred'),
  /** What counts as bound to hardware: models, and the roots that vouch for them. Without this, nothing does. */
  hardware: z
    .strictObject({
      aaguids: z.array(aaguid).min(1),
      /** Certificates, in PEM, that attestations of these models must lead to. */
      roots: z.array(certificate).default([]),
      /** A file of the FIDO Metadata Service, whose roots count for the models it describes as protected by hardware. */
      metadataFile: z.string().min(1).optional(),
    })
    .refine(
      ({ roots, metadataFile }) => roots.length > 0 || metadataFile !== undefined,
      'Give roots or a metadataFile: an attestation that leads nowhere proves nothing.',
    )
    .optional(),
});

export type WebauthnSettings = z.output<typeof webauthnSchema>;
