import { age, wait } from '../../duration.ts';
import type { ProofKind } from '../../icons.ts';

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

const kinds: Readonly<Record<ProofKind, string>> = {
  password: 'Password',
  totp: 'Authenticator app',
  'recovery-code': 'Recovery codes',
  passkey: 'Passkey or security key',
  email: 'Code by e-mail',
  phone: 'Code by phone',
  push: 'Approval on another device',
};

/** What choosing it adds. */
const additions: Readonly<Record<ProofKind, { readonly title: string; readonly hint: string }>> = {
  password: { title: 'Password', hint: 'Something you remember' },
  totp: { title: 'Authenticator app', hint: 'An app on your phone that shows codes' },
  'recovery-code': { title: 'New recovery codes', hint: 'For the day you lose your device. Earlier ones end.' },
  passkey: { title: 'Passkey or security key', hint: 'Quick, and it does not work on fake pages' },
  email: { title: 'Code by e-mail', hint: 'We send a code to your address' },
  phone: { title: 'Code by phone', hint: 'We send a code to your number' },
  push: { title: 'Approval on another device', hint: 'You press a button on your phone' },
};

/** The account pages: what is somebody's own, and what they can do about it. */
export const myAccount = {
  title: 'Your account',
  back: 'Back to your account',
  signOut: 'Sign out',
  kind: (kind: ProofKind): string => kinds[kind],
  unknownKind: 'Something we can no longer check',
  additionTitle: (kind: ProofKind): string => additions[kind].title,
  additionHint: (kind: ProofKind): string => additions[kind].hint,
  ago: (seconds: number): string => {
    const { count, unit } = age(seconds);
    return count === 0 || unit === 'second' ? 'just now' : `${plural(count, unit, `${unit}s`)} ago`;
  },
  day: (seconds: number): string => day.format(seconds * 1000),
  wait: (seconds: number): string => {
    const { count, unit } = wait(seconds);
    return `There were too many tries. Wait ${plural(count, unit, `${unit}s`)}, then try again.`;
  },
  /** What has just been done. */
  done: {
    added: 'It is added. From now on you can use it.',
    renamed: 'The name is changed.',
    preferred: 'From now on we ask for it first.',
    removed: 'It is removed. Whatever it had confirmed counts no more.',
    password: 'Your password is changed. You are signed out everywhere else.',
    codes: 'Your new recovery codes are good now. The earlier ones are not.',
    'signed-out': 'You are signed out there.',
    everywhere: 'You are signed out everywhere else, and no device is remembered any more.',
    forgotten: 'That device is no longer remembered.',
  },
  ways: {
    title: 'How you sign in',
    added: (when: string): string => `Added ${when}`,
    lastUsed: (when: string): string => `used ${when}`,
    neverUsed: 'not used yet',
    first: 'Asked for first',
    change: 'Change',
    changeOf: (name: string): string => `Change “${name}”`,
    codesLeft: (count: number): string => (count === 0 ? 'None left' : `${count} left`),
    fewCodes: (count: number): string =>
      count === 0
        ? 'You have no recovery code left. If you lose your device you may be locked out.'
        : `You have only ${plural(count, 'recovery code', 'recovery codes')} left. Make new ones in time.`,
    noCodes: 'You have no recovery codes. If you lose your device you may be locked out.',
    newCodes: 'Make new recovery codes',
    add: 'Add a way to sign in',
    changePassword: 'Change password',
    setPassword: 'Set a password',
  },
  sessions: {
    title: 'Where you are signed in',
    here: 'This device',
    seen: (when: string): string => `seen ${when}`,
    signOut: 'Sign out',
    signOutOf: (name: string): string => `Sign out ${name}`,
    everywhere: 'Sign out everywhere else',
    unknown: 'Unknown browser',
  },
  devices: {
    title: 'Remembered devices',
    why: 'On these we ask for a second proof less often.',
    until: (when: string): string => `until ${when}`,
    forget: 'Forget',
    forgetOf: (name: string): string => `Forget ${name}`,
  },
  activity: {
    title: 'Recent activity',
    why: 'What happened with your account, the latest first.',
    none: 'Nothing has happened yet.',
    all: 'Show all activity',
    notMe: 'Was that not you?',
    events: {
      signedIn: (kind: string): string => `Signed in: ${kind}`,
      confirmed: (kind: string): string => `Confirmed: ${kind}`,
      refused: (kind: string): string => `A wrong answer was given: ${kind}`,
      enrolled: (kind: string): string => `Added: ${kind}`,
      removed: (kind: string): string => `Removed: ${kind}`,
      renamed: (kind: string): string => `Renamed: ${kind}`,
      preferred: (kind: string): string => `Asked for first from then on: ${kind}`,
      codes: 'New recovery codes were made',
      password: 'The password was changed',
      signedOut: 'Signed out of a device',
      everywhere: 'Signed out everywhere else',
      remembered: 'A device was remembered',
      forgotten: 'A device is no longer remembered',
    },
    byAdministrator: 'by your administrator',
  },
  notMe: {
    title: 'Somebody else was here?',
    why: 'Take these steps, from the top. They keep out whoever it was.',
    password: 'Change your password',
    passwordWhy: 'Also signs out every other device.',
    everywhere: 'Sign out everywhere else',
    everywhereWhy: 'Ends what others may still have open.',
    ways: 'Remove what is not yours',
    waysWhy: 'Look through how you sign in.',
  },
  manage: {
    title: (name: string): string => `Change “${name}”`,
    name: 'Name',
    nameHint: 'What you recognise it by. 1 to 50 letters.',
    save: 'Save the name',
    prefer: 'Ask for it first',
    remove: 'Remove it',
    badName: 'Type a name of 1 to 50 letters.',
  },
  remove: {
    title: (name: string): string => `Remove “${name}”?`,
    why: 'You can then no longer sign in with it, and what it has confirmed until now counts no more.',
    button: 'Remove it',
    keep: 'Keep it',
    hindrance: {
      last_sign_in: 'It is the only thing you can sign in with. Add another one first.',
      last_for_level:
        'Something that you use asks for it, and you have nothing else that would do. Add another one first.',
    },
  },
  add: {
    title: 'What do you want to add?',
    why: 'More than one way means that you are not locked out when one is lost.',
    name: 'Its name (you may leave this empty)',
    nameHint: 'What you will recognise it by: “Pixel 9”, “Key on my key ring”.',
    over: 'That took too long, or was begun again in another window. Begin anew.',
    taken: 'It belongs to an account already.',
    notNow: 'That is not possible just now. Try again later.',
  },
  password: {
    title: 'Change your password',
    titleFirst: 'Set a password',
    why: 'You will be signed out everywhere else.',
    current: 'Current password',
    next: 'New password',
    hint: (least: number): string => `At least ${least} characters. Several words in a row are good.`,
    tooShort: (least: number): string =>
      `It is too short. Take at least ${least} characters; several words in a row are good.`,
    button: 'Change the password',
    buttonFirst: 'Set the password',
    problems: {
      unusable_characters: 'It holds characters that nobody can type. Type it by hand.',
      too_long: 'It is too long. Take at most 256 characters.',
      resembles_username: 'It is your username, or almost. Take another one.',
      common: 'It is among those that are guessed first. Take another one.',
      breached: 'It is known from a leak elsewhere. Take another one.',
      unchecked: 'We could not check whether it is known from a leak. Try again in a while.',
      unchanged: 'It is the one you have. Take another one.',
    },
    over: 'Your password was changed a moment ago, in another window. Begin anew.',
  },
  cannot: {
    signedOutTitle: 'You are not signed in',
    signedOut: 'Sign in to see your account.',
    signIn: 'Sign in',
    title: 'That needs a second proof',
    why: 'You have none that would do, and none can be added without help. If your password were enough, whoever learned it could add their own. Ask your administrator.',
  },
  download: 'Save as a file',
  codesFile: 'recovery-codes.txt',
};
