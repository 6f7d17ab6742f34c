import { html } from 'hono/html';
import type { KeptMessage } from '../notify/mailbox.ts';
import { warning } from './icons.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import type { Messages } from './messages.ts';

const LINK = /^https?:\/\/\S+$/;

const line = (text: string): Markup => (LINK.test(text) ? html`<a href="${text}">${text}</a>` : html`${text}`);

/** Plain text as it was sent; an address that stands alone can be followed. */
const textOf = ({ text }: KeptMessage): Markup =>
  html`<pre class="message">${text.split('\n').map((one) => html`${line(one)}\n`)}</pre>`;

const message = (kept: KeptMessage, t: Messages): Markup => {
  const words = t.mail.mailbox;
  const at = new Date(kept.at * 1000).toISOString();
  return html`<article>
<h2>${words.channels[kept.channel]}${kept.subject === '' ? '' : html`: ${kept.subject}`}</h2>
<p class="hint">${words.to}: <bdi translate="no">${kept.to}</bdi> · <time datetime="${at}">${at.slice(0, 19).replace('T', ' ')}</time></p>
${textOf(kept)}
</article>`;
};

/** What would have been sent, the newest first. For trying out, and it says so. */
export const mailboxPage = (messages: readonly KeptMessage[], t: Messages): string => {
  const words = t.mail.mailbox;
  return layout(
    {
      title: words.title,
      wide: true,
      content: html`<h1>${words.title}</h1>
<div class="notice bad" role="note">${warning}<p>${words.warning}</p></div>
${messages.length === 0 ? html`<p class="lead">${words.empty}</p>` : messages.map((kept) => message(kept, t))}`,
    },
    t,
  );
};
