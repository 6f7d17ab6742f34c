import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import { alert, textField } from './field.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM, wayOut } from './way-out.ts';

interface RecoveryPageFrame {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly signedInAs?: string | undefined;
  /** Where whoever came here by mistake goes. */
  readonly back: string;
}

/** What went wrong with the last answer. */
interface Failed {
  /** A sentence of the catalogue. */
  readonly error?: string | undefined;
  /** Set when there were too many tries: how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Asks whose password is forgotten. Sends `csrf` and `username`. */
interface ForgotProps extends RecoveryPageFrame, Failed {
  readonly state: 'forgot';
  readonly username?: string | undefined;
}

/** Asks for an administrator's recovery ticket. Sends `csrf` and `ticket`. */
interface LostProps extends RecoveryPageFrame, Failed {
  readonly state: 'lost';
  /** Where a forgotten password is replaced, if it can be. */
  readonly forgot?: string | undefined;
}

/** Says how long the waiting time still is. There is nothing to send but the ways out. */
interface WaitingProps extends RecoveryPageFrame {
  readonly state: 'waiting';
  readonly seconds: number;
}

export type RecoveryPageProps = ForgotProps | LostProps | WaitingProps;

const problem = ({ retryAfterSeconds }: Failed, t: Messages): Markup | '' =>
  alert(retryAfterSeconds === undefined ? undefined : t.errors.tooManyTries(retryAfterSeconds));

const buttons = (words: string, back: string, t: Messages): Markup => html`<div class="buttons">
<button class="button main" data-busy="${t.page.busy}">${words}</button>
<a class="button" href="${back}">${t.recovery.back}</a>
</div>`;

const forgot = (props: ForgotProps, t: Messages): Markup => html`<h1>${t.recovery.forgot}</h1>
<p class="lead">${t.recovery.forgotWhy}</p>
${problem(props, t)}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
${textField({
  name: 'username',
  label: t.login.username,
  autocomplete: 'username',
  value: props.username,
  error: props.error,
  autofocus: true,
})}
${buttons(t.recovery.sendCode, props.back, t)}
</form>`;

const lost = (props: LostProps, t: Messages): Markup => html`<h1>${t.recovery.lostTitle}</h1>
<p class="lead">${t.recovery.lostWhy}</p>
${problem(props, t)}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
${textField({
  name: 'ticket',
  label: t.recovery.ticket,
  look: 'signs',
  autocomplete: 'off',
  hint: t.recovery.ticketHint,
  error: props.error,
  autofocus: true,
})}
${buttons(t.page.continue, props.back, t)}
</form>
${props.forgot === undefined ? '' : html`<p class="hint"><a href="${props.forgot}">${t.recovery.forgot}</a></p>`}`;

const waiting = (props: WaitingProps, t: Messages): Markup => html`<h1>${t.recovery.waitingTitle}</h1>
<p class="lead">${t.recovery.waiting(props.seconds)}</p>
<p class="lead">${t.recovery.waitingWhy}</p>
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<div class="buttons"><a class="button" href="${props.back}">${t.recovery.back}</a></div>
</form>`;

const stateOf = (props: RecoveryPageProps, t: Messages): { title: string; content: Markup; failed: boolean } => {
  switch (props.state) {
    case 'forgot':
      return { title: t.recovery.forgot, content: forgot(props, t), failed: hasFailed(props) };
    case 'lost':
      return { title: t.recovery.lostTitle, content: lost(props, t), failed: hasFailed(props) };
    case 'waiting':
      return { title: t.recovery.waitingTitle, content: waiting(props, t), failed: false };
  }
};

const hasFailed = ({ error, retryAfterSeconds }: Failed): boolean =>
  error !== undefined || retryAfterSeconds !== undefined;

export const recoveryPage = (props: RecoveryPageProps, t: Messages): string =>
  layout({ ...stateOf(props, t), application: props.application, footer: wayOut(props.signedInAs, t) }, t);

/**
 * Lets whoever owns the account stop a recovery, without signing in. Sends `token`; nothing happens before that.
 */
export type StopRecoveryPageProps =
  | { readonly state: 'ask'; readonly action: string; readonly token: string; readonly username: string }
  | { readonly state: 'stopped' | 'nothing' };

export const stopRecoveryPage = (props: StopRecoveryPageProps, t: Messages): string => {
  const words = t.recovery;
  if (props.state === 'ask') {
    const content = html`<h1>${words.cancelTitle}</h1>
<p class="lead">${words.cancelWhy(displayName(props.username))}</p>
<form id="${FORM}" method="post" action="${props.action}">
<input type="hidden" name="token" value="${props.token}">
<div class="buttons"><button class="button main" data-busy="${t.page.busy}">${words.cancel}</button></div>
</form>`;
    return layout({ title: words.cancelTitle, content }, t);
  }
  const [title, why] =
    props.state === 'stopped'
      ? [words.cancelled, words.cancelledWhy]
      : [words.nothingToCancel, words.nothingToCancelWhy];
  return layout({ title, content: html`<h1>${title}</h1><p class="lead">${why}</p>` }, t);
};
