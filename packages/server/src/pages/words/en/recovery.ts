import type { NewPasswordProblem } from '../../../factors/new-password.ts';
import { wait } from '../../duration.ts';

const span = (seconds: number): string => {
  const { count, unit } = wait(seconds);
  return `${count} ${count === 1 ? unit : `${unit}s`}`;
};

const passwordProblems: Readonly<Record<Exclude<NewPasswordProblem, 'too_short'>, string>> = {
  unusable_characters: 'That password holds characters that cannot be typed again. Leave them out.',
  too_long: 'That password is too long. 256 characters are the most.',
  resembles_username: 'That password is too close to your username. Choose another.',
  common: 'That password is among those that are guessed first. Choose another.',
  breached: 'That password is known from a leak elsewhere. Choose another.',
  unchecked: 'We could not check whether that password is known from a leak. Try again in a while.',
};

/** Enrolment behind a guard, forgotten passwords, lost authenticators. */
export const recovery = {
  guardByEmail:
    'You have no second proof yet. If your password alone were enough to add one, anybody who learned your password could add theirs. That is why we send a code to your e-mail address first.',
  guardByEither:
    'You have no second proof yet. If your password alone were enough to add one, anybody who learned your password could add theirs. That is why we ask for something else first: a code from your e-mail, or a set-up code from your administrator.',
  sendTo: (address: string): string => `Send a code to ${address}`,
  sendAgain: 'Send another code',
  sentTo: (address: string, seconds: number): string =>
    `We have sent a code to ${address}. It works once, for ${span(seconds)}, and in this browser.`,
  mailedCode: 'Code from the e-mail',
  mailedCodeHint: 'Eight letters and digits, like 7K3M-9QWX.',
  useTicket: 'Or use a set-up code',
  chooseTitle: 'What do you want to set up?',
  chooseWhy: 'From then on it shows that it is you, together with your password.',
  another: 'Set up something else',
  recoveredWhy: 'It takes the place of what you have lost.',

  forgot: 'Forgot your password?',
  forgotWhy:
    'Type your username. If it belongs to an account with a confirmed e-mail address, we send a code there, with which you choose a new password.',
  sendCode: 'Send the code',
  resetTitle: 'Choose a new password',
  resetWhy: (username: string, seconds: number): string =>
    `If “${username}” belongs to an account with a confirmed e-mail address, a code is on its way there. It works once, for ${span(seconds)}, and in this browser.`,
  newPassword: 'New password',
  newPasswordHint: (least: number): string => `At least ${least} characters. A few words in a row are good.`,
  tooShort: (least: number): string =>
    `That password is too short. Use at least ${least} characters; a few words in a row are easy to remember.`,
  save: 'Save the new password',
  resetDone: 'Your password is changed',
  resetDoneWhy:
    'You are signed out everywhere. Sign in with the new password now. What asked for a second proof still asks for it.',
  signIn: 'Sign in',
  passwordProblems,

  lost: 'Lost what it takes? Recover your account',
  lostTitle: 'Recover your account',
  lostWhy:
    'If you have lost everything that you could prove yourself with, your administrator can give you a recovery ticket. It lets you set up something new, after a waiting time.',
  ticket: 'Recovery ticket',
  ticketHint: 'Six groups of four, from your administrator. You need it again when the waiting time is over.',
  waitingTitle: 'Your recovery has begun',
  waiting: (seconds: number): string =>
    `You can set up something new in ${span(seconds)}. Come back to this page then, with the same ticket.`,
  waitingWhy:
    'A mail tells whoever reads the addresses of this account. If it was not you, stop it with the link in that mail.',
  back: 'Back',

  cancelTitle: 'Stop this recovery?',
  cancelWhy: (username: string): string =>
    `Somebody with the password of “${username}” and a recovery ticket wants to replace what the account is protected with. If that was not you, stop it: the ticket becomes worthless at once.`,
  cancel: 'This was not me: stop it',
  cancelled: 'The recovery is stopped',
  cancelledWhy:
    'The ticket is worthless now. Whoever used it knew the password: change it, and tell your administrator.',
  nothingToCancel: 'There is nothing to stop',
  nothingToCancelWhy:
    'This recovery was stopped already, has run out or is complete. If it was not you, tell your administrator.',

  mails: {
    subjects: {
      'guard-code': (organisation: string): string => `${organisation}: your code`,
      'reset-code': (organisation: string): string => `${organisation}: choose a new password`,
      'recovery-started': (organisation: string): string => `${organisation}: your account is about to be recovered`,
      enrolled: (organisation: string): string => `${organisation}: something new confirms that it is you`,
      recovered: (organisation: string): string => `${organisation}: your account was recovered`,
      'password-reset': (organisation: string): string => `${organisation}: your password was changed`,
      'recovery-stopped': (organisation: string): string => `${organisation}: the recovery of your account was stopped`,
    },
    asked: {
      'guard-code': (username: string): string =>
        `Somebody who signed in as ${username} wants to set up a new way to confirm that it is them. If it is you, type this code:`,
      'reset-code': (username: string): string =>
        `Somebody asked for a new password for ${username}. If it was you, type this code:`,
    },
    link: 'Or open this address in the browser in which you began:',
    valid: (seconds: number): string => `The code works once, for ${span(seconds)}. Tell it to nobody, whoever asks.`,
    unasked: {
      'guard-code': 'If it is not you, somebody knows your password. Change it, and tell your administrator.',
      'reset-code': 'If it was not you, you need not do anything: your password stays as it is.',
    },
    happened: {
      'recovery-started': (username: string): string =>
        `Somebody with the password of ${username} and a recovery ticket of your administrator says that they have lost what the account is protected with.`,
      enrolled: (username: string): string => `A new way to confirm that it is you was set up for ${username}.`,
      recovered: (username: string): string =>
        `With a recovery ticket, a new way to confirm that it is you was set up for ${username}. It has taken the place of what was lost.`,
      'password-reset': (username: string): string =>
        `The password of ${username} was replaced with a code from this mailbox. Every device was signed out.`,
      'recovery-stopped': (username: string): string =>
        `The recovery of ${username} was stopped. Whoever began it knew the password: change it.`,
    },
    ready: (seconds: number): string =>
      seconds === 0 ? 'They can set up something new at once.' : `In ${span(seconds)} they can set up something new.`,
    stop: 'If it is you, there is nothing to do now. If it is not you, stop it here:',
    notYou: 'If that was not you, tell your administrator at once.',
  },

  errors: {
    wrongCode: 'That code is not right. Check each character, or have another one sent.',
    expiredCode: 'That code is too old or was used already. Have another one sent.',
    cannotSend: 'We could not send the e-mail. Try again in a moment.',
    wrongTicket: 'That recovery ticket is not right. Check each character, or ask your administrator for a new one.',
  },
};
