import { html } from 'hono/html';
import { displayName } from '../display-name.ts';
import type { Application } from '../layout.ts';
import { layout } from '../layout.ts';
import type { Markup } from '../markup.ts';
import { csrfField } from '../markup.ts';
import type { Messages } from '../messages.ts';
import { FORM } from '../way-out.ts';

/** What every page of an account knows. */
export interface AccountFrame {
  /** The account pages, as an application. */
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly signedInAs: string;
}

/** One page of the account; `home` for the one that the others lead back to. */
export const accountPage = (
  frame: AccountFrame,
  page: {
    readonly title: string;
    readonly content: Markup;
    readonly failed?: boolean;
    readonly home?: boolean;
    readonly script?: string | undefined;
  },
  t: Messages,
): string =>
  layout(
    {
      title: page.title,
      application: frame.application,
      failed: page.failed === true,
      wide: page.home === true,
      moreScripts: page.script === undefined ? [] : [page.script],
      content: html`<h1>${page.title}</h1>
${page.content}`,
      footer: html`<div class="out"><bdi>${t.page.signedInAs(displayName(frame.signedInAs))}</bdi>
<div>${page.home === true ? html`<a class="quiet" href="/oidc/logout">${t.myAccount.signOut}</a>` : html`<a class="quiet" href="/account">${t.myAccount.back}</a>`}</div>
</div>`,
    },
    t,
  );

/** The one form of a page. */
export const accountForm = (
  { action, csrf }: AccountFrame,
  content: Markup,
): Markup => html`<form id="${FORM}" method="post" action="${action}">
${csrfField(csrf)}
${content}
</form>`;

/** A button of the page's form, wherever it stands. */
export const deed = (
  words: string,
  {
    name,
    value,
    label,
    look = 'button small',
  }: {
    readonly name: string;
    readonly value: string;
    /** What a screen reader says instead, where several buttons say the same. */
    readonly label?: string;
    readonly look?: string;
  },
  t: Messages,
): Markup =>
  html`<button class="${look}" form="${FORM}" name="${name}" value="${value}"${label === undefined ? '' : html` aria-label="${label}"`} data-busy="${t.page.busy}">${words}</button>`;

export const mainButton = (words: string, t: Messages): Markup =>
  html`<div class="buttons"><button class="button main" data-busy="${t.page.busy}">${words}</button></div>`;

/** What has just been done. */
export const doneNotice = (words: string | undefined): Markup | '' =>
  words === undefined ? '' : html`<div class="notice" role="status"><p>${words}</p></div>`;
