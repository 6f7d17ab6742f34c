import { html } from 'hono/html';
import { addresses } from './assets.ts';
import { layout } from './layout.ts';
import type { Markup } from './markup.ts';
import { attributes } from './markup.ts';
import type { Messages } from './messages.ts';

/**
 * The page of an approving device. The server knows nobody here: whose device it is, its key says, which only the script can use. So
 * everything the page may show is there from the start, hidden, and the script shows one part at a time.
 */
interface ApprovePageProps {
  /** What push services recognise this server by. */
  readonly vapidKey: string;
  /** What this device may be called. */
  readonly deviceName: string;
}

const part = (name: string, content: Markup): Markup => html`<section data-part="${name}" hidden>${content}</section>`;

const join = (
  { deviceName }: ApprovePageProps,
  { push: { approve: words } }: Messages,
): Markup => html`<h1>${words.joinTitle}</h1>
<p class="lead">${words.joinWhy}</p>
<form data-join>
<div class="field"><label for="name">${words.name}</label>
<input${attributes({ class: 'input', id: 'name', name: 'name', type: 'text', value: deviceName, maxlength: '60', autocomplete: 'off', required: true })}></div>
<div class="buttons"><button class="button main">${words.join}</button></div>
</form>`;

const nothing = ({ push: { approve: words } }: Messages): Markup => html`<h1>${words.title}</h1>
<p class="lead">${words.nothing}</p>
<p class="hint">${words.nothingHint}</p>
<div class="buttons" data-notifications hidden><button class="button" type="button">${words.notifications}</button></div>`;

const none = ({ push: { approve: words } }: Messages): Markup => html`<h1>${words.title}</h1>
<p class="lead">${words.none}</p>
<p class="hint">${words.noneHint}</p>`;

const fact = (name: string, label: string): Markup =>
  html`<div><dt>${label}</dt><dd><bdi data-fact="${name}"></bdi></dd></div>`;

const question = ({ push: { approve: words } }: Messages): Markup => html`<h1>${words.question}</h1>
<dl class="figures">
${fact('application', words.application)}
${fact('what', words.what)}
${fact('account', words.account)}
${fact('browser', words.browser)}
${fact('place', words.place)}
${fact('when', words.when)}
</dl>
<form data-answer data-now="${words.now}" data-ago="${words.secondsAgo}">
<div class="field"><label for="number">${words.number}</label>
<input${attributes({ class: 'input two', id: 'number', name: 'number', type: 'text', inputmode: 'numeric', pattern: '[0-9]{2}', maxlength: '2', autocomplete: 'off', 'aria-describedby': 'number-hint', required: true })}>
<p class="hint" id="number-hint">${words.numberHint}</p></div>
<div class="buttons">
<button class="button main" value="approve">${words.approve}</button>
<button class="button" value="deny" formnovalidate>${words.deny}</button>
</div>
<div class="buttons column"><button class="button" value="report" formnovalidate>${words.report}</button></div>
</form>`;

const outcomes = ({ push: { approve: words } }: Messages): Markup =>
  html`<div class="notice" role="status" data-outcome hidden><p></p></div>
<template data-words${attributes({
    'data-approve': words.outcomes.approve,
    'data-deny': words.outcomes.deny,
    'data-report': words.outcomes.report,
    'data-mismatch': words.outcomes.mismatch,
    'data-gone': words.outcomes.gone,
    'data-failed': words.outcomes.failed,
    'data-joined': words.joined,
    'data-join-failed': words.joinFailed,
  })}></template>`;

export const approvePage = (props: ApprovePageProps, t: Messages): string =>
  layout(
    {
      title: t.push.approve.title,
      moreScripts: [addresses.approve],
      content: html`<noscript><h1>${t.push.approve.title}</h1><p class="lead">${t.push.approve.needsScript}</p></noscript>
${outcomes(t)}
<div data-approvals data-vapid="${props.vapidKey}">
${part('join', join(props, t))}
${part('nothing', nothing(t))}
${part('none', none(t))}
${part('question', question(t))}
</div>`,
    },
    t,
  );
