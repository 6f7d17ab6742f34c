import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import type { Markup } from './markup.ts';
import type { Messages } from './messages.ts';

/** The `id` of the one form of a page, which the ways out belong to although they stand outside it. */
export const FORM = 'answer';

const out = (name: 'other' | 'cancel', words: string): Markup =>
  html`<button class="quiet" form="${FORM}" name="${name}" value="1" formnovalidate>${words}</button>`;

/**
 * Who is signed in, and the ways out: `other` (sign in as somebody else) and `cancel` (back to the application, which
 * learns that the person declined). Both are buttons of the page's form, so they carry its `csrf` and need no script.
 */
export const wayOut = (signedInAs: string | undefined, t: Messages): Markup => html`<div class="out">
${signedInAs === undefined ? '' : html`<bdi>${t.page.signedInAs(displayName(signedInAs))}</bdi>`}
<div>${signedInAs === undefined ? '' : out('other', t.page.notYou)}${out('cancel', t.page.cancel)}</div>
</div>`;
