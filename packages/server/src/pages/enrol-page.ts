import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import { alert, textField } from './field.ts';
import { codeSheet } from './factors/recovery-code.ts';
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

/** Connects a new authenticator: whatever its kind shows and asks. Sends `csrf`, `authenticator` and its fields; also `other`, `cancel`. */
interface EnrolConnectProps extends EnrolPageFrame {
  readonly state: 'connect';
  /** The id of the authenticator that is being enrolled. */
  readonly authenticator: string;
  readonly title: string;
  readonly lead: string;
  readonly question: { readonly fields: Markup; readonly button: string; readonly script?: string | undefined };
  /** What went wrong; a sentence of the catalogue. */
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

const connect = (props: EnrolConnectProps, t: Messages): Markup => html`<h1>${props.title}</h1>
<p class="lead">${props.lead}</p>
${alert(props.retryAfterSeconds === undefined ? undefined : t.errors.tooManyTries(props.retryAfterSeconds))}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<input type="hidden" name="authenticator" value="${props.authenticator}">
${props.question.fields}
${mainButton(props.question.button, t)}
</form>`;

const done = (props: EnrolDoneProps, t: Messages): Markup => html`<h1>${t.enrol.keepTitle}</h1>
<p class="lead">${t.enrol.keepWhy}</p>
${codeSheet(props.recoveryCodes, t)}
<p class="on-paper"><bdi>${displayName(props.signedInAs)}</bdi></p>
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
      return { title: props.title, content: connect(props, t), failed: hasFailed(props) };
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
      moreScripts: props.state === 'connect' && props.question.script !== undefined ? [props.question.script] : [],
      application: props.application,
      footer: props.state === 'done' ? undefined : wayOut(props.signedInAs, t),
    },
    t,
  );
