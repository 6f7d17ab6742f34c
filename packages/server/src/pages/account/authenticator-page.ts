import { html } from 'hono/html';
import { displayName } from '../display-name.ts';
import { alert, textField } from '../field.ts';
import type { Messages } from '../messages.ts';
import type { AccountFrame } from './frame.ts';
import { accountForm, accountPage, deed, mainButton } from './frame.ts';

/** Changes one authenticator. Sends `csrf` and `name`, or `prefer`. */
export interface AuthenticatorPageProps extends AccountFrame {
  readonly id: string;
  readonly name: string;
  readonly typed?: string | undefined;
  readonly error?: string | undefined;
  readonly preferred: boolean;
}

export const authenticatorPage = (props: AuthenticatorPageProps, t: Messages): string => {
  const { manage } = t.myAccount;
  return accountPage(
    props,
    {
      title: manage.title(displayName(props.name)),
      failed: props.error !== undefined,
      content: html`${accountForm(
        props,
        html`${textField({
          name: 'name',
          label: manage.name,
          autocomplete: 'off',
          value: props.typed ?? props.name,
          hint: manage.nameHint,
          error: props.error,
          autofocus: true,
        })}
${mainButton(manage.save, t)}`,
      )}
<div class="buttons">
${props.preferred ? '' : deed(manage.prefer, { name: 'prefer', value: '1', look: 'button' }, t)}
<a class="button" href="/account/remove?id=${props.id}">${manage.remove}</a>
</div>`,
    },
    t,
  );
};

/** Asks once more before an authenticator goes. Sends `csrf` and `remove`. */
export const removePage = (
  props: AccountFrame & {
    readonly id: string;
    readonly name: string;
    /** Why it cannot go. */
    readonly hindrance?: keyof Messages['myAccount']['remove']['hindrance'] | undefined;
  },
  t: Messages,
): string => {
  const { remove } = t.myAccount;
  const { hindrance } = props;
  const keep = html`<a class="button" href="/account">${remove.keep}</a>`;
  return accountPage(
    props,
    {
      title: remove.title(displayName(props.name)),
      failed: hindrance !== undefined,
      content:
        hindrance === undefined
          ? html`<p class="lead">${remove.why}</p>
${accountForm(
  props,
  html`<div class="buttons">${keep}<button class="button main" name="remove" value="1" data-busy="${t.page.busy}">${remove.button}</button></div>`,
)}`
          : html`${alert(remove.hindrance[hindrance])}
<div class="buttons">${keep}<a class="button main" href="/account/add">${t.myAccount.ways.add}</a></div>`,
    },
    t,
  );
};
