import { html } from 'hono/html';
import { accentAddress, addresses } from './assets.ts';
import { displayName, initial } from './display-name.ts';
import { mark } from './icons.ts';
import type { Markup } from './markup.ts';
import { toText } from './markup.ts';
import type { Messages } from './messages.ts';
import { parseColour } from './palette.ts';

/** The application on whose behalf a page asks. */
export interface Application {
  /** Its name, as registered. */
  readonly name: string;
  /** Its logo (OpenID Connect Dynamic Client Registration 1.0, `logo_uri`): an `https:` address, or none is shown. */
  readonly logoUri?: string | undefined;
  /** Its accent colour, `#rrggbb`; anything else is ignored. */
  readonly accent?: string | undefined;
}

/** What a page puts into the frame that all pages share. */
interface Frame {
  /** The title of the window; the application's name is added. */
  readonly title: string;
  readonly application?: Application | undefined;
  /** The page shows an error: its title says so first, which is what a screen reader reads first. */
  readonly failed?: boolean | undefined;
  /** The one question. */
  readonly content: Markup;
  /** Who is signed in, and the ways out. */
  readonly footer?: Markup | undefined;
  /** The page lists things, which take more room than a question. */
  readonly wide?: boolean | undefined;
  /** The address of the page's script, when it is not the common one. */
  readonly script?: string | undefined;
  /** The addresses of scripts that it needs besides. */
  readonly moreScripts?: readonly string[] | undefined;
}

const PRODUCT = 'Stile';

const logo = (application: Application, name: string): Markup =>
  application.logoUri?.startsWith('https://')
    ? html`<img src="${application.logoUri}" width="32" height="32" alt="" referrerpolicy="no-referrer">`
    : html`<span class="initial" aria-hidden="true">${initial(name)}</span>`;

const header = (application: Application | undefined): Markup => {
  if (application === undefined) return html`<header class="application">${mark}<bdi>${PRODUCT}</bdi></header>`;
  const name = displayName(application.name);
  return html`<header class="application">${logo(application, name)}<bdi>${name}</bdi></header>`;
};

const accentLink = (application: Application | undefined): Markup | '' => {
  const accent = parseColour(application?.accent ?? '');
  return accent === undefined ? '' : html`<link rel="stylesheet" href="${accentAddress(accent)}">`;
};

/** The whole document around one question. */
export const layout = (frame: Frame, t: Messages): string => {
  const { application } = frame;
  const where = application === undefined ? PRODUCT : displayName(application.name);
  return toText(html`<!doctype html>
<html lang="${t.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${frame.failed ? `${t.page.error}: ` : ''}${frame.title} · ${where}</title>
<link rel="icon" href="${addresses.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${addresses.styles}">
${accentLink(application)}
<script src="${frame.script ?? addresses.page}" defer></script>
${(frame.moreScripts ?? []).map((address) => html`<script src="${address}" defer></script>`)}
</head>
<body>
<div class="${frame.wide === true ? 'sheet wide' : 'sheet'}">
${header(application)}
<main>
${frame.content}
</main>
</div>
<footer class="foot">
${frame.footer}
<p class="by">${application === undefined ? '' : html`${mark}${PRODUCT}`}</p>
</footer>
</body>
</html>
`);
};
