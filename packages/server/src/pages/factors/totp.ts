import { html, raw } from 'hono/html';
import { displayName } from '../display-name.ts';
import { SIX_DIGITS, textField } from '../field.ts';
import { chevron } from '../icons.ts';
import type { Markup } from '../markup.ts';
import type { Messages } from '../messages.ts';

/** The field for the code that an authenticator app shows. */
export const totpField = (name: string, error: string | undefined, t: Messages): Markup =>
  textField({
    name: 'code',
    label: t.challenge.code,
    look: 'digits',
    autocomplete: 'one-time-code',
    pattern: SIX_DIGITS,
    hint: t.challenge.codeHint(displayName(name)),
    error,
    autofocus: true,
  });

/** The key of a new authenticator app. */
interface TotpKey {
  /** The QR code as an SVG element made by us: it is not escaped. */
  readonly qrSvg: string;
  /** The key in base32. */
  readonly secret: string;
  /** The same as an `otpauth:` address, which opens the app on the device itself. */
  readonly otpauthUri: string;
}

const IN_FOURS = /.{1,4}/gu;

/** Nobody can scan the screen they hold in their hand; on such a device the key goes straight to the app. */
const appLink = (uri: string, t: Messages): Markup | '' =>
  uri.startsWith('otpauth://')
    ? html`<p class="buttons on-touch"><a class="button" href="${uri}">${t.enrol.openApp}</a></p>`
    : '';

/** Shows the key as a picture and in letters, and asks for the first code. The key itself is never sent back. */
export const connectApp = (key: TotpKey, error: string | undefined, t: Messages): Markup => html`
<div class="picture" role="img" aria-label="${t.enrol.picture}">${raw(key.qrSvg)}</div>
${appLink(key.otpauthUri, t)}
<details>
<summary>${chevron}${t.enrol.keyInstead}</summary>
<div>
<p class="hint">${t.enrol.keyHint}</p>
<p class="key" translate="no">${(key.secret.match(IN_FOURS) ?? []).map((group) => html`<span>${group}</span> `)}</p>
</div>
</details>
${textField({
  name: 'code',
  label: t.enrol.code,
  look: 'digits',
  autocomplete: 'one-time-code',
  pattern: SIX_DIGITS,
  hint: t.enrol.codeHint,
  error,
  autofocus: error !== undefined,
})}`;
