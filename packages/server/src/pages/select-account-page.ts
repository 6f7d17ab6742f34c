import { html } from 'hono/html';
import { displayName, initial } from './display-name.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM, wayOut } from './way-out.ts';

/** Asks whether to go on as the person who is signed in. Sends `csrf` and `continue` or `other`; also `cancel`. */
export interface SelectAccountPageProps {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly signedInAs: string;
}

export const selectAccountPage = (props: SelectAccountPageProps, t: Messages): string => {
  const user = displayName(props.signedInAs);
  return layout(
    {
      title: t.account.title,
      application: props.application,
      content: html`<h1>${t.account.title}</h1>
<p class="lead">${t.account.why(displayName(props.application.name))}</p>
<p class="account"><span class="initial" aria-hidden="true">${initial(user)}</span><bdi>${user}</bdi></p>
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
<div class="buttons column">
<button class="button main" name="continue" value="1" data-busy="${t.page.busy}">${t.page.continue}</button>
<button class="button" name="other" value="1" data-busy="${t.page.busy}">${t.account.other}</button>
</div>
</form>`,
      footer: wayOut(undefined, t),
    },
    t,
  );
};
