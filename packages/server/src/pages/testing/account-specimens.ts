/** The pages of an account in every state, for the tests that hold for all pages. */

import { activityPage, notMePage } from '../account/activity-page.ts';
import { addPage, enrolmentPage } from '../account/add-page.ts';
import { authenticatorPage, removePage } from '../account/authenticator-page.ts';
import { cannotPage } from '../account/cannot-page.ts';
import { overviewPage } from '../account/overview-page.ts';
import { passwordPage } from '../account/password-page.ts';
import { codeSheet } from '../factors/recovery-code.ts';
import { totpField } from '../factors/totp.ts';
import type { Messages } from '../messages.ts';
import type { Chosen } from './specimens.ts';

const AT = 1_795_478_400;

type Specimens = Readonly<Record<string, string>>;

const frameOf = ({ application, csrf, user }: Chosen) => ({ application, action: '/account', csrf, signedInAs: user });

const overviews = (chosen: Chosen, t: Messages): Specimens => {
  const { device } = chosen;
  const frame = frameOf(chosen);
  const activity = [
    { what: 'Signed in: Password', at: AT, ago: 90, where: [chosen.asker, 'Firefox, Linux'], bad: false },
    { what: 'A wrong answer was given: Password', at: AT - 900_000, ago: 900_000, where: [], bad: true },
  ];
  const seen = { id: 'ses_1', browser: 'Firefox, Linux', network: '192.0.2.*', seenAgo: 3_600, here: false };
  const overview = {
    ...frame,
    done: undefined,
    ways: [
      { id: 'a1', kind: 'totp', name: device, addedAt: AT, usedAgo: 7_200, first: true },
      { id: 'a2', kind: 'recovery-code', name: 'Codes', addedAt: AT, usedAgo: undefined, first: false, codesLeft: 2 },
      { id: 'a3', kind: undefined, name: device, addedAt: AT, usedAgo: undefined, first: false },
    ],
    hasPassword: true,
    codesLeft: 2,
    mayHaveCodes: true,
    sessions: [
      { ...seen, here: true },
      { ...seen, browser: '' },
    ],
    devices: [{ ...seen, until: AT }],
    activity,
  } as const;
  return {
    account: overviewPage(overview, t),
    'account-done': overviewPage({ ...overview, done: 'added', codesLeft: undefined, devices: [], activity: [] }, t),
    'account-activity': activityPage({ ...frame, activity }, t),
    'account-not-me': notMePage(frame, t),
  };
};

export const accountSpecimens = (chosen: Chosen, t: Messages): Specimens => {
  const { application, device } = chosen;
  const frame = frameOf(chosen);
  const one = { ...frame, id: 'a1', name: device, preferred: false };
  const question = {
    ...frame,
    title: t.enrol.scanTitle,
    lead: t.enrol.scanWhy,
    hidden: { ceremony: 'cer_1' },
    button: t.enrol.connect,
    named: true,
    failed: false,
    fields: totpField(device, undefined, t),
  };
  const choices = [{ factor: 'totp', kind: 'totp' }] as const;
  const codes = codeSheet(['7K3M-9QWX-2F4H-8TNV-5C6D-1BJR'], t);
  const password = { ...frame, hasPassword: true, leastLength: 8 };
  return {
    ...overviews(chosen, t),
    'account-authenticator': authenticatorPage(one, t),
    'account-authenticator-wrong': authenticatorPage({ ...one, typed: device, error: t.myAccount.manage.badName }, t),
    'account-remove': removePage(one, t),
    'account-remove-wrong': removePage({ ...one, hindrance: 'last_sign_in' }, t),
    'account-add': addPage({ ...frame, choices }, t),
    'account-add-wait': addPage({ ...frame, choices, retryAfterSeconds: 9 }, t),
    'account-enrol': enrolmentPage(question, t),
    'account-enrol-wrong': enrolmentPage(
      { ...question, failed: true, typedName: device, fields: totpField(device, t.errors.wrongFirstCode, t) },
      t,
    ),
    'account-codes': enrolmentPage({ ...question, named: false, fields: codes }, t),
    'account-password': passwordPage(password, t),
    'account-password-first': passwordPage({ ...password, hasPassword: false }, t),
    'account-password-wrong': passwordPage(
      { ...password, error: { field: 'new_password', message: t.myAccount.password.problems.common } },
      t,
    ),
    'account-password-wait': passwordPage({ ...password, retryAfterSeconds: 9 }, t),
    'account-signed-out': cannotPage({ application, why: 'signed-out' }, t),
    'account-no-proof': cannotPage({ application, why: 'no-proof' }, t),
  };
};
