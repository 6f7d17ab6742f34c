/** Mail over SMTP (RFC 5321). */
import type { SmtpSettings } from '../config/mail-schema.ts';
import { Undelivered } from './outbox.ts';

/** One mail, to one mailbox. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What the other side, or the library, calls a failure: a number or a word, and nothing that it quotes. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'broken';
  if ('responseCode' in error && typeof error.responseCode === 'number') return String(error.responseCode);
  return 'code' in error && typeof error.code === 'string' && /^[A-Z_]{2,40}$/.test(error.code) ? error.code : 'broken';
};

/**
 * RFC 5321, section 4.2.1: what begins with a four may succeed later, what begins with a five never will. A login that was refused needs a
 * person. A connection that broke may have been after the mail was taken: better the same code twice than none.
 */
const isTemporary = (reason: string): boolean =>
  /^4\d\d$/.test(reason) || ['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'ECONNREFUSED'].includes(reason);

/** Sends by one mail server. The library is loaded with the first mail. */
export const smtpDelivery =
  (smtp: SmtpSettings, from: { readonly name: string; readonly address: string }) =>
  async ({ to, ...letter }: Letter): Promise<void> => {
    const { createTransport } = await import('nodemailer');
    const milliseconds = smtp.timeout * 1000;
    const transport = createTransport({
      host: smtp.host,
      port: smtp.port,
      secure: smtp.tls === 'implicit',
      requireTLS: smtp.tls === 'starttls',
      ignoreTLS: smtp.tls === 'none',
      tls: { minVersion: 'TLSv1.2', ...(smtp.ca !== undefined && { ca: smtp.ca }) },
      ...(smtp.user !== undefined && { auth: { user: smtp.user, pass: smtp.password ?? '' } }),
      connectionTimeout: milliseconds,
      greetingTimeout: milliseconds,
      socketTimeout: milliseconds,
      dnsTimeout: milliseconds,
    });
    try {
      await transport.sendMail({
        ...letter,
        from,
        to: { name: '', address: to },
        // Nothing that people wrote is ever an address to be fetched, or a file.
        disableFileAccess: true,
        disableUrlAccess: true,
        // RFC 3834: no machine answers what a machine sent.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      const reason = reasonOf(error);
      throw new Undelivered(reason, isTemporary(reason));
    } finally {
      transport.close();
    }
  };
