import { createHash } from 'node:crypto';
import type { Colour } from './palette.ts';
import { light, parseColour } from './palette.ts';
import { approveScript, pushEnrolScript, pushWaitScript } from './push-script.ts';
import { formPostScript, pageScript, webMessageScript } from './scripts.ts';
import { accentStylesheet, stylesheet } from './styles.ts';
import { passkeyOfferScript, webauthnScript } from './webauthn-script.ts';

/** A file that pages refer to. Its address in a page carries the hash of its content, so it may be cached for ever. */
export interface Asset {
  /** The path it is served at, without the query. */
  readonly path: `/assets/${string}`;
  readonly contentType: string;
  readonly body: string;
  /** A strong entity tag (RFC 9110, section 8.8.3), quotes included. */
  readonly etag: string;
}

/** 96 bits: enough that two versions of a file never share an address. */
const HASH_LENGTH = 16;

const hashOf = (body: string): string =>
  createHash('sha256').update(body, 'utf8').digest('base64url').slice(0, HASH_LENGTH);

const asset = (name: string, contentType: string, body: string): Asset => ({
  path: `/assets/${name}`,
  contentType,
  body,
  etag: `"${hashOf(body)}"`,
});

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

const siteIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"><rect width="24" height="24" rx="5" fill="${light.accent}" stroke="none"/><path d="M7 20 9.8 4M17 20 14.2 4M8.9 9h6.2m-7.1 5.5h8"/></svg>`;

const styles = asset('stile.css', CSS, stylesheet);
const page = asset('stile.js', SCRIPT, pageScript);
const formPost = asset('form-post.js', SCRIPT, formPostScript);
const webMessage = asset('web-message.js', SCRIPT, webMessageScript);
const pushWait = asset('push-wait.js', SCRIPT, pushWaitScript);
const pushEnrol = asset('push-enrol.js', SCRIPT, pushEnrolScript);
const approve = asset('approve.js', SCRIPT, approveScript);
const webauthn = asset('webauthn.js', SCRIPT, webauthnScript);
const passkeyOffer = asset('passkey-offer.js', SCRIPT, passkeyOfferScript);
const icon = asset('stile.svg', 'image/svg+xml', siteIcon);

/** Every file that pages refer to, except the style sheets of accent colours, which are made on demand. */
export const assets: readonly Asset[] = [
  styles,
  page,
  formPost,
  webMessage,
  icon,
  pushWait,
  pushEnrol,
  approve,
  webauthn,
  passkeyOffer,
];

const addressOf = ({ path, etag }: Asset): string => `${path}?v=${etag.slice(1, -1)}`;

/** The addresses that pages refer to. */
export const addresses = {
  styles: addressOf(styles),
  page: addressOf(page),
  formPost: addressOf(formPost),
  webMessage: addressOf(webMessage),
  webauthn: addressOf(webauthn),
  passkeyOffer: addressOf(passkeyOffer),
  icon: addressOf(icon),
  pushWait: addressOf(pushWait),
  pushEnrol: addressOf(pushEnrol),
  approve: addressOf(approve),
} as const;

const accentAsset = (accent: Colour): Asset => asset(`accent-${accent.slice(1)}.css`, CSS, accentStylesheet(accent));

/** The address of the style sheet of one accent colour. */
export const accentAddress = (accent: Colour): string => addressOf(accentAsset(accent));

/**
 * The file at a path; `undefined` when there is none. Any accent colour has a style sheet: it is a pure function of the
 * six digits in its path, so that every application may have its own colour without any page carrying inline style.
 */
export const findAsset = (path: string): Asset | undefined => {
  const digits = /^\/assets\/accent-([0-9a-f]{6})\.css$/u.exec(path)?.[1];
  const accent = digits === undefined ? undefined : parseColour(`#${digits}`);
  return accent === undefined ? assets.find((candidate) => candidate.path === path) : accentAsset(accent);
};
