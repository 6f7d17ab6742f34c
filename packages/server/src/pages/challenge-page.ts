import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import { alert, SIX_DIGITS, textField } from './field.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM, wayOut } from './way-out.ts';
import type { Way } from './ways.ts';
import { ways } from './ways.ts';
import type { Why } from './why.ts';
import { whyBlock } from './why.ts';

/**
 * Asks for one proof by code, says why, and offers every other way that would do.
 *
 * Sends `csrf`, `authenticator` and `code`. Other buttons: `use` (with the id of another authenticator), `other`,
 * `cancel`.
 */
export interface ChallengePageProps {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly title: string;
  readonly why: Why;
  /** The authenticator whose code is asked for. */
  readonly authenticator: {
    readonly id: string;
    readonly kind: 'totp' | 'recovery-code';
    /** The name its owner gave it: "Pixel 9". */
    readonly name: string;
  };
  readonly signedInAs: string;
  /** How many recovery codes are left unused. */
  readonly codesLeft?: number | undefined;
  /** What pressing the button does: "Approve transfer". */
  readonly buttonLabel: string;
  /** The other ways that would do, strongest first. */
  readonly alternatives: readonly Way[];
  /** What went wrong with the code; a sentence of the catalogue. */
  readonly error?: string | undefined;
  /** Set when there were too many tries: how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
}

const codeField = ({ authenticator, codesLeft, error }: ChallengePageProps, t: Messages): Markup => {
  if (authenticator.kind === 'totp') {
    return textField({
      name: 'code',
      label: t.challenge.code,
      look: 'digits',
      autocomplete: 'one-time-code',
      pattern: SIX_DIGITS,
      hint: t.challenge.codeHint(displayName(authenticator.name)),
      error,
      autofocus: true,
    });
  }
  const left = codesLeft === undefined ? '' : ` ${t.challenge.codesLeft(codesLeft)}`;
  return textField({
    name: 'code',
    label: t.challenge.recoveryCode,
    look: 'signs',
    autocomplete: 'off',
    hint: `${t.challenge.recoveryCodeHint}${left}`,
    error,
    autofocus: true,
  });
};

export const challengePage = (props: ChallengePageProps, t: Messages): string =>
  layout(
    {
      title: props.title,
      application: props.application,
      failed: props.error !== undefined || props.retryAfterSeconds !== undefined,
      content: html`<h1>${props.title}</h1>
${whyBlock(props.why)}
${alert(props.retryAfterSeconds === undefined ? undefined : t.errors.tooManyTries(props.retryAfterSeconds))}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<input type="hidden" name="authenticator" value="${props.authenticator.id}">
${codeField(props, t)}
<div class="buttons"><button class="button main" data-busy="${t.page.busy}">${props.buttonLabel}</button></div>
${ways(props.alternatives, t.page.anotherWay)}
</form>`,
      footer: wayOut(props.signedInAs, t),
    },
    t,
  );
