import { html } from 'hono/html';
import type { Application } from '../layout.ts';
import { layout } from '../layout.ts';
import type { Messages } from '../messages.ts';

/** Says that nobody is signed in, or that a change needs a proof that the person does not have; and where the way leads on. */
export const cannotPage = (
  { application, why }: { readonly application: Application; readonly why: 'signed-out' | 'no-proof' },
  t: Messages,
): string => {
  const { cannot, back } = t.myAccount;
  const signedOut = why === 'signed-out';
  const title = signedOut ? cannot.signedOutTitle : cannot.title;
  return layout(
    {
      title,
      application,
      content: html`<h1>${title}</h1>
<p class="lead">${signedOut ? cannot.signedOut : cannot.why}</p>
<div class="buttons"><a class="button main" href="/account">${signedOut ? cannot.signIn : back}</a></div>`,
    },
    t,
  );
};
