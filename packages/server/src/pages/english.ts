import type { Age, Span, Unit } from './duration.ts';
import { wait } from './duration.ts';
import type { Demand, Reason } from './reason.ts';
import { demandOf, fitsButton, insideSentence, staleness } from './reason.ts';
import { myAccount } from './words/en/account.ts';
import { email } from './words/en/email.ts';
import { mail } from './words/en/mail.ts';
import { phone } from './words/en/phone.ts';
import { push } from './words/en/push.ts';
import { recovery } from './words/en/recovery.ts';
import { risk } from './words/en/risk.ts';
import { webauthn } from './words/en/webauthn.ts';

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const spanInWords = ({ count, unit }: Span): string => plural(count, unit, `${unit}s`);

const one: Readonly<Record<Unit, string>> = { second: 'a second', minute: 'a minute', hour: 'an hour', day: 'a day' };

const ageInWords = (latest: Age): string => {
  if (latest.count === 0) return 'just now';
  const words = latest.count === 1 ? one[latest.unit] : spanInWords(latest);
  return latest.over ? `a little over ${words} ago` : `${words} ago`;
};

const fromTheLast = (most: Span): string => `from the last ${most.count === 1 ? most.unit : spanInWords(most)}`;

/** "Transfer money" inside a sentence; an abbreviation at the start keeps its capitals. */
const verbPhrase = (what: string): string => {
  const phrase = insideSentence(what);
  return /^\p{Lu}\p{Ll}/u.test(phrase) ? phrase.charAt(0).toLowerCase() + phrase.slice(1) : phrase;
};

const demanded: Readonly<Record<Demand, { need: string; asks: string; last: string }>> = {
  'sign-in': { need: 'sign in again', asks: 'asks you to sign in again', last: 'Your last sign-in was' },
  'second-proof': { need: 'give a second proof', asks: 'asks for a second proof', last: 'Your last one was' },
  passkey: {
    need: 'use a passkey or security key',
    asks: 'asks for your passkey or security key',
    last: 'Your last such proof was',
  },
};

const because = (reason: Reason): string => {
  const { need, asks, last } = demanded[demandOf(reason.acr)];
  if (reason.risk !== undefined) return risk.because(reason.risk, need);
  const lead =
    reason.what === undefined
      ? `${reason.own === true ? 'Your account' : 'The application'} ${asks}.`
      : `To ${verbPhrase(reason.what)}, ${need}.`;
  const stale = staleness(reason);
  if (stale === undefined) return lead;
  const enough = stale.most === undefined ? 'a new one' : `one ${fromTheLast(stale.most)}`;
  return `${lead} ${last} ${ageInWords(stale.latest)}; this needs ${enough}.`;
};

const triesLeft = (count: number | undefined): string => {
  if (count === undefined) return '';
  return count === 1 ? ' One try is left.' : ` ${count} tries are left.`;
};

const waitInWords = (seconds: number): string => spanInWords(wait(seconds));

/** The scopes that every application may ask for (OpenID Connect Core 1.0, section 5.4 and 11). */
const openidScopes: ReadonlyMap<string, string> = new Map([
  ['openid', 'Recognise you when you come back'],
  ['profile', 'Know your name and what your profile says'],
  ['email', 'Know your e-mail address'],
  ['address', 'Know your postal address'],
  ['phone', 'Know your phone number'],
  ['offline_access', 'Keep its access while you are away'],
]);

/** English: the shape that every other language has to fill. */
export const english = {
  locale: 'en',
  page: {
    error: 'Error',
    busy: 'One moment…',
    signedInAs: (user: string): string => `Signed in as ${user}`,
    notYou: 'Not you?',
    cancel: 'Cancel',
    continue: 'Continue',
    anotherWay: 'Another way',
  },
  login: {
    title: (application: string): string => `Sign in to ${application}`,
    titleAgain: 'Sign in again',
    username: 'Username',
    password: 'Password',
    showPassword: 'Show password',
    button: 'Sign in',
    demo: 'For trying out',
  },
  challenge: {
    title: 'Confirm it is you',
    button: 'Confirm',
    again: 'Send it again',
    /** The button that says what happens next; a long description does not fit. */
    buttonFor: (what: string): string => (fitsButton(what) ? `Confirm and ${verbPhrase(what)}` : 'Confirm'),
    code: 'Code from your authenticator app',
    codeHint: (authenticator: string): string => `The six digits that the app shows for “${authenticator}”.`,
    recoveryCode: 'Recovery code',
    recoveryCodeHint: 'One of the codes you kept. Each works once.',
    codesLeft: (count: number): string => (count === 0 ? 'None is left.' : `${plural(count, 'is', 'are')} left.`),
  },
  ways: {
    totp: 'Use your authenticator app',
    recoveryCode: 'Use a recovery code',
    recoveryCodeHint: (left: number): string => `${left} left`,
    passkey: 'Use a passkey',
    passkeyHint: 'Quick, and it does not work on fake pages',
    password: 'Use your password',
  },
  select: {
    title: 'How do you want to confirm it is you?',
  },
  enrol: {
    guardTitle: 'Set up your second proof',
    guardWhy:
      'You have no second proof yet. If your password alone were enough to add one, anybody who learned your password could add theirs. That is why your administrator gives you a set-up code first.',
    ticket: 'Set-up code',
    ticketHint: 'Your administrator can give you one. It works once.',
    scanTitle: 'Connect your authenticator app',
    scanWhy: 'Scan this picture with the app. It then shows a new code every 30 seconds.',
    picture: 'Picture with the set-up key, to be scanned with an authenticator app',
    keyInstead: 'Type a key instead',
    keyHint: 'In the app, choose to enter a key by hand. The spaces do not matter.',
    openApp: 'Open the app on this device',
    code: 'Code that the app shows now',
    codeHint: 'Six digits. They show us that the app is connected.',
    connect: 'Connect',
    /** What an authenticator is called until its owner names it. */
    appName: 'Authenticator app',
    recoveryCodesName: 'Recovery codes',
    keepTitle: 'Keep your recovery codes',
    keepWhy:
      'If you lose your device, each of these codes takes its place once. This is the only time you see them, so print them or write them down.',
    copy: 'Copy',
    copied: 'Copied',
    print: 'Print',
    kept: 'I have kept them',
  },
  consent: {
    title: (application: string): string => `${application} asks for access`,
    wants: 'If you allow it, this application may:',
    isNew: 'New',
    /** OpenID Connect's own scopes; `undefined` for every other. */
    openidScopes: (name: string): string | undefined => openidScopes.get(name),
    returnsTo: (host: string): string => `You then go back to ${host}. Allow this only if you trust it.`,
    allow: 'Allow',
    deny: 'Do not allow',
  },
  account: {
    title: 'Which account?',
    why: (application: string): string => `You are about to use ${application}.`,
    other: 'Use another account',
  },
  signOut: {
    title: 'Do you want to sign out?',
    why: 'You will have to sign in again the next time.',
    confirm: 'Sign out',
    stay: 'Stay signed in',
    doneTitle: 'You are signed out',
    doneWhy: 'If other people use this device, close the window as well.',
  },
  front: {
    title: (organisation: string): string => `Sign-in for ${organisation}`,
    why: 'Applications send you here when you have to sign in or confirm something. You do not have to do anything on this page.',
  },
  handover: {
    title: 'Going back to the application',
    why: 'If nothing happens, press the button.',
    windowTitle: 'That is all',
    windowWhy: 'The application goes on from here. You can close this window.',
  },
  /** Why a proof is asked for. */
  because,
  /** What went wrong on a page that can be answered again: what it was, what to do, how many tries or how long. */
  errors: {
    usernameMissing: 'Type your username.',
    passwordMissing: 'Type your password.',
    /** The same for an unknown user and a wrong password, so that nobody can ask who has an account. */
    wrongPassword: 'Username and password do not match. Check both and try again.',
    /** For a person whose name is already known. */
    wrongPasswordAgain: 'That is not your password. Try again.',
    tooManyTries: (seconds: number): string =>
      `There were too many tries. Wait ${waitInWords(seconds)}, then try again.`,
    codeMissing: 'Type the code.',
    wrongCode: (left?: number): string =>
      `That code is not right, or no longer. Type the one that the app shows now.${triesLeft(left)}`,
    usedCode: 'That code was used already. Wait for the next one; it takes up to 30 seconds.',
    wrongRecoveryCode: (left?: number): string =>
      `That is not one of your unused recovery codes. Check each character, or take another code.${triesLeft(left)}`,
    wrongTicket: (left?: number): string =>
      `That set-up code is not right. Check each character, or ask your administrator for a new one.${triesLeft(left)}`,
    expiredTicket: 'That set-up code is too old or was used already. Ask your administrator for a new one.',
    wrongFirstCode:
      'That code does not fit. Check that the app has this account and that the clock of your device is right, then type the code it shows now.',
  },
  /** What went wrong for good: the whole text of an error page. */
  problems: {
    expired: {
      title: 'This page has expired',
      message: 'Go back to the application and try again.',
      hint: 'For your safety, a page like this one works for a short time only.',
    },
    someoneElse: {
      title: 'This page is meant for somebody else',
      message: 'Another person began here, or you have signed in as somebody else since then.',
      hint: 'Go back to the application and begin again.',
    },
    cookiesBlocked: {
      title: 'Your browser blocks cookies',
      message: 'Without cookies we cannot tell that it is still you from one page to the next.',
      hint: 'Allow cookies for this site, then go back to the application and try again.',
    },
    unknownApplication: {
      title: 'We do not know this application',
      message: 'The application that sent you here is not registered.',
      hint: 'If you run it: compare its client ID with the one that is registered here.',
    },
    unregisteredRedirect: {
      title: 'We cannot send you back to this address',
      message:
        'The application asked us to send you to an address that is not registered for it. To protect you, we stop here.',
      hint: 'If you run it: register the exact address as a redirect URI.',
    },
    badRequest: {
      title: 'We do not understand this request',
      message: 'The application sent something incomplete or wrong. Go back to it and try again.',
      hint: 'If it happens again, tell the people who run the application.',
    },
    forged: {
      title: 'We could not be sure this came from you',
      message: 'The page was open for too long, or another site tried to act in your name. Nothing has been done.',
      hint: 'Go back to the application and try again.',
    },
    notFound: {
      title: 'There is no such page',
      message: 'The address may be mistyped, or the page is gone.',
      hint: 'Go back to the application and begin there.',
    },
    tooManyRequests: {
      title: 'That was too fast for us',
      message: 'Too many requests came from your network in a short time.',
      hint: 'Wait a minute, then try again.',
    },
    serverError: {
      title: 'Something went wrong on our side',
      message: 'It is not your fault, and nothing has been done. Try again in a moment.',
      hint: 'If it happens again, tell us the reference number.',
    },
  },
  email,
  mail,
  phone,
  push,
  recovery,
  risk,
  webauthn,
  myAccount,
  reference: 'Reference number',
};
