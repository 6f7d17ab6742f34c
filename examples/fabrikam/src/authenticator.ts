/** The authenticator app of a demo user, played by this machine. */
import type { Config } from '@stile/server';
import { decodeBase32, otpauthUri, totpCode } from '@stile/server';

const periodSeconds = 30;

/** A code, and for how many more seconds it is the current one. */
export interface ShownCode {
  readonly code: string;
  readonly secondsLeft: number;
}

export interface AuthenticatorApp {
  /** What the QR code says, by which a real app learns the secret. */
  readonly uri: string;
  /** The code that the app shows, now or so many steps of 30 seconds later. */
  codeAt(seconds: number, stepsLater?: number): ShownCode;
}

/**
 * The app of a user of the configuration.
 *
 * @returns `undefined` for a user who is not in the configuration, or has no secret there
 */
export const authenticatorOf = (username: string, config: Config): AuthenticatorApp | undefined => {
  const secret = decodeBase32(config.users.find((user) => user.username === username)?.totp?.secret ?? '');
  if (secret === undefined || secret.length === 0) return undefined;
  return {
    uri: otpauthUri({ issuer: config.organisation, account: username, secret }),
    codeAt: (seconds, stepsLater = 0) => ({
      code: totpCode(secret, Math.floor(seconds / periodSeconds) + stepsLater),
      secondsLeft: periodSeconds - (seconds % periodSeconds),
    }),
  };
};
