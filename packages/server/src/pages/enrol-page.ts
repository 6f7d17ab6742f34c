import { html, raw } from 'hono/html';
import { displayName } from './display-name.ts';
import { alert, SIX_DIGITS, textField } from './field.ts';
import { chevron } from './icons.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM, wayOut } from './way-out.ts';

interface EnrolPageFrame {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly signedInAs: string;
}

/** Asks for the set-up code that an administrator gave. Sends `csrf` and `ticket`; also `other`, `cancel`. */
interface EnrolGuardProps extends EnrolPageFrame {
  readonly state: 'guard';
  /** What went wrong with the set-up code; a sentence of the catalogue. */
  readonly error?: string | undefined;
  /** Set when there were too many tries: how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Shows the key of a new authenticator app, as a picture and in letters, and asks for its first code.
 * Sends `csrf`, `authenticator` and `code`; also `other`, `cancel`. The key itself is never sent back.
 */
interface EnrolConnectProps extends EnrolPageFrame {
  readonly state: 'connect';
  /** The id of the authenticator that is being enrolled. */
  readonly authenticator: string;
  /** The QR code as an SVG element made by us: it is not escaped. */
  readonly qrSvg: string;
  /** The key in base32. */
  readonly secret: string;
  /** The same as an `otpauth:` address, which opens the app on the device itself. */
  readonly otpauthUri: string;
  /** What went wrong with the first code; a sentence of the catalogue. */
  readonly error?: string | undefined;
  /** Set when there were too many tries: how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Shows the recovery codes, once. Sends `csrf` and `kept`. There is no way out but on: the work is done. */
interface EnrolDoneProps extends EnrolPageFrame {
  readonly state: 'done';
  readonly recoveryCodes: readonly string[];
}

export type EnrolPageProps = EnrolGuardProps | EnrolConnectProps | EnrolDoneProps;

const IN_FOURS = /.{1,4}/gu;

const mainButton = (words: string, t: Messages, name?: string): Markup =>
  html`<div class="buttons"><button class="button main"${name === undefined ? '' : html` name="${name}" value="1"`} data-busy="${t.page.busy}">${words}</button></div>`;

const guard = (props: EnrolGuardProps, t: Messages): Markup => html`<h1>${t.enrol.guardTitle}</h1>
<p class="lead">${t.enrol.guardWhy}</p>
${alert(props.retryAfterSeconds === undefined ? undefined : t.errors.tooManyTries(props.retryAfterSeconds))}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
${textField({
  name: 'ticket',
  label: t.enrol.ticket,
  look: 'signs',
  autocomplete: 'off',
  hint: t.enrol.ticketHint,
  error: props.error,
  autofocus: true,
})}
${mainButton(t.page.continue, t)}
</form>`;

/** Nobody can scan the screen they hold in their hand; on such a device the key goes straight to the app. */
const appLink = (uri: string, t: Messages): Markup | '' =>
  uri.startsWith('otpauth://')
    ? html`<p class="buttons on-touch"><a class="button" href="${uri}">${t.enrol.openApp}</a></p>`
    : '';

const connect = (props: EnrolConnectProps, t: Messages): Markup => html`<h1>${t.enrol.scanTitle}</h1>
<p class="lead">${t.enrol.scanWhy}</p>
<div class="picture" role="img" aria-label="${t.enrol.picture}">${raw(props.qrSvg)}</div>
${appLink(props.otpauthUri, t)}
<details>
<summary>${chevron}${t.enrol.keyInstead}</summary>
<div>
<p class="hint">${t.enrol.keyHint}</p>
<p class="key" translate="no">${(props.secret.match(IN_FOURS) ?? []).map((group) => html`<span>${group}</span> `)}</p>
</div>
</details>
${alert(props.retryAfterSeconds === undefined ? undefined : t.errors.tooManyTries(props.retryAfterSeconds))}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<input type="hidden" name="authenticator" value="${props.authenticator}">
${textField({
  name: 'code',
  label: t.enrol.code,
  look: 'digits',
  autocomplete: 'one-time-code',
  pattern: SIX_DIGITS,
  hint: t.enrol.codeHint,
  error: props.error,
  autofocus: props.error !== undefined,
})}
${mainButton(t.enrol.connect, t)}
</form>`;

const done = (props: EnrolDoneProps, t: Messages): Markup => html`<h1>${t.enrol.keepTitle}</h1>
<p class="lead">${t.enrol.keepWhy}</p>
<ol class="codes" id="codes" translate="no">
${props.recoveryCodes.map((code) => html`<li>${code}</li>`)}
</ol>
<p class="on-paper"><bdi>${displayName(props.signedInAs)}</bdi></p>
<div class="buttons" data-tools hidden>
<button class="button" type="button" data-copies="codes" data-done="${t.enrol.copied}" aria-live="polite">${t.enrol.copy}</button>
<button class="button" type="button" data-prints>${t.enrol.print}</button>
</div>
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
${mainButton(t.enrol.kept, t, 'kept')}
</form>`;

/** What the state shows, under which title, and whether something went wrong in it. */
const stateOf = (props: EnrolPageProps, t: Messages): { title: string; content: Markup; failed: boolean } => {
  switch (props.state) {
    case 'guard':
      return { title: t.enrol.guardTitle, content: guard(props, t), failed: hasFailed(props) };
    case 'connect':
      return { title: t.enrol.scanTitle, content: connect(props, t), failed: hasFailed(props) };
    case 'done':
      return { title: t.enrol.keepTitle, content: done(props, t), failed: false };
  }
};

const hasFailed = ({ error, retryAfterSeconds }: EnrolGuardProps | EnrolConnectProps): boolean =>
  error !== undefined || retryAfterSeconds !== undefined;

export const enrolPage = (props: EnrolPageProps, t: Messages): string =>
  layout(
    {
      ...stateOf(props, t),
      application: props.application,
      footer: props.state === 'done' ? undefined : wayOut(props.signedInAs, t),
    },
    t,
  );
