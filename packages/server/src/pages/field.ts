import { html } from 'hono/html';
import { warning } from './icons.ts';
import type { Markup } from './markup.ts';
import { attributes } from './markup.ts';

/** A question with one line to answer it. */
interface TextField {
  /** The name it is sent under, and its `id`. */
  readonly name: string;
  readonly label: string;
  /** `digits` for a short code of digits, `signs` for one of letters and digits. */
  readonly look?: 'digits' | 'signs' | undefined;
  readonly type?: 'text' | 'password' | undefined;
  /** What a browser may fill in (HTML, autofill detail tokens). */
  readonly autocomplete: string;
  readonly value?: string | undefined;
  /** What the browser lets pass without asking the server. Spaces are always let pass: people paste them. */
  readonly pattern?: string | undefined;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  /** The page's alert concerns this field, among others. */
  readonly inAlert?: boolean | undefined;
  readonly autofocus?: boolean | undefined;
  /** It may be left empty. */
  readonly optional?: boolean | undefined;
}

/** The `id` of the alert that concerns the whole page. */
const ALERT = 'alert';

const inputAttributes = (field: TextField): Markup => {
  const describedBy = [
    field.inAlert === true ? ALERT : '',
    field.error === undefined ? '' : `${field.name}-error`,
    field.hint === undefined ? '' : `${field.name}-hint`,
  ]
    .filter((id) => id !== '')
    .join(' ');
  return attributes({
    class: field.look === undefined ? 'input' : `input ${field.look}`,
    id: field.name,
    name: field.name,
    type: field.type ?? 'text',
    value: field.value,
    autocomplete: field.autocomplete,
    pattern: field.pattern,
    inputmode: field.look === 'digits' ? 'numeric' : undefined,
    'data-code': field.look !== undefined,
    autocapitalize: 'none',
    autocorrect: 'off',
    spellcheck: 'false',
    'aria-describedby': describedBy === '' ? undefined : describedBy,
    'aria-invalid': field.error !== undefined || field.inAlert === true ? 'true' : undefined,
    required: field.optional !== true,
    autofocus: field.autofocus === true,
  });
};

/** A field with its label; what went wrong and what helps stand beside it and are read out with it. */
export const textField = (field: TextField): Markup => html`<div class="field">
<label for="${field.name}">${field.label}</label>
<input${inputAttributes(field)}>
${field.error === undefined ? '' : html`<p class="error" id="${field.name}-error" role="alert">${warning}<span>${field.error}</span></p>`}
${field.hint === undefined ? '' : html`<p class="hint" id="${field.name}-hint">${field.hint}</p>`}
</div>`;

/** What went wrong where no single field is to blame. */
export const alert = (message: string | undefined): Markup | '' =>
  message === undefined
    ? ''
    : html`<div class="notice bad" id="${ALERT}" role="alert">${warning}<p>${message}</p></div>`;

/** Six digits, wherever people put spaces. */
export const SIX_DIGITS = String.raw`(\s*[0-9]){6}\s*`;
