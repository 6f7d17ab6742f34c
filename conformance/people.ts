/** People with a password and an authenticator app. Their codes come from `otpauth`, so that the server is not asked to agree with itself. */
import { Secret, TOTP } from 'otpauth';

const STEP_SECONDS = 30;

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly totpSecret: string;
  /**
   * What their authenticator app shows, a step further each time: a code is accepted once, one step of drift is too.
   *
   * @throws Error when they were asked more often than the clock allows
   */
  code(): string;
}

/** Somebody new. @param now the server's clock, in seconds since the epoch */
export const person = (username: string, now: () => number): Person => {
  const secret = new Secret({ size: 20 });
  const totp = new TOTP({ secret, period: STEP_SECONDS, digits: 6, algorithm: 'SHA1' });
  let last = 0;
  return {
    id: `user_${username}`,
    username,
    password: 'correct horse battery staple',
    totpSecret: secret.base32,
    code: () => {
      const current = Math.floor(now() / STEP_SECONDS);
      last = Math.max(current, last + 1);
      if (last > current + 1) throw new Error(`${username} has no code left; use somebody else or turn the clock`);
      return totp.generate({ timestamp: last * STEP_SECONDS * 1000 });
    },
  };
};

/** @throws Error when nobody has that name */
export const whoIs = (username: string, people: readonly Person[]): Person => {
  const found = people.find((one) => one.username === username);
  if (!found) throw new Error(`There is no ${username}.`);
  return found;
};
