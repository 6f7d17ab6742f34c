import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import type { ProofKind } from './icons.ts';
import { chevron, kindIcon } from './icons.ts';
import type { Markup } from './markup.ts';

/** A way of proving who one is that would do as well. */
export interface Way {
  /** The authenticator's id, sent as `use`. */
  readonly value: string;
  readonly kind: ProofKind;
  /** What pressing it does: "Use a recovery code". */
  readonly label: string;
  /** What helps to choose: the device's name, how many codes are left. */
  readonly hint?: string | undefined;
}

const way = ({ value, kind, label, hint }: Way): Markup => html`<li>
<button class="way" name="use" value="${value}" formnovalidate>
${kindIcon(kind)}<span>${label}${hint === undefined ? '' : html`<small>${displayName(hint)}</small>`}</span>${chevron}
</button>
</li>`;

/** The ways in the order they are given, one press each. */
export const ways = (all: readonly Way[], heading: string | undefined): Markup | '' =>
  all.length === 0
    ? ''
    : html`<div class="${heading === undefined ? 'ways first' : 'ways'}">
${heading === undefined ? '' : html`<h2>${heading}</h2>`}
<ul>
${all.map(way)}
</ul>
</div>`;
