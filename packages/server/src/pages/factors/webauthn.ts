import type { JsonObject } from '@stile/core';
import { html } from 'hono/html';
import { displayName } from '../display-name.ts';
import { alert } from '../field.ts';
import { warning } from '../icons.ts';
import type { Markup } from '../markup.ts';
import { attributes } from '../markup.ts';
import type { Messages } from '../messages.ts';

interface PasskeyField {
  readonly act: 'create' | 'get' | 'login';
  readonly options: JsonObject;
  readonly stopped: string;
  readonly unsupported: string;
  /** For a device that has a passkey of the person already. */
  readonly already?: string | undefined;
}

/** The field that the script fills with what the browser answers, and the place where it says what went wrong. */
export const passkeyField = ({ act, options, stopped, unsupported, already }: PasskeyField): Markup =>
  html`<input${attributes({
    type: 'hidden',
    name: 'credential',
    value: '',
    'data-passkey': act,
    'data-options': JSON.stringify(options),
    'data-stopped': stopped,
    'data-unsupported': unsupported,
    'data-already': already,
  })}>
<div class="notice bad" data-passkey-problem hidden>${warning}<p></p></div>`;

const withoutScripts = (t: Messages): Markup =>
  html`<noscript><div class="notice"><p>${t.webauthn.noScript}</p></div></noscript>`;

interface AskedPasskeys {
  /** Any of these; the browser says which it has. */
  readonly names: readonly string[];
  readonly options: JsonObject | undefined;
  /** How many of them verify their user. */
  readonly verify: 'all' | 'some' | 'none';
}

/** More of them would be no help to find the one that is meant. */
const MOST_NAMES = 4;

/** Asks for one that is known. */
export const usePasskey = (
  { names, options, verify }: AskedPasskeys,
  error: string | undefined,
  t: Messages,
): Markup => {
  const { webauthn } = t;
  const told = names.length > MOST_NAMES ? names.slice(0, MOST_NAMES - 1) : names;
  const any = webauthn.anyOf(told.map(displayName), names.length - told.length);
  return html`${alert(error)}
<p class="lead">${webauthn.lead[verify](any)}</p>
${
  options === undefined
    ? ''
    : passkeyField({
        act: 'get',
        options,
        stopped: webauthn.stopped,
        unsupported: webauthn.unsupported,
      })
}
${withoutScripts(t)}`;
};

/** Makes a new one. */
export const createPasskey = (options: JsonObject, error: string | undefined, t: Messages): Markup => {
  const { stopped, unsupported, already } = t.webauthn.enrol;
  return html`${alert(error)}
${passkeyField({ act: 'create', options, stopped, unsupported, already })}
${withoutScripts(t)}`;
};
