import { html, raw } from 'hono/html';
import { addresses } from '../assets.ts';
import { displayName } from '../display-name.ts';
import { alert } from '../field.ts';
import { chevron } from '../icons.ts';
import type { Markup } from '../markup.ts';
import type { Messages } from '../messages.ts';

/** What a page that was asked on behalf of shows, and how it goes on. */
export interface PushQuestion {
  readonly fields: Markup;
  readonly button: string | null;
  readonly script: string;
}

/** The address at which a page learns whether its question was answered. */
const statusAddress = (ceremonyId: string): string => `/push/status?ceremony=${encodeURIComponent(ceremonyId)}`;

/** Where scripts do not run, the page looks again by itself. */
const RELOAD_SECONDS = 5;

/** Asks whether to ask: it costs somebody's attention. */
export const pushNotAsked = (device: string, error: string | undefined, t: Messages): PushQuestion => ({
  fields: html`${alert(error)}
${error === undefined ? html`<p class="lead">${t.push.askWhy(displayName(device))}</p>` : ''}
<div class="buttons"><button class="${error === undefined ? 'button main' : 'button'}" name="open" value="1" data-busy="${t.page.busy}">${t.push.ask(displayName(device))}</button></div>`,
  button: null,
  script: addresses.pushWait,
});

/** Shows the number, and waits. */
export const pushAsked = (
  asked: { readonly device: string; readonly number: string; readonly ceremonyId: string },
  error: string | undefined,
  t: Messages,
): PushQuestion => ({
  fields: html`${alert(error)}
<noscript><meta http-equiv="refresh" content="${RELOAD_SECONDS}"></noscript>
<dl class="match" data-waits="${statusAddress(asked.ceremonyId)}"><div><dt>${t.push.numberTitle}</dt><dd translate="no">${asked.number}</dd></div></dl>
<p class="lead">${t.push.openDevice(displayName(asked.device))}</p>
<p class="hint" role="status">${t.push.waiting}</p>`,
  button: t.push.done,
  script: addresses.pushWait,
});

/** The device has approved; what follows is a press, or a script. */
export const pushApproved = (error: string | undefined, t: Messages): PushQuestion => ({
  fields: html`${alert(error)}<p class="lead" role="status">${t.push.approved}</p>`,
  button: t.page.continue,
  script: addresses.pushWait,
});

interface Invitation {
  readonly ceremonyId: string;
  /** What a device is let in with. */
  readonly code: string;
  /** The page on which another device is connected, with the code behind its `#`, where no server sees it. */
  readonly address: string;
  /** The same as a QR code: an SVG element made by us. */
  readonly qrSvg: string;
  readonly vapidKey: string;
}

/** Connects this browser, or another device. Sends `registration`, which is empty when another device sent its own. */
export const connectDevice = (invitation: Invitation, error: string | undefined, t: Messages): Markup => {
  const words = t.push.enrol;
  return html`${alert(error)}
<div data-waits="${statusAddress(invitation.ceremonyId)}">
<p class="notice" role="status" data-found="${words.found('{device}')}" hidden></p>
<input type="hidden" name="registration">
<div class="buttons" data-here data-code="${invitation.code}" data-vapid="${invitation.vapidKey}" hidden>
<button class="button" type="button" aria-describedby="here-hint">${words.here}</button>
</div>
<p class="hint" id="here-hint" data-here hidden>${words.hereHint}</p>
<h2>${words.other}</h2>
<p class="hint">${words.otherHint}</p>
<div class="picture" role="img" aria-label="${words.picture}">${raw(invitation.qrSvg)}</div>
<details>
<summary>${chevron}${words.address}</summary>
<div>
<p class="address" translate="no">${invitation.address}</p>
<p class="hint">${words.addressHint}</p>
</div>
</details>
</div>`;
};
