/** By which ways a server, as it is configured, can reach people. */
import { reachOf } from '../doctor/host.ts';

interface Settings {
  readonly issuer: string;
  readonly mail: { readonly smtp?: unknown };
  readonly phone: { readonly provider?: unknown };
}

/** Whether this is somebody's own machine, where a mailbox in the process takes what is not configured. */
export const isForTrying = ({ issuer }: Pick<Settings, 'issuer'>): boolean =>
  reachOf(new URL(issuer).hostname) === 'loopback';

export const canMail = (config: Settings): boolean => config.mail.smtp !== undefined || isForTrying(config);

export const canPhone = (config: Settings): boolean => config.phone.provider !== undefined || isForTrying(config);
