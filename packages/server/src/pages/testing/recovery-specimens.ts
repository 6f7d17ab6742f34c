/** The pages of enrolment behind a guard and of recovery, in every state. */
import { enrolPage } from '../enrol-page.ts';
import type { Messages } from '../messages.ts';
import { recoveryPage, stopRecoveryPage } from '../recovery-page.ts';
import { resetPasswordPage } from '../reset-password-page.ts';
import type { Way } from '../ways.ts';
import type { Chosen } from './specimens.ts';

type Specimens = Readonly<Record<string, string>>;

const ADDRESS = 'r•••@fabrikam.example';
const CODE = '7K3M-9QWX';

const guardSpecimens = (chosen: Chosen, choices: readonly Way[], t: Messages): Specimens => {
  const { application, csrf, user } = chosen;
  const frame = { application, action: '/enrol?interaction=7Hq2', csrf, signedInAs: user };
  const byMail = { address: ADDRESS };
  const sent = { ...byMail, sent: { validForSeconds: 900 } };
  const { wrongCode } = t.recovery.errors;
  return {
    'enrol-guard-mail': enrolPage({ ...frame, state: 'guard', byTicket: false, byMail }, t),
    'enrol-guard-either': enrolPage({ ...frame, state: 'guard', byTicket: true, byMail }, t),
    'enrol-guard-sent': enrolPage({ ...frame, state: 'guard', byTicket: true, byMail: sent }, t),
    'enrol-guard-sent-wrong': enrolPage(
      { ...frame, state: 'guard', byTicket: true, byMail: { ...sent, code: CODE }, mailError: wrongCode },
      t,
    ),
    'enrol-guard-unsent-wrong': enrolPage(
      { ...frame, state: 'guard', byTicket: false, byMail, mailError: t.recovery.errors.cannotSend },
      t,
    ),
    'enrol-choose': enrolPage({ ...frame, state: 'choose', lead: t.recovery.chooseWhy, choices }, t),
    'enrol-choose-recovered': enrolPage({ ...frame, state: 'choose', lead: t.recovery.recoveredWhy, choices }, t),
  };
};

const resetSpecimens = ({ application, csrf, user }: Chosen, t: Messages): Specimens => {
  const ask = {
    state: 'ask',
    application,
    csrf,
    action: '/reset-password?interaction=7Hq2',
    username: user,
    validForSeconds: 900,
    leastLength: 15,
  } as const;
  const { errors, tooShort } = t.recovery;
  return {
    'reset-password': resetPasswordPage(ask, t),
    'reset-password-link': resetPasswordPage({ ...ask, code: CODE }, t),
    'reset-password-wrong': resetPasswordPage({ ...ask, error: { field: 'code', message: errors.wrongCode } }, t),
    'reset-password-weak-wrong': resetPasswordPage(
      { ...ask, code: CODE, error: { field: 'password', message: tooShort(15) } },
      t,
    ),
    'reset-password-wait': resetPasswordPage({ ...ask, retryAfterSeconds: 3_000 }, t),
    'reset-password-done': resetPasswordPage({ state: 'done', application, signIn: '/authorize?interaction=7Hq2' }, t),
  };
};

const lostSpecimens = ({ application, csrf, user, loginHint }: Chosen, t: Messages): Specimens => {
  const frame = { application, csrf, action: '/recover?interaction=7Hq2', back: '/authorize?interaction=7Hq2' };
  const known = { ...frame, signedInAs: user };
  const { wrongTicket } = t.recovery.errors;
  return {
    'recover-password': recoveryPage({ ...frame, state: 'forgot', username: loginHint }, t),
    'recover-password-missing': recoveryPage({ ...frame, state: 'forgot', error: t.errors.usernameMissing }, t),
    'recover-password-wait': recoveryPage({ ...frame, state: 'forgot', retryAfterSeconds: 290 }, t),
    'recover-device': recoveryPage({ ...known, state: 'lost', forgot: '/recover?what=password' }, t),
    'recover-device-wrong': recoveryPage({ ...known, state: 'lost', error: wrongTicket }, t),
    'recover-waiting': recoveryPage({ ...known, state: 'waiting', seconds: 82_000 }, t),
    'recover-stop': stopRecoveryPage({ state: 'ask', action: '/recover/stop', token: 'a.b', username: user }, t),
    'recover-stopped': stopRecoveryPage({ state: 'stopped' }, t),
    'recover-nothing': stopRecoveryPage({ state: 'nothing' }, t),
  };
};

/** Pages by name. */
export const recoverySpecimens = (chosen: Chosen, t: Messages): Specimens => ({
  ...guardSpecimens(
    chosen,
    (['passkey', 'totp', 'email', 'phone', 'push'] as const).map((kind) => ({
      value: kind,
      kind,
      label: t.myAccount.additionTitle(kind),
      hint: t.myAccount.additionHint(kind),
    })),
    t,
  ),
  ...resetSpecimens(chosen, t),
  ...lostSpecimens(chosen, t),
});
