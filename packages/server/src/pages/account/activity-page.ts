import { html } from 'hono/html';
import { displayName } from '../display-name.ts';
import { chevron } from '../icons.ts';
import type { Markup } from '../markup.ts';
import type { Messages } from '../messages.ts';
import type { AccountFrame } from './frame.ts';
import { accountForm, accountPage, deed } from './frame.ts';

/** Something that happened with an account. */
export interface ActivityInWords {
  readonly what: string;
  readonly ago: number;
  readonly at: number;
  /** By what of several, in which application, in which browser, by whom: as far as it is known. */
  readonly where: readonly string[];
  readonly bad: boolean;
}

const SHOWN_AS_AGE_SECONDS = 7 * 86_400;

const item = ({ what, ago, at, where, bad }: ActivityInWords, t: Messages): Markup => {
  const when = ago < SHOWN_AS_AGE_SECONDS ? t.myAccount.ago(ago) : t.myAccount.day(at);
  return html`<li><div><b${bad ? html` class="bad"` : ''}>${what}</b><small>${[when, ...where.map(displayName)].join(' · ')}</small></div></li>`;
};

export const activityList = (all: readonly ActivityInWords[], t: Messages): Markup =>
  all.length === 0
    ? html`<p class="lead">${t.myAccount.activity.none}</p>`
    : html`<ul>${all.map((one) => item(one, t))}</ul>`;

/** Shows what happened, the latest first. */
export const activityPage = (
  props: AccountFrame & { readonly activity: readonly ActivityInWords[] },
  t: Messages,
): string => {
  const { activity } = t.myAccount;
  return accountPage(
    props,
    {
      title: activity.title,
      content: html`<p class="lead">${activity.why}</p>
<section class="owned">${activityList(props.activity, t)}</section>
<div class="buttons"><a class="button" href="/account/not-me">${activity.notMe}</a></div>`,
    },
    t,
  );
};

/** Leads whoever sees something that they did not do. Sends `csrf` and `everywhere`. */
export const notMePage = (props: AccountFrame, t: Messages): string => {
  const { notMe } = t.myAccount;
  const lead = (href: string, words: string, why: string): Markup =>
    html`<li><a class="way" href="${href}"><span>${words}<small>${why}</small></span>${chevron}</a></li>`;
  return accountPage(
    props,
    {
      title: notMe.title,
      content: html`<p class="lead">${notMe.why}</p>
${accountForm(props, html``)}
<div class="ways first"><ol>
${lead('/account/password', notMe.password, notMe.passwordWhy)}
<li>${deed(notMe.everywhere, { name: 'everywhere', value: '1', look: 'button' }, t)}<p class="hint">${notMe.everywhereWhy}</p></li>
${lead('/account#ways', notMe.ways, notMe.waysWhy)}
</ol></div>`,
    },
    t,
  );
};
