import type { NoticeKind } from '../../../notify/message.ts';

const minutes = (seconds: number): string =>
  seconds < 120 ? `${seconds} seconds` : `${Math.floor(seconds / 60)} minutes`;

interface NoticeWords {
  readonly subject: string;
  readonly happened: (name: string | undefined) => string;
}

const named = (name: string | undefined): string => (name === undefined ? '' : `: “${name}”`);

const notices: Readonly<Record<NoticeKind, NoticeWords>> = {
  'authenticator.added': {
    subject: 'A way to confirm it is you was added',
    happened: (name) => `A new way to confirm it is you was added to your account${named(name)}.`,
  },
  'authenticator.removed': {
    subject: 'A way to confirm it is you was removed',
    happened: (name) => `A way to confirm it is you was removed from your account${named(name)}.`,
  },
  'authenticator.renamed': {
    subject: 'A way to confirm it is you has a new name',
    happened: (name) => `A way to confirm it is you was given another name${named(name)}.`,
  },
  'authenticator.preferred': {
    subject: 'Another way to confirm it is you comes first now',
    happened: (name) => `Another of your ways to confirm it is you is asked for first now${named(name)}.`,
  },
  'recovery_codes.renewed': {
    subject: 'You have new recovery codes',
    happened: () => 'New recovery codes were made for your account. The old ones do not work any more.',
  },
  'password.changed': {
    subject: 'Your password was changed',
    happened: () => 'The password of your account was changed.',
  },
  'session.ended': {
    subject: 'A device was signed out',
    happened: () => 'One of your devices was signed out.',
  },
  'sessions.ended': {
    subject: 'You were signed out everywhere',
    happened: () => 'Your other devices were signed out.',
  },
  'device.forgotten': {
    subject: 'A device is not remembered any more',
    happened: () => 'A device that you had asked us to remember is not remembered any more.',
  },
  'new-device': {
    subject: 'New sign-in to your account',
    happened: () =>
      'Somebody signed in to your account with a browser, or from a country, that we have not seen you in before.',
  },
  reported: {
    subject: 'You reported a question that was not yours',
    happened: () =>
      'Somebody who knows your password asked for your approval, and you reported it. We have ended that session. Change your password.',
  },
};

const CLOSING = 'Nobody who works for us will ever ask you for this code. Give it to no one, on no page but ours.';

/** What is mailed. */
export const mail = {
  greeting: (organisation: string): string => `Sign-in for ${organisation}`,
  codes: {
    code: {
      subject: (organisation: string): string => `Your code for ${organisation}`,
      lead: (application: string | undefined, what: string | undefined): string =>
        `${application === undefined ? 'Type this code to confirm it is you' : `${application} asks you to confirm it is you. Type this code`}${what === undefined ? '.' : ` to go on: ${what}.`}`,
      link: 'Or open the page that asks, in the same browser, and confirm there',
    },
    'address-code': {
      subject: (organisation: string): string => `Confirm your address for ${organisation}`,
      lead: (): string => 'Type this code to show that this address is yours.',
      link: 'Open the page that asks',
    },
  },
  valid: (seconds: number): string => `It works once, for ${minutes(seconds)}.`,
  closing: CLOSING,
  unasked:
    'You did not ask for this? Then somebody else may know your password. Ignore this mail, and change your password.',
  notices,
  when: (moment: string): string => `When: ${moment}`,
  where: (browser: string | undefined, place: string | undefined): string =>
    `Where: ${[browser, place === undefined ? undefined : `network ${place}`].filter((part) => part !== undefined).join(', ')}`,
  notYou: 'Was it not you? Change your password at once, and look at your account:',
  account: 'Your account',
  mailbox: {
    title: 'Mailbox for trying out',
    warning:
      'No mail server and no phone provider is configured, so this server keeps what it would send in memory and shows it here, on this machine alone. Everybody who opens this page reads it.',
    empty: 'Nothing was sent yet.',
    to: 'To',
    plain: 'As plain text',
    channels: { email: 'Mail', sms: 'Text message', voice: 'Call' },
  },
};
