import { html } from 'hono/html';
import { addresses } from './assets.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import { attributes } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM } from './way-out.ts';

/**
 * Sends an authorization response to the application in a form (OAuth 2.0 Form Post Response Mode 1.0). Its form goes to
 * somebody else, so it is the one form without `csrf`: that value must not leave us.
 */
export interface FormPostPageProps {
  readonly application: Application;
  /** The registered redirect URI; `https:` or `http:`. */
  readonly redirectUri: string;
  /** The parameters of the response. */
  readonly response: Readonly<Record<string, string>>;
}

/** @throws TypeError when the redirect URI is one that a form cannot be sent to, or that would run as a script. */
export const formPostPage = (props: FormPostPageProps, t: Messages): string => {
  if (!/^https?:$/u.test(new URL(props.redirectUri).protocol)) {
    throw new TypeError('A form can be posted to a web address only.');
  }
  return layout(
    {
      title: t.handover.title,
      application: props.application,
      script: addresses.formPost,
      content: html`<h1>${t.handover.title}</h1>
<p class="lead">${t.handover.why}</p>
<form id="${FORM}" method="post" action="${props.redirectUri}">
${Object.entries(props.response).map(([name, value]) => html`<input${attributes({ type: 'hidden', name, value })}>`)}
<div class="buttons"><button class="button main">${t.page.continue}</button></div>
</form>`,
    },
    t,
  );
};
