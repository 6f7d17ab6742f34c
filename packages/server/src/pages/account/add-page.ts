import { html } from 'hono/html';
import { displayName } from '../display-name.ts';
import { alert, textField } from '../field.ts';
import type { ProofKind } from '../icons.ts';
import { chevron, kindIcon } from '../icons.ts';
import type { Markup } from '../markup.ts';
import type { Messages } from '../messages.ts';
import type { AccountFrame } from './frame.ts';
import { accountForm, accountPage, mainButton } from './frame.ts';

/** Asks which kind to add. Sends `csrf` and `factor`. */
export interface AddPageProps extends AccountFrame {
  readonly choices: readonly { readonly factor: string; readonly kind: ProofKind }[];
  readonly error?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

const trouble = (
  {
    error,
    retryAfterSeconds,
  }: { readonly error?: string | undefined; readonly retryAfterSeconds?: number | undefined },
  t: Messages,
): string | undefined => (retryAfterSeconds === undefined ? error : t.errors.tooManyTries(retryAfterSeconds));

export const addPage = (props: AddPageProps, t: Messages): string => {
  const { add, additionTitle, additionHint } = t.myAccount;
  const choice = ({ factor, kind }: AddPageProps['choices'][number]): Markup => {
    return html`<li><button class="way" name="factor" value="${factor}">${kindIcon(kind)}<span>${additionTitle(kind)}<small>${additionHint(kind)}</small></span>${chevron}</button></li>`;
  };
  return accountPage(
    props,
    {
      title: add.title,
      failed: trouble(props, t) !== undefined,
      content: html`<p class="lead">${add.why}</p>
${alert(trouble(props, t))}
${accountForm(props, html`<div class="ways first"><ul>${props.choices.map(choice)}</ul></div>`)}`,
    },
    t,
  );
};

/** Asks what an enrolment needs to know before it begins, or what finishes it. Sends `csrf`, the hidden fields, and what is asked. */
export interface EnrolmentPageProps extends AccountFrame {
  readonly title: string;
  readonly lead?: string | undefined;
  readonly hidden: Readonly<Record<string, string>>;
  readonly fields: Markup;
  readonly button: string | null;
  readonly script?: string | undefined;
  /** Whether its owner may name it here. */
  readonly named: boolean;
  readonly typedName?: string | undefined;
  readonly failed: boolean;
  readonly retryAfterSeconds?: number | undefined;
}

export const enrolmentPage = (props: EnrolmentPageProps, t: Messages): string => {
  const { add } = t.myAccount;
  const hidden = Object.entries(props.hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const name = textField({
    name: 'name',
    label: add.name,
    autocomplete: 'off',
    value: props.typedName,
    hint: add.nameHint,
    optional: true,
  });
  return accountPage(
    props,
    {
      title: props.title,
      failed: props.failed,
      script: props.script,
      content: html`${props.lead === undefined ? '' : html`<p class="lead">${props.lead}</p>`}
${alert(props.retryAfterSeconds === undefined ? undefined : t.errors.tooManyTries(props.retryAfterSeconds))}
${accountForm(
  props,
  html`${hidden}
${props.fields}
<p class="on-paper"><bdi>${displayName(props.signedInAs)}</bdi></p>
${props.named ? name : ''}
${props.button === null ? '' : mainButton(props.button, t)}`,
)}`,
    },
    t,
  );
};
