import { html, raw } from 'hono/html';
import type { Markup } from './markup.ts';

/** The kinds of proof that a page can offer. */
export type ProofKind = 'totp' | 'recovery-code' | 'password' | 'passkey' | 'email' | 'phone' | 'push';

/** Icons stand beside words and never replace them, so a screen reader passes over them. */
const icon = (paths: string): Markup =>
  html`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">${raw(paths)}</svg>`;

/** A stile: a ladder that takes people over a fence. */
export const mark: Markup = icon(
  '<path class="faint" d="M3.5 6.5v14m17-14v14M1.5 10H6m12 0h4.5M1.5 16H5m14 0h3.5"/><path d="M7 20.5 9.8 3.5M17 20.5 14.2 3.5M9 8.5h6m-6.7 4h7.4m-8.1 4h8.8"/>',
);

const kinds: Readonly<Record<ProofKind, Markup>> = {
  totp: icon('<rect x="6" y="2.5" width="12" height="19" rx="2.5"/><path d="M9.5 9h1m3 0h1m-5 4h1m3 0h1M11 18h2"/>'),
  'recovery-code': icon(
    '<path d="M6 3h8.5L19 7.5V21H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Z"/><path d="M14 3v5h5M8.5 12.5h3m2 0h2m-7 4h2m2 0h3"/>',
  ),
  password: icon('<rect x="2.5" y="7" width="19" height="10" rx="2.5"/><path d="M7 12h.01M11 12h.01M15 10v4m2-4"/>'),
  passkey: icon('<circle cx="8" cy="8.5" r="5"/><path d="m11.6 12 8.4 8.4m-3.8-3.8 2.3-2.3M8 7.5h.01"/>'),
  email: icon('<rect x="2.5" y="5" width="19" height="14" rx="2"/><path d="m3 7 9 6.5L21 7"/>'),
  phone: icon(
    '<path d="M6.5 3H10l1.5 4.5-2 1.5a12 12 0 0 0 5.5 5.5l1.5-2L21 14v3.5a3 3 0 0 1-3 3A15 15 0 0 1 3.5 6a3 3 0 0 1 3-3Z"/>',
  ),
  push: icon('<rect x="6" y="2.5" width="12" height="19" rx="2.5"/><path d="m9 11.5 2.2 2.2L15 10M11 18h2"/>'),
};

export const kindIcon = (kind: ProofKind): Markup => kinds[kind];

export const tick: Markup = icon('<path d="m5 12.5 4.5 4.5L19 7.5"/>');

export const warning: Markup = icon('<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5m0 3.5h.01"/>');

export const chevron: Markup = icon('<path d="m9.5 6 6 6-6 6"/>');
