/**
 * Office network: outside of it, everybody proves a second factor. The network is a secret of the Action, as `198.51.100.0/24`; without
 * one that can be read nobody gets in.
 */
import type { OnExecutePostLogin } from '@stile/actions';

/** An IPv4 address as a number; `undefined` for anything else. */
const numberOf = (address: string): number | undefined => {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
};

/** Whether an address lies in a network; `undefined` when the network cannot be read. */
const isInside = (address: string, network: string): boolean | undefined => {
  const [base = '', bits = ''] = network.split('/');
  const start = numberOf(base);
  if (start === undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined;
  const size = 2 ** (32 - Number(bits));
  const at = numberOf(address);
  return at !== undefined && Math.floor(at / size) === Math.floor(start / size);
};

export const onExecutePostLogin: OnExecutePostLogin = async (event, api) => {
  const verdict = isInside(event.request.ip, event.secrets.OFFICE_NETWORK ?? '');
  if (verdict === undefined) {
    console.error('The secret OFFICE_NETWORK is missing, or is no network');
    api.access.deny('This login cannot be judged');
  } else if (!verdict) {
    api.multifactor.enable('any', { allowRememberBrowser: false });
  }
};
