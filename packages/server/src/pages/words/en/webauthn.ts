const either = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** Passkeys and security keys. */
export const webauthn = {
  /** Those that would do, some by their names. */
  anyOf: (names: readonly string[], others: number): string =>
    either.format([...names.map((name) => `“${name}”`), ...(others > 0 ? [`one of ${others} others`] : [])]),
  /** What to expect of the device, by how many of them verify their user. */
  lead: {
    all: (any: string): string => `Use ${any}: your device asks for your finger, your face or its PIN.`,
    some: (any: string): string =>
      `Use ${any}: your device asks for your finger, your face or its PIN, or your key blinks for you to touch it.`,
    none: (any: string): string => `Connect ${any} and touch it when it blinks.`,
  },
  noScript:
    'A passkey needs scripts, and this browser does not run them. Allow them for this page, or take another way.',
  unsupported: 'This browser cannot use passkeys. Take another way, or use another browser.',
  stopped:
    'Nothing was confirmed: it was cancelled, took too long, or there is no such passkey here. Try again, or take another way.',
  refused: {
    missing: 'Press the button, then follow what your device asks.',
    expired: 'This took too long. Press the button again.',
    already_used: 'This answer was used already. Press the button again.',
    not_verified: 'Your device did not check that it is you. Try again with your finger, your face or its PIN.',
    cloned: 'This may be a copy of your key, so we do not accept it. Take another way, and tell your administrator.',
    wrong: 'That passkey could not be accepted. Try again, or take another way.',
  },
  login: {
    button: 'Sign in with a passkey',
    stopped:
      'Nothing was confirmed: it was cancelled, took too long, or there is no passkey here. Try again, or use your password.',
    /** The same whatever was wrong, so that nobody can ask which passkeys there are. */
    failed: 'That passkey could not be used to sign in. Try again, or use your password.',
  },
  /** What a new one is called until its owner names it. */
  passkeyName: 'My passkey',
  securityKeyName: 'My security key',
  enrol: {
    title: 'Create a passkey',
    lead: 'It takes the place of codes: your device asks for your finger, your face or its PIN. It works on the real page only, never on a fake one.',
    button: 'Create passkey',
    unsupported: 'This browser cannot create passkeys. Take another way, or use another browser.',
    stopped: 'Nothing was created: it was cancelled, or took too long. Try again, or take another way.',
    already: 'This device or key is among your passkeys already.',
    refused: {
      missing: 'Press the button, then follow what your device asks.',
      expired: 'This took too long. Press the button again.',
      already_used: 'This device or key is in use already. Take another one.',
      not_verified:
        'Your device did not check that it is you, which is needed here. Set up a PIN, a finger or a face on it, or take another one.',
      wrong: 'That passkey could not be accepted. Try again, or take another device.',
    },
  },
  offer: {
    title: 'Next time without a code?',
    lead: 'With a passkey you confirm with your finger, your face or the PIN of your device. It is quicker than a code, and it does not work on fake pages.',
    later: 'Not now',
    hint: 'If you say no, we do not ask again in this browser for a while.',
  },
};
