import { html } from 'hono/html';
import type { Question } from '../../factors/factor.ts';
import { alert, SIX_DIGITS, textField } from '../field.ts';
import type { Markup } from '../markup.ts';
import type { Messages } from '../messages.ts';

/** A phone as its owner recognises it, and how it is reached. */
export interface ShownPhone {
  readonly number: string;
  readonly channel: 'sms' | 'voice';
}

/** Asks whether to send: it costs money and attention. */
export const phoneNotAsked = ({ number, channel }: ShownPhone, error: string | undefined, t: Messages): Question => ({
  fields: html`${alert(error)}
<p class="lead">${t.phone.sendWhy}</p>
<div class="buttons"><button class="button main" name="open" value="1" data-busy="${t.page.busy}">${channel === 'sms' ? t.phone.send(number) : t.phone.call(number)}</button></div>`,
  button: null,
});

/** Takes the code. */
export const phoneAsked = ({ number, channel }: ShownPhone, error: string | undefined, t: Messages): Question => ({
  fields: textField({
    name: 'code',
    label: t.phone.code,
    look: 'digits',
    autocomplete: 'one-time-code',
    pattern: SIX_DIGITS,
    hint: channel === 'sms' ? t.phone.codeHint(number) : t.phone.callHint(number),
    error,
    autofocus: true,
  }),
});

/** Whether to be written to or called. */
const howToReach = (t: Messages): Markup => html`<fieldset class="choices">
<legend>${t.phone.enrol.how}</legend>
<label class="check"><input type="radio" name="preferred_authentication_method" value="sms" checked><span>${t.phone.enrol.sms}</span></label>
<label class="check"><input type="radio" name="preferred_authentication_method" value="voice"><span>${t.phone.enrol.voice}</span></label>
</fieldset>`;

/** Asks for a number, and how it is to be reached. The names are those of Auth0's My Account API. */
export const askNumber = (mayCall: boolean, error: string | undefined, t: Messages): Question => ({
  fields: html`<p class="lead">${t.phone.enrol.restricted}</p>
${textField({
  name: 'phone_number',
  label: t.phone.enrol.number,
  autocomplete: 'tel',
  hint: t.phone.enrol.numberHint,
  error,
  autofocus: true,
})}
${mayCall ? howToReach(t) : ''}`,
});
