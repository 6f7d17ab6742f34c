import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import { tick } from './icons.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM, wayOut } from './way-out.ts';

/** A scope in words. */
export interface ScopeInWords {
  readonly name: string;
  readonly description: string;
  /** The person has not allowed it to this application before. */
  readonly isNew: boolean;
}

/**
 * Asks whether an application of somebody else's may have what it asks for.
 *
 * Sends `csrf`, `scopes` (the names of what was shown) and `allow` or `deny`. Other buttons: `other`, `cancel`.
 */
export interface ConsentPageProps {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly signedInAs: string;
  readonly scopes: readonly ScopeInWords[];
  /** The host that the answer goes to: the one thing about the application that it cannot make up. */
  readonly returnsTo?: string | undefined;
}

const scope = ({ name, description, isNew }: ScopeInWords, t: Messages): Markup => html`<li>${tick}
<div><b>${displayName(description || name)}</b></div>
${isNew ? html`<span class="badge">${t.consent.isNew}</span>` : ''}
</li>`;

export const consentPage = (props: ConsentPageProps, t: Messages): string => {
  const title = t.consent.title(displayName(props.application.name));
  return layout(
    {
      title,
      application: props.application,
      content: html`<h1>${title}</h1>
<p class="lead">${t.consent.wants}</p>
<ul class="scopes">
${props.scopes.map((each) => scope(each, t))}
</ul>
${props.returnsTo === undefined ? '' : html`<p class="hint">${t.consent.returnsTo(displayName(props.returnsTo))}</p>`}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<input type="hidden" name="scopes" value="${props.scopes.map(({ name }) => name).join(' ')}">
<div class="buttons">
<button class="button" name="deny" value="1" data-busy="${t.page.busy}">${t.consent.deny}</button>
<button class="button main" name="allow" value="1" data-busy="${t.page.busy}">${t.consent.allow}</button>
</div>
</form>`,
      footer: wayOut(props.signedInAs, t),
    },
    t,
  );
};
