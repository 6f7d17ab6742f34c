import { html } from 'hono/html';
import { addresses } from './assets.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Messages } from './messages.ts';

/** Hands an authorization response to the window that opened or embeds this page, by `postMessage`. */
export interface WebMessagePageProps {
  readonly application: Application;
  /** The one origin that may receive it, registered for the application: `https://app.fabrikam.example`. */
  readonly targetOrigin: string;
  /** The parameters of the response. */
  readonly response: Readonly<Record<string, string>>;
}

/** @throws TypeError when the target is anything but one exact web origin; `*` would tell everybody. */
export const webMessagePage = (props: WebMessagePageProps, t: Messages): string => {
  const origin = URL.canParse(props.targetOrigin) ? new URL(props.targetOrigin).origin : undefined;
  if (origin !== props.targetOrigin || origin === 'null') {
    throw new TypeError('A web message needs one exact origin to go to.');
  }
  return layout(
    {
      title: t.handover.windowTitle,
      application: props.application,
      script: addresses.webMessage,
      content: html`<div id="response" data-target-origin="${origin}" data-response="${JSON.stringify(props.response)}">
<h1>${t.handover.windowTitle}</h1>
<p class="lead">${t.handover.windowWhy}</p>
</div>`,
    },
    t,
  );
};
