/** A mail as it is sent: the same words as plain text and as simple HTML, without anything to be fetched. */
import { html } from 'hono/html';
import { displayName } from '../pages/display-name.ts';
import type { Markup } from '../pages/markup.ts';
import { attributes, toText } from '../pages/markup.ts';
import type { Messages } from '../pages/messages.ts';
import type { CodeMail, MailContent, MailMessage, MailPart, Notice } from './message.ts';

/** Who speaks, and when. */
export interface Sender {
  readonly organisation: string;
  readonly issuer: string;
  /** Seconds since the epoch. */
  readonly at: number;
}

const clean = (text: string | undefined): string | undefined => {
  const name = displayName(text ?? '');
  return name === '' ? undefined : name;
};

/** In UTC, in a form that is read the same everywhere. */
const momentOf = (at: number): string => `${new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const paragraph = (text: string): MailPart => ({ paragraph: text });

/** When it happened, and where, as far as that is known. */
const circumstances = (
  { browser, place }: { readonly browser?: string | undefined; readonly place?: string | undefined },
  { at }: Sender,
  t: Messages,
): readonly MailPart[] => {
  const [where, network] = [clean(browser), clean(place)];
  const isKnown = where !== undefined || network !== undefined;
  return [paragraph(t.mail.when(momentOf(at))), ...(isKnown ? [paragraph(t.mail.where(where, network))] : [])];
};

const codeContent = (message: CodeMail, sender: Sender, t: Messages): MailContent => {
  const words = t.mail.codes[message.kind];
  const { code, link } = message;
  return {
    subject: words.subject(displayName(sender.organisation)),
    parts: [
      paragraph(words.lead(clean(message.application), clean(message.what))),
      { code },
      ...(link === undefined ? [] : [{ link, label: words.link }]),
      paragraph(t.mail.valid(message.validForSeconds)),
      ...circumstances(message, sender, t),
      paragraph(t.mail.closing),
      paragraph(t.mail.unasked),
    ],
  };
};

const noticeContent = (message: Notice, sender: Sender, t: Messages): MailContent => {
  const words = t.mail.notices[message.kind];
  return {
    subject: words.subject,
    parts: [
      paragraph(words.happened(clean(message.name))),
      ...circumstances(message, sender, t),
      paragraph(t.mail.notYou),
      { link: `${sender.issuer}account`, label: t.mail.account },
    ],
  };
};

export const contentOf = (message: MailMessage, sender: Sender, t: Messages): MailContent =>
  'code' in message ? codeContent(message, sender, t) : noticeContent(message, sender, t);

const plainPart = (part: MailPart): string => {
  if ('paragraph' in part) return part.paragraph;
  return 'code' in part ? `    ${part.code}` : `${part.label}:\n${part.link}`;
};

export const plainText = ({ parts }: MailContent, { organisation }: Sender, t: Messages): string =>
  `${[...parts.map(plainPart), `-- \n${t.mail.greeting(displayName(organisation))}`].join('\n\n')}\n`;

const CODE_STYLE = 'font:600 28px/1.4 ui-monospace,monospace;letter-spacing:.12em;margin:16px 0';
const BODY_STYLE = 'font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:0 auto;padding:24px';

const htmlPart = (part: MailPart): Markup => {
  if ('paragraph' in part) return html`<p>${part.paragraph}</p>`;
  if ('code' in part) return html`<p style="${CODE_STYLE}" translate="no">${part.code}</p>`;
  return html`<p><a href="${part.link}">${part.label}</a></p>`;
};

/** The frame of a mail in HTML: nothing in it is fetched from anywhere. */
const frame = (subject: string, language: string | undefined, body: readonly Markup[]): string =>
  toText(html`<!doctype html>
<html${attributes({ lang: language })}>
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${subject}</title></head>
<body style="${BODY_STYLE}">
${body}
</body>
</html>
`);

export const htmlText = (content: MailContent, { organisation }: Sender, t: Messages): string =>
  frame(content.subject, t.locale, [
    ...content.parts.map(htmlPart),
    html`<p><small>${t.mail.greeting(displayName(organisation))}</small></p>`,
  ]);

/** A plain text as HTML: a paragraph for each of its own, a link where one stands alone. */
export const htmlOfPlain = (subject: string, text: string): string =>
  frame(
    subject,
    undefined,
    text
      .trimEnd()
      .split('\n\n')
      .map((part) => {
        if (/^https?:\/\/\S+$/.test(part)) return htmlPart({ link: part, label: part });
        return htmlPart(part.startsWith('    ') ? { code: part.trim() } : { paragraph: part });
      }),
  );
