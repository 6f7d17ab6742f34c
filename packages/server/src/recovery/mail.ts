/** What is mailed about enrolment and recovery. Whatever becomes of a mail, no request fails for it: what was sent is on record. */
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import type { Messages } from '../pages/messages.ts';
import { chooseLocale, translate } from '../pages/messages.ts';
import type { User } from '../store/records.ts';
import { verifiedEmail } from './verified-email.ts';

/** A mail as plain text. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** How mail leaves this server. */
export interface Post {
  /** Whether it is configured to send any. */
  readonly canSend: boolean;
  /**
   * Takes a mail, which is sent beside the request.
   *
   * @param ended told once what became of it, when that is known
   * @throws whatever keeps the mail from being taken
   */
  send(mail: Mail, ended?: (outcome: 'sent' | 'failed') => Promise<void>): Promise<void>;
}

/** The post of a server that sends no mail. */
export const noPost: Post = {
  canSend: false,
  send: async () => {
    throw new Error('No mail is configured.');
  },
};

/** A message that holds something to answer with. */
export interface CodeMail {
  readonly kind: 'guard-code' | 'reset-code';
  readonly code: string;
  readonly link: string;
  readonly validForSeconds: number;
}

/** A message that tells what happened. */
export type NoticeMail =
  | { readonly kind: 'enrolled' | 'recovered' | 'password-reset' | 'recovery-stopped' }
  | { readonly kind: 'recovery-started'; readonly stopLink: string; readonly readyInSeconds: number };

type Mailing = Pick<Deps, 'config' | 'log' | 'now' | 'post' | 'randomBytes' | 'store'>;

interface Text {
  readonly paragraphs: readonly string[];
  readonly t: Messages;
}

/** Sends paragraphs to somebody's verified address, and puts on record that they were taken to be sent, and what became of them. */
const send = async (
  user: User,
  { kind }: CodeMail | NoticeMail,
  { paragraphs, t }: Text,
  deps: Mailing,
  whenSent: () => Promise<unknown> = async () => undefined,
): Promise<boolean> => {
  const to = verifiedEmail(user);
  if (to === undefined) return false;
  const subject = t.recovery.mails.subjects[kind](deps.config.organisation);
  const note = (type: 'mail.queued' | 'mail.sent' | 'mail.not_sent'): Promise<void> =>
    deps.store.audit.append([auditRecord(deps, type, { userId: user.id, details: { kind } })]);
  const noted = Promise.withResolvers<void>();
  const ended = async (outcome: 'sent' | 'failed'): Promise<void> => {
    try {
      await noted.promise;
      if (outcome === 'sent') await whenSent();
      await note(outcome === 'sent' ? 'mail.sent' : 'mail.not_sent');
    } catch (error) {
      deps.log.error({ err: error, kind }, 'what became of a mail could not be noted');
    }
  };
  const isTaken = await deps.post.send({ to, subject, text: `${paragraphs.join('\n\n')}\n` }, ended).then(
    () => true,
    (error: unknown) => {
      deps.log.error({ err: error, kind }, 'a mail was not sent');
      return false;
    },
  );
  try {
    await note(isTaken ? 'mail.queued' : 'mail.not_sent');
  } finally {
    noted.resolve();
  }
  return isTaken;
};

/** Sends a code to somebody's verified address. Returns whether it was taken to be sent. */
export const mailCode = (user: User, mail: CodeMail, t: Messages, deps: Mailing): Promise<boolean> => {
  const { asked, link, unasked, valid } = t.recovery.mails;
  const { kind, code, validForSeconds } = mail;
  const paragraphs = [
    asked[kind](user.username),
    `    ${code}`,
    link,
    mail.link,
    valid(validForSeconds),
    unasked[kind],
  ];
  return send(user, mail, { paragraphs, t }, deps);
};

/** The language of somebody who is told something that they did not ask for: theirs if it is known, else that of whoever did. */
const languageOf = ({ claims }: User, t: Messages): Messages =>
  typeof claims.locale === 'string' ? translate(chooseLocale([claims.locale], t.locale)) : t;

/**
 * Tells somebody what happened, when the answer is on its way.
 *
 * @param whenSent called when a mail server has taken the mail
 */
export const mailNotice = (
  user: User,
  mail: NoticeMail,
  asked: Messages,
  deps: Mailing,
  whenSent?: () => Promise<unknown>,
): void => {
  const t = languageOf(user, asked);
  const { happened, notYou, ready, stop } = t.recovery.mails;
  const rest = mail.kind === 'recovery-started' ? [ready(mail.readyInSeconds), stop, mail.stopLink] : [notYou];
  setImmediate(() => {
    const paragraphs = [happened[mail.kind](user.username), ...rest];
    send(user, mail, { paragraphs, t }, deps, whenSent).catch((error: unknown) =>
      deps.log.error({ err: error }, 'a notice was lost'),
    );
  });
};
