import { html } from 'hono/html';
import type { Markup } from '../markup.ts';
import type { Messages } from '../messages.ts';

/** The codes on the one occasion that they are seen, and what keeps them: copying, printing, a file. */
export const codeSheet = (
  codes: readonly string[],
  t: Messages,
): Markup => html`<ol class="codes" id="codes" translate="no">
${codes.map((code) => html`<li>${code}</li>`)}
</ol>
<div class="buttons" data-tools hidden>
<button class="button" type="button" data-copies="codes" data-done="${t.enrol.copied}" aria-live="polite">${t.enrol.copy}</button>
<button class="button" type="button" data-downloads="codes" data-file="${t.myAccount.codesFile}">${t.myAccount.download}</button>
<button class="button" type="button" data-prints>${t.enrol.print}</button>
</div>`;
