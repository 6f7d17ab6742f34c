import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import { alert, textField } from './field.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM, wayOut } from './way-out.ts';

/**
 * Takes the code that was mailed and the new password; then says that it is changed.
 *
 * Sends `csrf`, `mailed` and `password`. Other buttons: `again` (another code), `cancel`.
 */
export type ResetPasswordPageProps =
  | {
      readonly state: 'ask';
      readonly application: Application;
      /** The address the form is sent to. */
      readonly action: string;
      readonly csrf: string;
      /** As it was typed: whether there is such an account is not told. */
      readonly username: string;
      readonly validForSeconds: number;
      /** How long a password must be at least, whoever it is. */
      readonly leastLength: number;
      /** A code that came with a link, or was typed before. */
      readonly code?: string | undefined;
      readonly error?: { readonly field: 'code' | 'password'; readonly message: string } | undefined;
      /** Set when there were too many tries: how long to wait. */
      readonly retryAfterSeconds?: number | undefined;
    }
  | { readonly state: 'done'; readonly application: Application; readonly signIn: string };

type AskProps = Extract<ResetPasswordPageProps, { state: 'ask' }>;

const errorOf = (field: 'code' | 'password', { error }: AskProps): string | undefined =>
  error?.field === field ? error.message : undefined;

const ask = (props: AskProps, t: Messages): Markup => html`<h1>${t.recovery.resetTitle}</h1>
<p class="lead">${t.recovery.resetWhy(displayName(props.username), props.validForSeconds)}</p>
${alert(props.retryAfterSeconds === undefined ? undefined : t.errors.tooManyTries(props.retryAfterSeconds))}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<input class="unseen" type="text" autocomplete="username" value="${props.username}" readonly tabindex="-1" aria-hidden="true">
${textField({
  name: 'mailed',
  label: t.recovery.mailedCode,
  look: 'signs',
  autocomplete: 'one-time-code',
  value: props.code,
  hint: t.recovery.mailedCodeHint,
  error: errorOf('code', props),
  autofocus: props.code === undefined || props.error?.field === 'code',
})}
${textField({
  name: 'password',
  label: t.recovery.newPassword,
  type: 'password',
  autocomplete: 'new-password',
  hint: t.recovery.newPasswordHint(props.leastLength),
  error: errorOf('password', props),
  autofocus: props.code !== undefined && props.error?.field !== 'code',
})}
<label class="check" hidden><input type="checkbox" data-reveals="password">${t.login.showPassword}</label>
<div class="buttons">
<button class="button main" data-busy="${t.page.busy}">${t.recovery.save}</button>
<button class="button" name="again" value="1" formnovalidate data-busy="${t.page.busy}">${t.recovery.sendAgain}</button>
</div>
</form>`;

export const resetPasswordPage = (props: ResetPasswordPageProps, t: Messages): string => {
  if (props.state === 'done') {
    const content = html`<h1>${t.recovery.resetDone}</h1>
<p class="lead">${t.recovery.resetDoneWhy}</p>
<div class="buttons"><a class="button main" href="${props.signIn}">${t.recovery.signIn}</a></div>`;
    return layout({ title: t.recovery.resetDone, application: props.application, content }, t);
  }
  return layout(
    {
      title: t.recovery.resetTitle,
      application: props.application,
      failed: props.error !== undefined || props.retryAfterSeconds !== undefined,
      content: ask(props, t),
      footer: wayOut(undefined, t),
    },
    t,
  );
};
