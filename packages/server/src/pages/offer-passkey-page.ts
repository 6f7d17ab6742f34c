import { html } from 'hono/html';
import { alert } from './field.ts';
import type { Application } from './layout.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import { csrfField } from './markup.ts';
import type { Messages } from './messages.ts';
import { FORM } from './way-out.ts';

/** Offers to create a passkey, once what was asked is done. Sends `csrf` and `credential`, or `later`. */
export interface OfferPasskeyPageProps {
  readonly application: Application;
  /** The address the form is sent to. */
  readonly action: string;
  readonly csrf: string;
  readonly question: { readonly fields: Markup; readonly script?: string | undefined };
  readonly failed: boolean;
  /** Set when there were too many tries: how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
}

export const offerPasskeyPage = (props: OfferPasskeyPageProps, t: Messages): string => {
  const { offer, enrol } = t.webauthn;
  return layout(
    {
      title: offer.title,
      application: props.application,
      failed: props.failed,
      moreScripts: props.question.script === undefined ? [] : [props.question.script],
      content: html`<h1>${offer.title}</h1>
<p class="lead">${offer.lead}</p>
${alert(props.retryAfterSeconds === undefined ? undefined : t.errors.tooManyTries(props.retryAfterSeconds))}
<form id="${FORM}" method="post" action="${props.action}">
${csrfField(props.csrf)}
${props.question.fields}
<div class="buttons column"><button class="button main" data-busy="${t.page.busy}">${enrol.button}</button><button class="button" name="later" value="1" data-busy="${t.page.busy}">${offer.later}</button></div>
<p class="hint">${offer.hint}</p>
</form>`,
    },
    t,
  );
};
