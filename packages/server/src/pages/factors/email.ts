import { html } from 'hono/html';
import type { Question } from '../../factors/factor.ts';
import { alert, SIX_DIGITS, textField } from '../field.ts';
import type { Messages } from '../messages.ts';

/** Asks whether to send: it takes somebody's attention. */
export const emailNotSent = (address: string, error: string | undefined, t: Messages): Question => ({
  fields: html`${alert(error)}
<p class="lead">${t.email.sendWhy}</p>
<div class="buttons"><button class="button main" name="open" value="1" data-busy="${t.page.busy}">${t.email.send(address)}</button></div>`,
  button: null,
});

/**
 * Takes the code.
 *
 * @param code the one of the link that was opened: it is only confirmed here
 */
export const emailSent = (
  address: string,
  { error, code }: { readonly error?: string | undefined; readonly code?: string | undefined },
  t: Messages,
): Question => ({
  fields: textField({
    name: 'code',
    label: t.email.code,
    look: 'digits',
    autocomplete: 'one-time-code',
    pattern: SIX_DIGITS,
    hint: code === undefined ? t.email.codeHint(address) : t.email.codeFromLink,
    value: code,
    error,
    autofocus: code === undefined,
  }),
});

/** Asks for an address. */
export const askAddress = (error: string | undefined, t: Messages): Question => ({
  fields: html`<p class="lead">${t.email.enrol.restricted}</p>
${textField({
  name: 'email',
  label: t.email.enrol.address,
  autocomplete: 'email',
  hint: t.email.enrol.addressHint,
  error,
  autofocus: true,
})}`,
});
