import { html } from 'hono/html';
import { alert } from './field.ts';
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
 * Asks for one proof, says why, and offers every other way that would do.
 *
 * Sends `csrf`, `authenticator` and the fields of the question. Other buttons: `use` (with the id of another authenticator), `open`
 * (send the code again), `other`, `cancel`.
 */
export interface ChallengePageProps {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly title: string;
  readonly why: Why;
  /** The id of the authenticator that is asked for. */
  readonly authenticator: string;
  readonly question: {
    readonly fields: Markup;
    /** What pressing the button does: "Confirm and transfer money"; `null` for none. */
    readonly button: string | null;
    readonly script?: string | undefined;
  };
  /** Whether what was sent can be sent again. */
  readonly mayOpenAgain?: boolean | undefined;
  readonly signedInAs: string;
  /** The other ways that would do, strongest first. */
  readonly alternatives: readonly Way[];
  /** Where somebody goes who has lost all of it. */
  readonly lost?: string | undefined;
  /** Whether something was wrong with the last answer. */
  readonly failed?: boolean | undefined;
  /** Set when there were too many tries: how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
  /** For how long the browser would be remembered, where that would make a difference. */
  readonly rememberSeconds?: number | undefined;
}

const DAY_SECONDS = 86_400;

/** Left empty unless the person says otherwise: the device may be a shared one. */
const remember = ({ rememberSeconds, question }: ChallengePageProps, t: Messages): Markup | '' =>
  rememberSeconds === undefined || question.button === null
    ? ''
    : html`<label class="check"><input type="checkbox" name="remember" value="1" aria-describedby="remember-hint">${t.risk.remember}</label>
<p class="hint" id="remember-hint">${t.risk.rememberHint(Math.max(1, Math.round(rememberSeconds / DAY_SECONDS)))}</p>`;

const buttons = ({ question, mayOpenAgain }: ChallengePageProps, t: Messages): Markup | '' => {
  if (question.button === null) return '';
  const again =
    mayOpenAgain === true
      ? html`<button class="button" name="open" value="1" formnovalidate data-busy="${t.page.busy}">${t.challenge.again}</button>`
      : '';
  // What it confirms may be long; beside another button it would be broken into pieces on a phone.
  const column = mayOpenAgain === true ? ' column' : '';
  return html`<div class="buttons${column}"><button class="button main" data-busy="${t.page.busy}">${question.button}</button>${again}</div>`;
};

export const challengePage = (props: ChallengePageProps, t: Messages): string =>
  layout(
    {
      title: props.title,
      application: props.application,
      failed: props.failed === true || props.retryAfterSeconds !== undefined,
      moreScripts: props.question.script === undefined ? [] : [props.question.script],
      content: html`<h1>${props.title}</h1>
${whyBlock(props.why)}
${alert(props.retryAfterSeconds === undefined || props.failed === true ? undefined : t.errors.tooManyTries(props.retryAfterSeconds))}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<input type="hidden" name="authenticator" value="${props.authenticator}">
${props.question.fields}
${remember(props, t)}
${buttons(props, t)}
${ways(props.alternatives, t.page.anotherWay)}
</form>
${props.lost === undefined ? '' : html`<p class="hint"><a href="${props.lost}">${t.recovery.lost}</a></p>`}`,
      footer: wayOut(props.signedInAs, t),
    },
    t,
  );
