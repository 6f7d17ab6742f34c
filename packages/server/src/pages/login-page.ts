import type { JsonObject } from '@stile/core';
import { html } from 'hono/html';
import { addresses } from './assets.ts';
import { displayName } from './display-name.ts';
import { passkeyField } from './factors/webauthn.ts';
import { alert, textField } from './field.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM, wayOut } from './way-out.ts';

/**
 * Asks for username and password, or for the password alone when the person is known already.
 *
 * Sends `csrf` and `password`, and `username` unless the person is known; or `credential`, what a passkey answered. Other buttons: `cancel`, and `other` when the
 * person is known.
 */
export interface LoginPageProps {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  /** What to put into the username field: `login_hint`, or what was typed before. */
  readonly loginHint?: string | undefined;
  /** The person who must prove themselves again; the name cannot be edited and is not sent. */
  readonly signedInAs?: string | undefined;
  /** Why somebody who is signed in has to do it again; a sentence of the catalogue. */
  readonly reason?: string | undefined;
  /** What went wrong; without a field it concerns the pair of name and password. */
  readonly error?:
    | { readonly field?: 'username' | 'password' | 'passkey' | undefined; readonly message: string }
    | undefined;
  /** Set when there were too many tries: how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
  /** What the browser is asked for when somebody signs in by a passkey; nothing where they cannot. */
  readonly passkey?: JsonObject | undefined;
  /** Where a forgotten password is replaced, if it can be. */
  readonly forgot?: string | undefined;
  /** How to get in, where this is only a demonstration. */
  readonly demoHint?: string | undefined;
}

/** Password managers find the right entry by the username, so it is in the page even where it cannot be edited. */
const knownUser = (user: string): Markup =>
  html`<input class="unseen" type="text" autocomplete="username" value="${user}" readonly tabindex="-1" aria-hidden="true">`;

/** The field to begin with: the one to correct, else the first that is empty. */
const firstField = ({ error, loginHint, signedInAs }: LoginPageProps): 'username' | 'password' => {
  if (error?.field === 'username' || error?.field === 'password') return error.field;
  return signedInAs === undefined && !loginHint ? 'username' : 'password';
};

/** What went wrong with one field, or with both together. */
const errorOf = (field: 'username' | 'password', { error }: LoginPageProps) => ({
  error: error?.field === field ? error.message : undefined,
  inAlert: error !== undefined && error.field === undefined,
});

const usernameField = (props: LoginPageProps, t: Messages): Markup =>
  textField({
    name: 'username',
    label: t.login.username,
    autocomplete: props.passkey === undefined ? 'username' : 'username webauthn',
    value: props.loginHint,
    autofocus: firstField(props) === 'username',
    ...errorOf('username', props),
  });

const passwordField = (props: LoginPageProps, t: Messages): Markup => html`${textField({
  name: 'password',
  label: t.login.password,
  type: 'password',
  autocomplete: 'current-password',
  autofocus: firstField(props) === 'password',
  ...errorOf('password', props),
})}
<label class="check" hidden><input type="checkbox" data-reveals="password">${t.login.showPassword}</label>`;

/** Needs a script, which shows it. */
const passkeyButton = (t: Messages): Markup =>
  html`<button class="button" name="passkey" value="1" formnovalidate hidden data-passkey-button data-busy="${t.page.busy}">${t.webauthn.login.button}</button>`;

const passkeyQuestion = (options: JsonObject, t: Messages): Markup =>
  passkeyField({
    act: 'login',
    options,
    stopped: t.webauthn.login.stopped,
    unsupported: t.webauthn.unsupported,
  });

const problem = (props: LoginPageProps, t: Messages): string | undefined => {
  if (props.retryAfterSeconds !== undefined) return t.errors.tooManyTries(props.retryAfterSeconds);
  const { error } = props;
  return error?.field === undefined || error.field === 'passkey' ? error?.message : undefined;
};

export const loginPage = (props: LoginPageProps, t: Messages): string => {
  const { signedInAs } = props;
  const title = signedInAs === undefined ? t.login.title(displayName(props.application.name)) : t.login.titleAgain;
  return layout(
    {
      title,
      application: props.application,
      failed: props.error !== undefined || props.retryAfterSeconds !== undefined,
      moreScripts: props.passkey === undefined ? [] : [addresses.webauthn],
      content: html`<h1>${title}</h1>
${props.reason === undefined ? '' : html`<p class="lead">${props.reason}</p>`}
${alert(problem(props, t))}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
${signedInAs === undefined ? usernameField(props, t) : knownUser(signedInAs)}
${passwordField(props, t)}
${props.passkey === undefined ? '' : passkeyQuestion(props.passkey, t)}
<div class="buttons column"><button class="button main" data-busy="${t.page.busy}">${t.login.button}</button>${props.passkey === undefined ? '' : passkeyButton(t)}</div>
</form>
${props.forgot === undefined ? '' : html`<p class="hint"><a href="${props.forgot}">${t.recovery.forgot}</a></p>`}
${props.demoHint === undefined ? '' : html`<div class="notice"><p><b>${t.login.demo}:</b> ${props.demoHint}</p></div>`}`,
      footer: wayOut(signedInAs, t),
    },
    t,
  );
};
