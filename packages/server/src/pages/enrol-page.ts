import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import { codeSheet } from './factors/recovery-code.ts';
import { alert, textField } from './field.ts';
import { chevron } from './icons.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM, wayOut } from './way-out.ts';
import type { Way } from './ways.ts';
import { ways } from './ways.ts';
import { saidBlock } from './why.ts';

interface EnrolPageFrame {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly signedInAs: string;
  /** What the author of an Action says of why; a text of the operator's own. */
  readonly said?: string | undefined;
}

/**
 * Asks for what guards the enrolment: the set-up code that an administrator gave, a code that is mailed, or either. Sends `csrf` with
 * `ticket`, `mailed` or `send`; also `other`, `cancel`.
 */
interface EnrolGuardProps extends EnrolPageFrame {
  readonly state: 'guard';
  readonly byTicket: boolean;
  readonly byMail?:
    | {
        /** Where the code goes, as far as it is shown. */
        readonly address: string;
        /** Set when a code is on its way. */
        readonly sent?: { readonly validForSeconds: number } | undefined;
        /** A code that came with a link, to be confirmed. */
        readonly code?: string | undefined;
      }
    | undefined;
  /** What went wrong with the set-up code; a sentence of the catalogue. */
  readonly ticketError?: string | undefined;
  /** What went wrong with the mailed code; a sentence of the catalogue. */
  readonly mailError?: string | undefined;
  /** Set when there were too many tries: how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Asks which of several to enrol. Sends `csrf` and `use`; also `other`, `cancel`. */
interface EnrolChooseProps extends EnrolPageFrame {
  readonly state: 'choose';
  readonly lead: string;
  readonly choices: readonly Way[];
  /** Why the last choice could not be begun; a sentence. */
  readonly error?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Connects a new authenticator: whatever its kind shows and asks. Sends `csrf`, `authenticator` and its fields, or `use` for another kind; also
 * `other`, `cancel`.
 */
interface EnrolConnectProps extends EnrolPageFrame {
  readonly state: 'connect';
  /** The id of what is being enrolled. */
  readonly authenticator: string;
  readonly title: string;
  readonly lead: string;
  readonly question: {
    readonly fields: Markup;
    /** `null` for none. */
    readonly button: string | null;
    readonly script?: string | undefined;
  };
  /** What else would do. */
  readonly alternatives?: readonly Way[] | undefined;
  /** What went wrong; a sentence of the catalogue, which stands in the question. */
  readonly error?: string | undefined;
  /** Set when there were too many tries: how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Shows the recovery codes, once. Sends `csrf` and `kept`. There is no way out but on: the work is done. */
interface EnrolDoneProps extends EnrolPageFrame {
  readonly state: 'done';
  readonly recoveryCodes: readonly string[];
}

export type EnrolPageProps = EnrolGuardProps | EnrolChooseProps | EnrolConnectProps | EnrolDoneProps;

const mainButton = (words: string, t: Messages, name?: string): Markup =>
  html`<div class="buttons"><button class="button main"${name === undefined ? '' : html` name="${name}" value="1"`} data-busy="${t.page.busy}">${words}</button></div>`;

const tooMany = ({ retryAfterSeconds }: { readonly retryAfterSeconds?: number | undefined }, t: Messages) =>
  alert(retryAfterSeconds === undefined ? undefined : t.errors.tooManyTries(retryAfterSeconds));

const guardWhy = ({ byTicket, byMail }: EnrolGuardProps, t: Messages): string => {
  if (!byMail) return t.enrol.guardWhy;
  return byTicket ? t.recovery.guardByEither : t.recovery.guardByEmail;
};

/** The press that sends the code; afterwards the field for it, and the press that sends another. */
const mailGuard = ({ byMail, byTicket, mailError }: EnrolGuardProps, t: Messages): Markup | '' => {
  if (!byMail) return '';
  const send = (words: string, main: boolean): Markup =>
    html`<button class="${main ? 'button main' : 'button'}" name="send" value="email" formnovalidate data-busy="${t.page.busy}">${words}</button>`;
  const { sent, address } = byMail;
  if (!sent) return html`<div class="buttons">${send(t.recovery.sendTo(address), true)}</div>`;
  return html`${textField({
    name: 'mailed',
    label: t.recovery.mailedCode,
    look: 'signs',
    autocomplete: 'one-time-code',
    value: byMail.code,
    hint: t.recovery.mailedCodeHint,
    error: mailError,
    optional: byTicket,
    autofocus: true,
  })}
<div class="buttons"><button class="button main" data-busy="${t.page.busy}">${t.page.continue}</button>${send(t.recovery.sendAgain, false)}</div>`;
};

const ticketGuard = ({ byTicket, byMail, ticketError }: EnrolGuardProps, t: Messages): Markup | '' => {
  if (!byTicket) return '';
  const field = textField({
    name: 'ticket',
    label: t.enrol.ticket,
    look: 'signs',
    autocomplete: 'off',
    hint: t.enrol.ticketHint,
    error: ticketError,
    optional: byMail !== undefined,
    autofocus: byMail === undefined || ticketError !== undefined,
  });
  const question = html`${field}
<div class="buttons"><button class="${byMail ? 'button' : 'button main'}" data-busy="${t.page.busy}">${t.page.continue}</button></div>`;
  return byMail
    ? html`<details${ticketError === undefined ? '' : html` open`}><summary>${chevron}${t.recovery.useTicket}</summary><div>${question}</div></details>`
    : question;
};

const guard = (props: EnrolGuardProps, t: Messages): Markup => html`<h1>${t.enrol.guardTitle}</h1>
${saidBlock(props.said)}
<p class="lead">${guardWhy(props, t)}</p>
${props.byMail?.sent ? html`<p class="lead">${t.recovery.sentTo(props.byMail.address, props.byMail.sent.validForSeconds)}</p>` : ''}
${tooMany(props, t)}
${props.byMail && !props.byMail.sent ? alert(props.mailError) : ''}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
${mailGuard(props, t)}
${ticketGuard(props, t)}
</form>`;

const choose = (props: EnrolChooseProps, t: Messages): Markup => html`<h1>${t.recovery.chooseTitle}</h1>
${saidBlock(props.said)}
<p class="lead">${props.lead}</p>
${props.retryAfterSeconds === undefined ? alert(props.error) : tooMany(props, t)}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
${ways(props.choices, undefined)}
</form>`;

const connect = (props: EnrolConnectProps, t: Messages): Markup => html`<h1>${props.title}</h1>
${saidBlock(props.said)}
<p class="lead">${props.lead}</p>
${tooMany(props, t)}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<input type="hidden" name="authenticator" value="${props.authenticator}">
${props.question.fields}
${props.question.button === null ? '' : mainButton(props.question.button, t)}
${ways(props.alternatives ?? [], t.recovery.another)}
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
    case 'choose':
      return { title: t.recovery.chooseTitle, content: choose(props, t), failed: hasFailed(props) };
    case 'connect':
      return { title: props.title, content: connect(props, t), failed: hasFailed(props) };
    case 'done':
      return { title: t.enrol.keepTitle, content: done(props, t), failed: false };
  }
};

const hasFailed = (props: EnrolGuardProps | EnrolChooseProps | EnrolConnectProps): boolean => {
  if (props.retryAfterSeconds !== undefined) return true;
  return props.state === 'guard' ? (props.ticketError ?? props.mailError) !== undefined : props.error !== undefined;
};

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
