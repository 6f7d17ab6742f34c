/** Signs of risk, and remembered browsers. */
const signs: ReadonlyMap<string, string> = new Map([
  ['new_device', 'You have not confirmed yourself in this browser before.'],
  ['new_country', 'You are in a country that is new for your account.'],
  ['impossible_travel', 'This is too far from where your account was used last.'],
  ['long_absence', 'You have not been here for a long time.'],
  ['many_failures', 'Somebody gave wrong passwords or codes for your account lately.'],
]);

export const risk = {
  /** Why more is asked than usual. */
  because: (signal: string, need: string): string =>
    `${signs.get(signal) ?? 'We cannot tell whether this is how you usually sign in.'} To be sure it is you, ${need}.`,
  /** Signing in at another provider. */
  elsewhere: 'Sign in with another provider',
  elsewhereRefused: 'That sign-in could not be accepted. Take another way.',
  remember: 'Remember this device',
  rememberHint: (days: number): string =>
    `Then you are not asked again in this browser for ${days === 1 ? 'a day' : `${days} days`}, except for what needs it. Only on a device of your own.`,
};
