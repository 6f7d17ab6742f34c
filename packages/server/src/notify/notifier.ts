/** The one way by which anything reaches a person outside of a page. It goes on beside the request, which it never fails or delays. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import { displayName } from '../pages/display-name.ts';
import type { Locale } from '../pages/messages.ts';
import { translate } from '../pages/messages.ts';
import type { User } from '../store/records.ts';
import { isForTrying } from './channels.ts';
import { parseMailAddress } from './mail-address.ts';
import type { Sender } from './mail-content.ts';
import { contentOf, htmlOfPlain, htmlText, plainText } from './mail-content.ts';
import type { Mailbox } from './mailbox.ts';
import { createMailbox } from './mailbox.ts';
import type { MailMessage, PhoneMessage } from './message.ts';
import type { Outbox, Parcel } from './outbox.ts';
import { createOutbox, Undelivered } from './outbox.ts';
import type { PhoneCall, PhoneDelivery } from './phone-provider.ts';
import { phoneDelivery } from './phone-provider.ts';
import type { Letter } from './smtp.ts';
import { smtpDelivery } from './smtp.ts';

interface Wording {
  /** The language to speak; the person's own unless given. */
  readonly locale?: Locale | undefined;
}

export interface Notifier {
  /** Whether anything that is mailed or sent to a phone goes anywhere. */
  readonly canMail: boolean;
  readonly canPhone: boolean;
  /**
   * Tells a person by mail, at their verified address unless another is named. Returns whether the mail was taken: not that it arrived. Not
   * taken when they have no such address, when nothing can be mailed, or when too much waits already. Never throws.
   */
  tell(user: User, message: MailMessage, options?: Wording & { readonly to?: string | undefined }): boolean;
  /** Sends a code to a phone, in the same manner. @param to in E.164 */
  phone(to: string, channel: 'sms' | 'voice', message: PhoneMessage, options?: Wording): boolean;
  /**
   * Mails a text that was written elsewhere.
   *
   * @param ended told once what became of it, if it was taken
   * @throws Undelivered when it was not taken
   */
  send(mail: Pick<Letter, 'to' | 'subject' | 'text'>, ended?: Parcel['ended']): Promise<void>;
  /** Where is kept what is not sent; nothing where people are to be reached. */
  readonly mailbox: Mailbox | undefined;
  /** When nothing waits to be sent any more. */
  idle(): Promise<void>;
}

type Needs = Pick<Deps, 'config' | 'log' | 'metrics' | 'now'>;

const CAPACITY = 1000;
const AT_ONCE = 4;
const PAUSES_MILLISECONDS = [1_000, 5_000, 20_000];

/** Waiting to try again keeps no process from ending. */
const patiently = (milliseconds: number): Promise<unknown> => wait(milliseconds, undefined, { ref: false });

const outboxFor = ({ log, metrics }: Needs): Outbox =>
  createOutbox({
    capacity: CAPACITY,
    atOnce: AT_ONCE,
    pausesMilliseconds: PAUSES_MILLISECONDS,
    pause: patiently,
    ended: ({ channel, kind }, outcome, reason) => {
      metrics.sent(channel, outcome);
      if (outcome !== 'sent') log.warn({ channel, kind, reason }, 'a message could not be sent');
    },
  });

/** To whom a person's mail goes, when it goes to the address that is known to be theirs. */
const addressOf = ({ claims }: User): string | undefined =>
  claims.email_verified === true && typeof claims.email === 'string' ? parseMailAddress(claims.email) : undefined;

const localeOf = ({ claims }: User): Locale =>
  typeof claims.locale === 'string' && /^de\b/i.test(claims.locale) ? 'de' : 'en';

/** Digits one by one, as they are said. */
const spelt = (code: string): string => Array.from(code).join(', ');

const wordsFor = (
  channel: 'sms' | 'voice',
  code: string,
  { organisation, issuer }: Deps['config'],
  locale: Locale,
): string => {
  const { phone } = translate(locale);
  const name = displayName(organisation);
  return channel === 'sms' ? phone.text(name, code, new URL(issuer).hostname) : phone.spoken(name, spelt(code));
};

/** A subject stays on its line whatever names are in it. */
const displayLine = (subject: string): string => subject.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();

/**
 * Makes the notifier.
 *
 * @param mailbox takes what cannot be sent; on somebody's own machine there is one
 */
export const createNotifier = (
  needs: Needs,
  mailbox: Mailbox | undefined = isForTrying(needs.config) ? createMailbox() : undefined,
): Notifier => {
  const { config, now } = needs;
  const outbox = outboxFor(needs);
  const { smtp, from } = config.mail;
  const mail = smtp && smtpDelivery(smtp, { name: displayName(config.organisation), address: from ?? '' });
  const { provider, timeout } = config.phone;
  const dial: PhoneDelivery | undefined = provider && phoneDelivery(provider, { timeoutSeconds: timeout, now });

  const post = (letter: Letter, kind: string, ended?: Parcel['ended']): boolean => {
    if (mail) return outbox.put({ channel: 'email', kind, deliver: () => mail(letter), ...(ended && { ended }) });
    mailbox?.keep({ channel: 'email', kind, at: now(), to: letter.to, subject: letter.subject, text: letter.text });
    if (mailbox) ended?.('sent').catch(() => undefined);
    return mailbox !== undefined;
  };

  const ring = (call: PhoneCall, kind: string): boolean => {
    if (dial) return outbox.put({ channel: call.channel, kind, deliver: () => dial(call) });
    const { channel, to, text } = call;
    mailbox?.keep({ channel, kind, at: now(), to, subject: '', text });
    return mailbox !== undefined;
  };

  return {
    canMail: mail !== undefined || mailbox !== undefined,
    canPhone: dial !== undefined || mailbox !== undefined,
    mailbox: mail && dial ? undefined : mailbox,
    tell: (user, message, options = {}) => {
      const to = options.to === undefined ? addressOf(user) : parseMailAddress(options.to);
      if (to === undefined) return false;
      const t = translate(options.locale ?? localeOf(user));
      const sender: Sender = { organisation: config.organisation, issuer: config.issuer, at: now() };
      const content = contentOf(message, sender, t);
      const [text, html] = [plainText(content, sender, t), htmlText(content, sender, t)];
      return post({ to, subject: content.subject, text, html }, message.kind);
    },
    phone: (to, channel, { kind, code }, { locale = 'en' } = {}) =>
      ring({ channel, to, text: wordsFor(channel, code, config, locale), locale }, kind),
    send: async ({ to: typed, subject, text }, ended) => {
      const to = parseMailAddress(typed);
      const line = displayLine(subject);
      const isTaken =
        to !== undefined && post({ to, subject: line, text, html: htmlOfPlain(line, text) }, 'text', ended);
      if (!isTaken) throw new Undelivered('not taken', false);
    },
    idle: () => outbox.idle(),
  };
};
