import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM } from './way-out.ts';

/** Asks whether to sign out (OpenID Connect RP-Initiated Logout 1.0, section 2). Sends `csrf` and `confirm` or `stay`. */
export interface SignOutPageProps {
  /** The application that asked, when it is known. */
  readonly application?: Application | undefined;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly signedInAs: string;
}

export const signOutPage = (props: SignOutPageProps, t: Messages): string =>
  layout(
    {
      title: t.signOut.title,
      application: props.application,
      content: html`<h1>${t.signOut.title}</h1>
<p class="lead">${t.page.signedInAs(displayName(props.signedInAs))}. ${t.signOut.why}</p>
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<div class="buttons">
<button class="button" name="stay" value="1" data-busy="${t.page.busy}">${t.signOut.stay}</button>
<button class="button main" name="confirm" value="1" data-busy="${t.page.busy}">${t.signOut.confirm}</button>
</div>
</form>`,
    },
    t,
  );
