import { html } from 'hono/html';
import { alert, textField } from '../field.ts';
import type { Messages } from '../messages.ts';
import type { AccountFrame } from './frame.ts';
import { accountForm, accountPage, mainButton } from './frame.ts';

/** Changes the password. Sends `csrf`, `password` unless there is none yet, and `new_password`. */
export interface PasswordPageProps extends AccountFrame {
  readonly hasPassword: boolean;
  readonly leastLength: number;
  readonly error?: { readonly field: 'password' | 'new_password' | 'page'; readonly message: string } | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

export const passwordPage = (props: PasswordPageProps, t: Messages): string => {
  const { password } = t.myAccount;
  const { error, hasPassword, retryAfterSeconds } = props;
  const errorOf = (field: string): string | undefined => (error?.field === field ? error.message : undefined);
  const trouble = retryAfterSeconds === undefined ? errorOf('page') : t.errors.tooManyTries(retryAfterSeconds);
  const current = textField({
    name: 'password',
    label: password.current,
    type: 'password',
    autocomplete: 'current-password',
    error: errorOf('password'),
    autofocus: error?.field !== 'new_password',
  });
  return accountPage(
    props,
    {
      title: hasPassword ? password.title : password.titleFirst,
      failed: error !== undefined || retryAfterSeconds !== undefined,
      content: html`<p class="lead">${password.why}</p>
${alert(trouble)}
${accountForm(
  props,
  html`<input class="unseen" type="text" name="username" autocomplete="username" value="${props.signedInAs}" readonly tabindex="-1" aria-hidden="true">
${hasPassword ? current : ''}
${textField({
  name: 'new_password',
  label: password.next,
  type: 'password',
  autocomplete: 'new-password',
  hint: password.hint(props.leastLength),
  error: errorOf('new_password'),
  autofocus: !hasPassword || error?.field === 'new_password',
})}
<label class="check" hidden><input type="checkbox" data-reveals="new_password">${t.login.showPassword}</label>
${mainButton(hasPassword ? password.button : password.buttonFirst, t)}`,
)}`,
    },
    t,
  );
};
