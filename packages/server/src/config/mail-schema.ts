import { z } from 'zod';
import { duration } from './duration.ts';

/** One mailbox as it goes into an envelope: nothing in it could end a line or begin another address. */
const mailAddress = z
  .string()
  .max(254)
  .regex(/^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i, 'Write one address: login@fabrikam.example');

const smtp = z
  .strictObject({
    host: z.string().regex(/^[\w.:-]{1,253}$/, 'Name the mail server by its host name or address.'),
    port: z.int().min(1).max(65_535).default(587),
    /**
     * `starttls`: the connection begins in the clear and nothing is sent before it is encrypted; `implicit`: it is encrypted from the start
     * (port 465); `none`: never, for a mail server on this very machine.
     */
    tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
    /** Certificates in PEM of who vouches for the mail server, in place of those that the system trusts. */
    ca: z.string().startsWith('-----BEGIN CERTIFICATE-----', 'Write the certificate in PEM.').optional(),
    user: z.string().min(1).max(320).optional(),
    password: z.string().min(1).max(1000).optional(),
    /** How long the mail server may take for each of its answers. */
    timeout: duration
      .refine((seconds) => seconds >= 1 && seconds <= 120, 'Wait for a second to two minutes.')
      .default(15),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['password'],
    message: 'Write both user and password, or neither.',
  })
  .refine(({ host, tls }) => tls !== 'none' || /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host), {
    path: ['tls'],
    message: 'Codes may only go unencrypted to a mail server on this machine.',
  });

/** Mail to people: codes, links and notices. Without `smtp` none is sent; on a loopback issuer a mailbox in the process takes it. */
export const mailSchema = z
  .strictObject({
    smtp: smtp.optional(),
    /** Whom mails are from. */
    from: mailAddress.optional(),
    /** Whether codes by mail count as a proof (`factor`): restricted, for whoever reads the mailbox has it. */
    factor: z.boolean().default(true),
    /** Whether everybody's verified address is such an authenticator by itself, without having been enrolled. */
    verifiedAddress: z.boolean().default(false),
    /** Whether somebody without a second proof may enrol an address while they step up, behind the guard. */
    guarded: z.boolean().default(false),
  })
  .refine(({ smtp: server, from }) => server === undefined || from !== undefined, {
    path: ['from'],
    message: 'Say whom mails are from: login@fabrikam.example',
  });

export type SmtpSettings = z.output<typeof smtp>;
