import { isIP } from 'node:net';

/** `192.0.2.1:4711` and `[2001:db8::1]:4711`, as some proxies write it, without the port. */
const withoutPort = (address: string): string => {
  const [, bracketed, , plain] = /^(?:\[([^\]]+)\](:\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(address) ?? [];
  return bracketed ?? plain ?? address;
};

/**
 * The address of the person's device. Every trusted proxy has added the address it saw to the right end of
 * `X-Forwarded-For`; whatever stands further left was written by a stranger and is not believed.
 *
 * @param trustedProxies how many proxies stand in front; 0: the header is ignored
 */
export const clientAddress = (
  socketAddress: string | undefined,
  forwardedFor: string | null,
  trustedProxies: number,
): string => {
  const seen = (forwardedFor ?? '').split(',').map((address) => withoutPort(address.trim()));
  const told = trustedProxies > 0 ? seen.at(-trustedProxies) : undefined;
  return told !== undefined && isIP(told) !== 0 ? told : (socketAddress ?? 'unknown');
};
