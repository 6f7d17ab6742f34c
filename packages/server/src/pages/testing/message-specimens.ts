/** The pages that send codes, take them and add where they go, in every state; and what keeps them where nothing is sent. */
import type { Question } from '../../factors/factor.ts';
import { challengePage } from '../challenge-page.ts';
import { enrolPage } from '../enrol-page.ts';
import { askAddress, emailNotSent, emailSent } from '../factors/email.ts';
import { askNumber, phoneAsked, phoneNotAsked } from '../factors/phone.ts';
import { mailboxPage } from '../mailbox-page.ts';
import type { Messages } from '../messages.ts';
import type { Chosen } from './specimens.ts';

const ACTION = '/interaction/7Hq2';
const ADDRESS = 'r•••@fabrikam.example';
const PHONE = { number: '+49…23', channel: 'sms' } as const;
const CALLED = { ...PHONE, channel: 'voice' } as const;

const challenges = (chosen: Chosen, t: Messages) => {
  const { application, csrf, user: signedInAs, device, what } = chosen;
  const challenge = (question: Question, error?: string, mayOpenAgain = false): string =>
    challengePage(
      {
        application,
        action: ACTION,
        csrf,
        signedInAs,
        title: t.challenge.title,
        why: { sentence: t.because({ acr: 'mfa', what }) },
        authenticator: 'a6',
        alternatives: [{ value: 'a2', kind: 'totp', label: t.ways.totp, hint: device }],
        question: {
          ...question,
          button: question.button === undefined ? t.challenge.buttonFor(what) : question.button,
        },
        mayOpenAgain,
        failed: error !== undefined,
      },
      t,
    );
  const [mailed, phoned] = [t.email.refused, t.phone.refused];
  return {
    'challenge-email': challenge(emailNotSent(ADDRESS, undefined, t)),
    'challenge-email-sent': challenge(emailSent(ADDRESS, {}, t), undefined, true),
    'challenge-email-link': challenge(emailSent(ADDRESS, { code: '482913' }, t), undefined, true),
    'challenge-email-wrong': challenge(emailSent(ADDRESS, { error: mailed.wrong }, t), mailed.wrong, true),
    'challenge-phone': challenge(phoneNotAsked(PHONE, undefined, t)),
    'challenge-phone-call': challenge(phoneNotAsked(CALLED, undefined, t)),
    'challenge-phone-wait-wrong': challenge(phoneNotAsked(PHONE, t.phone.tooMany, t), t.phone.tooMany),
    'challenge-phone-sent': challenge(phoneAsked(PHONE, undefined, t), undefined, true),
    'challenge-phone-called': challenge(phoneAsked(CALLED, undefined, t), undefined, true),
    'challenge-phone-expired-wrong': challenge(phoneAsked(PHONE, phoned.expired, t), phoned.expired, true),
  };
};

const enrolments = (chosen: Chosen, t: Messages) => {
  const { application, csrf, user: signedInAs } = chosen;
  const shown = {
    application,
    action: ACTION,
    csrf,
    signedInAs,
    state: 'connect',
    lead: t.recovery.chooseWhy,
  } as const;
  const button = t.page.continue;
  const number = (error?: string): string => {
    const question = { ...askNumber(true, error, t), button };
    const title = t.myAccount.additionTitle('phone');
    return enrolPage({ ...shown, title, question, authenticator: 'phone', ...(error !== undefined && { error }) }, t);
  };
  const address = (error?: string): string => {
    const question = { ...askAddress(error, t), button };
    const title = t.myAccount.additionTitle('email');
    return enrolPage({ ...shown, title, question, authenticator: 'email', ...(error !== undefined && { error }) }, t);
  };
  return {
    'enrol-email': address(),
    'enrol-email-wrong': address(t.email.enrol.notAnAddress),
    'enrol-phone': number(),
    'enrol-phone-wrong': number(t.phone.enrol.notAllowed),
  };
};

export const messageSpecimens = (chosen: Chosen, t: Messages): Readonly<Record<string, string>> => {
  const { user, what } = chosen;
  const code = { channel: 'email', kind: 'code', at: 1_795_478_400, to: user, subject: what } as const;
  const text = `${what}\n\n    482913\n\nhttps://login.fabrikam.example/challenge?interaction=7Hq2&code=482913\n`;
  const called = { channel: 'voice', kind: 'code', at: 1_795_478_300, to: '+4915112345623', subject: '' } as const;
  return {
    ...challenges(chosen, t),
    ...enrolments(chosen, t),
    'dev-mailbox': mailboxPage(
      [
        { ...code, text },
        { ...called, text: t.phone.spoken('Fabrikam', '4, 8, 2, 9, 1, 3') },
      ],
      t,
    ),
    'dev-mailbox-empty': mailboxPage([], t),
  };
};
