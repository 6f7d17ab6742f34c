/** What people are told outside of pages: by kind, with what it takes to say it. The words are in `pages/words/`. */

/** Something happened to an account. */
export type NoticeKind =
  | 'authenticator.added'
  | 'authenticator.removed'
  | 'authenticator.renamed'
  | 'authenticator.preferred'
  | 'recovery_codes.renewed'
  | 'password.changed'
  | 'session.ended'
  | 'sessions.ended'
  | 'device.forgotten'
  | 'new-device'
  | 'reported';

export interface Notice {
  readonly kind: NoticeKind;
  /** What it is about, as its owner calls it: the name of an authenticator. */
  readonly name?: string | undefined;
  /** From which browser, and from which network; words that help to recognise it. */
  readonly browser?: string | undefined;
  readonly place?: string | undefined;
}

/** Something to answer with. */
export interface CodeMail {
  /** A proof, or a new address. */
  readonly kind: 'code' | 'address-code';
  readonly code: string;
  /** Leads to the page that asks, where it must be confirmed: opening it does nothing. */
  readonly link?: string | undefined;
  readonly validForSeconds: number;
  /** The name of the application that it is for, and what somebody is about to do there. */
  readonly application?: string | undefined;
  readonly what?: string | undefined;
  readonly browser?: string | undefined;
  readonly place?: string | undefined;
}

export type MailMessage = Notice | CodeMail;

/** A code that goes to a phone. */
export interface PhoneMessage {
  readonly kind: 'code' | 'number-code';
  readonly code: string;
}

/** One part of a mail; a code, a link and paragraphs look differently. */
export type MailPart =
  | { readonly paragraph: string }
  | { readonly code: string }
  | { readonly link: string; readonly label: string };

export interface MailContent {
  readonly subject: string;
  readonly parts: readonly MailPart[];
}
