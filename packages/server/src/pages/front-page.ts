import { html } from 'hono/html';
import { displayName } from './display-name.ts';
import { layout } from './layout.ts';
import type { Messages } from './messages.ts';

/** Says what this server is to those who come without being sent. */
export interface FrontPageProps {
  /** Whose server this is. */
  readonly organisation: string;
  /** The person who is signed in, when there is one. */
  readonly signedInAs?: string | undefined;
}

export const frontPage = (props: FrontPageProps, t: Messages): string => {
  const title = t.front.title(displayName(props.organisation));
  return layout(
    {
      title,
      content: html`<h1>${title}</h1>
<p class="lead">${t.front.why}</p>
${
  props.signedInAs === undefined
    ? ''
    : html`<p class="notice"><bdi>${t.page.signedInAs(displayName(props.signedInAs))}</bdi></p>
<div class="buttons"><a class="button" href="/account">${t.myAccount.title}</a></div>`
}`,
    },
    t,
  );
};
