import { html, raw } from 'hono/html';

/** A piece of HTML in which every interpolation has been escaped. */
export type Markup = ReturnType<typeof html>;

/** The values that an attribute may take; `true` writes the bare name, `false` and `undefined` write nothing. */
type AttributeValue = string | number | boolean | undefined;

/** Writes attributes, escaped. Names are ours, never from outside. */
export const attributes = (values: Readonly<Record<string, AttributeValue>>): Markup =>
  html`${Object.entries(values).map(([name, value]) => attribute(name, value))}`;

const attribute = (name: string, value: AttributeValue): Markup | '' => {
  if (value === undefined || value === false) return '';
  if (value === true) return raw(` ${name}`);
  return html`${raw(` ${name}=`)}"${value}"`;
};

/**
 * The finished HTML as plain text.
 *
 * @throws TypeError when something asynchronous was interpolated: a page is a pure function of its props.
 */
export const toText = (markup: Markup): string => {
  if (markup instanceof Promise) throw new TypeError('A page must not wait for anything.');
  return markup.toString();
};

/** The hidden field that ties a form to the browser that was given it. */
export const csrfField = (csrf: string): Markup => html`<input type="hidden" name="csrf" value="${csrf}">`;
