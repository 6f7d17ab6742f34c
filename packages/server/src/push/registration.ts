/** How a device comes to be one: a code from the page of enrolment, and a registration signed with the device's new key. */
import { equalInConstantTime, hmacSha256 } from '../digest.ts';
import type { ServerSecrets } from '../keys/server-secrets.ts';
import type { DeviceKey } from './device-message.ts';
import { verifyDeviceMessage } from './device-message.ts';
import type { Subscription } from './subscription.ts';
import { parseSubscription } from './subscription.ts';

type Sealing = Pick<ServerSecrets, 'csrf'>;

const secretOf = (secrets: Sealing, ceremonyId: string): string =>
  hmacSha256(secrets.csrf, `push registration ${ceremonyId}`).slice(0, 27);

/** What a device shows to be let in: the name of the enrolment and 160 bits that only its page knows. Nothing of it is kept. */
export const registrationCode = (secrets: Sealing, ceremonyId: string): string =>
  `${ceremonyId}.${secretOf(secrets, ceremonyId)}`;

/** The enrolment that a code is for, if it is a code of this server. */
export const parseRegistrationCode = (secrets: Sealing, code: string): string | undefined => {
  const [, ceremonyId = '', secret = ''] = /^(cer_[A-Za-z0-9_-]{24})\.([A-Za-z0-9_-]{27})$/.exec(code) ?? [];
  return equalInConstantTime(secret, secretOf(secrets, ceremonyId)) && ceremonyId !== '' ? ceremonyId : undefined;
};

const LONGEST_NAME = 60;

/** A name for the list of somebody's devices: one line, without control signs. */
const nameFrom = (value: unknown): string => {
  const name =
    typeof value === 'string'
      ? value
          .normalize('NFC')
          .replace(/[\p{C}\s]+/gu, ' ')
          .trim()
      : '';
  return Array.from(name).slice(0, LONGEST_NAME).join('').trim();
};

export interface Registration {
  readonly ceremonyId: string;
  readonly key: DeviceKey;
  /** Empty when the device told none. */
  readonly name: string;
  /** Null when it told none that this server calls. */
  readonly subscription: Subscription | null;
}

/** A registration that was signed with the key it brings, by a device that was shown the code. */
export const parseRegistration = (
  message: string,
  secrets: Sealing,
  issuer: string,
  services: readonly string[],
): Registration | undefined => {
  const verified = verifyDeviceMessage(message, 'registration', 'brought', issuer);
  if (!verified) return undefined;
  const { code, name, subscription } = verified.claims;
  const ceremonyId = typeof code === 'string' ? parseRegistrationCode(secrets, code) : undefined;
  return ceremonyId === undefined
    ? undefined
    : {
        ceremonyId,
        key: verified.key,
        name: nameFrom(name),
        subscription: parseSubscription(subscription, services) ?? null,
      };
};
