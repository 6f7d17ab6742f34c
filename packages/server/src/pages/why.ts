import { html } from 'hono/html';
import { displayName, displayText } from './display-name.ts';
import type { Markup } from './markup.ts';

/** Why a page asks. */
export interface Why {
  /** A sentence of the catalogue (`because`). */
  readonly sentence: string;
  /** What the author of an Action says of it; a text of the operator's own. */
  readonly said?: string | undefined;
  /** The figures of what is about to happen, the most important one first: amount, payee, account. */
  readonly details?: readonly { readonly label: string; readonly value: string }[] | undefined;
}

/** The words of an Action's author, set off from the page's own. */
export const saidBlock = (said: string | undefined): Markup | '' =>
  said === undefined ? '' : html`<p class="said"><bdi>${displayText(said)}</bdi></p>`;

/** The reason, and below it the figures, where the eye falls. */
export const whyBlock = ({ sentence, said, details = [] }: Why): Markup => html`<p class="lead">${sentence}</p>
${saidBlock(said)}
${
  details.length === 0
    ? ''
    : html`<dl class="figures">
${details.map(({ label, value }) => html`<div><dt>${displayName(label)}</dt><dd><bdi>${displayName(value)}</bdi></dd></div>`)}
</dl>`
}`;
