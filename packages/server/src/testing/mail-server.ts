/** A real mail server that a test starts, and what it received. */
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { SMTPServerOptions } from 'smtp-server';
import { SMTPServer } from 'smtp-server';
import type { ConfigChange } from './test-server.ts';

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Header lines, unfolded. */
  readonly headers: readonly string[];
  readonly text: string;
  readonly html: string;
  readonly isEncrypted: boolean;
}

export interface MailServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** The newest code. */
  code(): string;
  /** The newest link that leads to that path, a word of letters and slashes. */
  link(path: string): string;
}

const unfolded = (head: string): readonly string[] => head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');

const fromQuotedPrintable = (body: string): string =>
  Buffer.from(
    body
      .replaceAll(/=\r\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

const decoded = (head: string, body: string): string => {
  const encoding = /^content-transfer-encoding: *(\S+)/im.exec(head)?.[1]?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? fromQuotedPrintable(body) : body;
};

const split = (part: string): readonly [head: string, body: string] => {
  const end = part.indexOf('\r\n\r\n');
  return end === -1 ? [part, ''] : [part.slice(0, end), part.slice(end + 4)];
};

/** The text of one alternative of a mail. */
const alternative = (raw: string, type: string): string => {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1];
  const parts = boundary === undefined ? [raw] : raw.split(`--${boundary}`);
  const [head, body] = split(parts.find((part) => part.toLowerCase().includes(`content-type: ${type}`)) ?? '');
  return decoded(head, body);
};

/** Starts it; it ends with the test. */
export const startMailServer = async (t: TestContext, options: SMTPServerOptions = {}): Promise<MailServer> => {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key === undefined ? ['STARTTLS'] : [],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, session, done) => {
      const take = async (): Promise<void> => {
        const raw = (await buffer(stream)).toString('latin1');
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          headers: unfolded(split(raw)[0]),
          text: alternative(raw, 'text/plain'),
          html: alternative(raw, 'text/html'),
          isEncrypted: session.secure,
        });
        done();
      };
      take().catch(() => stream.destroy());
    },
    ...options,
  });
  // Whoever hangs up, or is refused, is no failure of the test.
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  );
  const address = listening.address();
  // Mails of one request are sent side by side, and arrive in any order.
  const newestWith = (pattern: RegExp): string | undefined =>
    mails.flatMap(({ text }) => pattern.exec(text.replaceAll('\r\n', '\n'))?.[1] ?? []).at(-1);
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mails,
    code: () => newestWith(/^ {4}(\d{6})$/m) ?? 'none',
    link: (path) => newestWith(new RegExp(`https?://[^/\\s]+(${path}\\S*)`)) ?? 'none',
  };
};

/** A configuration that mails through it. */
export const mailedBy =
  ({ port }: MailServer): ConfigChange =>
  (config) => ({
    ...config,
    mail: { ...config.mail, from: 'login@fabrikam.example', smtp: { host: '127.0.0.1', port, tls: 'none' } },
  });
