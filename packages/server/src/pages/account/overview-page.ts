import { html } from 'hono/html';
import { displayName } from '../display-name.ts';
import type { ProofKind } from '../icons.ts';
import { kindIcon, warning } from '../icons.ts';
import type { Markup } from '../markup.ts';
import type { Messages } from '../messages.ts';
import type { ActivityInWords } from './activity-page.ts';
import { activityList } from './activity-page.ts';
import type { AccountFrame } from './frame.ts';
import { accountForm, accountPage, deed, doneNotice } from './frame.ts';

/** A way to sign in that somebody has. */
export interface OwnedWay {
  readonly id: string;
  /** Nothing for one that this server cannot check any more. */
  readonly kind: ProofKind | undefined;
  readonly name: string;
  readonly addedAt: number;
  /** Seconds since then; nothing when it was never used. */
  readonly usedAgo: number | undefined;
  readonly first: boolean;
  readonly codesLeft?: number | undefined;
}

/** A browser in which somebody is signed in, or that is remembered. */
export interface SeenBrowser {
  readonly id: string;
  /** Empty when it is none that we know. */
  readonly browser: string;
  /** The network, not the whole address. */
  readonly network?: string;
  readonly seenAgo: number;
  readonly here: boolean;
  readonly until?: number;
}

export interface OverviewPageProps extends AccountFrame {
  readonly done: keyof Messages['myAccount']['done'] | undefined;
  readonly ways: readonly OwnedWay[];
  readonly hasPassword: boolean;
  /** Codes left on all sheets; nothing when there is no sheet, or when there is no second proof that they would stand in for. */
  readonly codesLeft: number | undefined;
  readonly mayHaveCodes: boolean;
  readonly sessions: readonly SeenBrowser[];
  readonly devices: readonly SeenBrowser[];
  readonly activity: readonly ActivityInWords[];
}

const FEW_CODES = 3;

const way = (one: OwnedWay, t: Messages): Markup => {
  const { ways } = t.myAccount;
  const kind = one.kind === undefined ? t.myAccount.unknownKind : t.myAccount.kind(one.kind);
  const name = displayName(one.name);
  const facts = [
    ...(name === kind ? [] : [kind]),
    ...(one.codesLeft === undefined ? [] : [ways.codesLeft(one.codesLeft)]),
    ways.added(t.myAccount.day(one.addedAt)),
    one.usedAgo === undefined ? ways.neverUsed : ways.lastUsed(t.myAccount.ago(one.usedAgo)),
  ];
  return html`<li>${one.kind === undefined ? warning : kindIcon(one.kind)}
<div><b>${name}</b>${one.first ? html` <span class="badge">${ways.first}</span>` : ''}<small>${facts.join(' · ')}</small></div>
<a class="button small" href="/account/authenticator?id=${one.id}" aria-label="${ways.changeOf(name)}">${ways.change}</a></li>`;
};

const nameOf = ({ browser }: SeenBrowser, t: Messages): string =>
  browser === '' ? t.myAccount.sessions.unknown : browser;

const session = (one: SeenBrowser, t: Messages): Markup => {
  const { sessions } = t.myAccount;
  const name = nameOf(one, t);
  const facts = [...(one.network === undefined ? [] : [one.network]), sessions.seen(t.myAccount.ago(one.seenAgo))];
  return html`<li><div><b>${name}</b>${one.here ? html` <span class="badge">${sessions.here}</span>` : ''}<small>${facts.join(' · ')}</small></div>
${one.here ? '' : deed(sessions.signOut, { name: 'end', value: one.id, label: sessions.signOutOf(name) }, t)}</li>`;
};

const device = (one: SeenBrowser, t: Messages): Markup => {
  const { devices, sessions } = t.myAccount;
  const name = nameOf(one, t);
  const facts = [
    sessions.seen(t.myAccount.ago(one.seenAgo)),
    ...(one.until === undefined ? [] : [devices.until(t.myAccount.day(one.until))]),
  ];
  return html`<li><div><b>${name}</b><small>${facts.join(' · ')}</small></div>
${deed(devices.forget, { name: 'forget', value: one.id, label: devices.forgetOf(name) }, t)}</li>`;
};

const codesNotice = ({ codesLeft, mayHaveCodes }: OverviewPageProps, t: Messages): Markup | '' => {
  const { ways } = t.myAccount;
  if (!mayHaveCodes || (codesLeft ?? 0) >= FEW_CODES) return '';
  const words = codesLeft === undefined ? ways.noCodes : ways.fewCodes(codesLeft);
  return html`<div class="notice">${warning}<p>${words} <a href="/account/add?kind=recovery-code">${ways.newCodes}</a></p></div>`;
};

const waysSection = (props: OverviewPageProps, t: Messages): Markup => {
  const { ways } = t.myAccount;
  const password = props.hasPassword ? ways.changePassword : ways.setPassword;
  return html`<section class="owned" id="ways"><h2>${ways.title}</h2>
<ul>${props.ways.map((one) => way(one, t))}</ul>
${codesNotice(props, t)}
<div class="buttons"><a class="button" href="/account/add">${ways.add}</a><a class="button" href="/account/password">${password}</a></div>
</section>`;
};

/** Shows somebody what is theirs. Sends `csrf`, and `end`, `everywhere` or `forget`. */
export const overviewPage = (props: OverviewPageProps, t: Messages): string => {
  const { title, sessions, devices, activity, done } = t.myAccount;
  return accountPage(
    props,
    {
      title,
      home: true,
      content: html`${doneNotice(props.done && done[props.done])}
${accountForm(props, html``)}
${waysSection(props, t)}
<section class="owned" id="sessions"><h2>${sessions.title}</h2>
<ul>${props.sessions.map((one) => session(one, t))}</ul>
${props.sessions.length < 2 ? '' : html`<div class="buttons">${deed(sessions.everywhere, { name: 'everywhere', value: '1', look: 'button' }, t)}</div>`}
</section>
${
  props.devices.length === 0
    ? ''
    : html`<section class="owned"><h2>${devices.title}</h2><p class="hint">${devices.why}</p>
<ul>${props.devices.map((one) => device(one, t))}</ul></section>`
}
<section class="owned"><h2>${activity.title}</h2>
${activityList(props.activity, t)}
<div class="buttons"><a class="button" href="/account/activity">${activity.all}</a><a class="button" href="/account/not-me">${activity.notMe}</a></div>
</section>`,
    },
    t,
  );
};
