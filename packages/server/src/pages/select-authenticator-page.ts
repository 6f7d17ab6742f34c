import { html } from 'hono/html';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM, wayOut } from './way-out.ts';
import type { Way } from './ways.ts';
import { ways } from './ways.ts';
import type { Why } from './why.ts';
import { whyBlock } from './why.ts';

/**
 * Asks which of several ways to take, when none is preferred.
 *
 * Sends `csrf` and `use` (the id of an authenticator). Other buttons: `other`, `cancel`.
 */
export interface SelectAuthenticatorPageProps {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly why: Why;
  readonly signedInAs: string;
  /** The ways that would do, strongest first. */
  readonly choices: readonly Way[];
  /** Where somebody goes who has lost all of it. */
  readonly lost?: string | undefined;
}

export const selectAuthenticatorPage = (props: SelectAuthenticatorPageProps, t: Messages): string =>
  layout(
    {
      title: t.select.title,
      application: props.application,
      content: html`<h1>${t.select.title}</h1>
${whyBlock(props.why)}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
${ways(props.choices, undefined)}
</form>
${props.lost === undefined ? '' : html`<p class="hint"><a href="${props.lost}">${t.recovery.lost}</a></p>`}`,
      footer: wayOut(props.signedInAs, t),
    },
    t,
  );
