import { html } from 'hono/html';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Messages } from './messages.ts';

/** Says that the person is signed out. */
export interface SignedOutPageProps {
  /** The application that asked, when it is known. */
  readonly application?: Application | undefined;
}

export const signedOutPage = (props: SignedOutPageProps, t: Messages): string =>
  layout(
    {
      title: t.signOut.doneTitle,
      application: props.application,
      content: html`<h1>${t.signOut.doneTitle}</h1>
<p class="lead">${t.signOut.doneWhy}</p>`,
    },
    t,
  );
