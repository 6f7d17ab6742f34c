/** Which account? Asked when a client sends `prompt=select_account`. */
import type { Handler } from '../deps.ts';
import { page, seeOther } from '../http/responses.ts';
import { selectAccountPage } from '../pages/select-account-page.ts';
import { home, openForm, openPage } from './open.ts';
import { provenAt } from './record.ts';

/** `GET /select-account` */
export const showSelectAccount: Handler = async (request, deps, caller) => {
  const opened = await openPage('select-account', request, deps, caller);
  if (opened instanceof Response) return opened;
  const props = {
    application: opened.application,
    action: `/select-account?interaction=${opened.interaction.id}`,
    csrf: opened.csrf,
    signedInAs: opened.decided.current?.user.username ?? '',
  };
  return page(selectAccountPage(props, opened.t));
};

/** `POST /select-account` */
export const answerSelectAccount: Handler = async (request, deps, caller) => {
  const answered = await openForm('select-account', request, deps, caller);
  if (answered instanceof Response) return answered;
  if (answered.form.has('continue')) {
    // The form is of the person who was shown; nobody else's session comes this far with it.
    const userId = answered.decided.current?.user.id ?? null;
    await deps.store.interactions.update(answered.interaction.id, {
      userId,
      accountSelectedAt: provenAt(answered, deps),
    });
  }
  return seeOther(home(answered.interaction));
};
