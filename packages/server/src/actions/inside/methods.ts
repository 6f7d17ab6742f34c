/** The calls of `api` that are recorded for the server, each after a check of its arguments. */
import type { Host } from './host.ts';
import { RESTRICTED_CLAIMS } from './restricted-claims.ts';
import { unsupported } from './unsupported.ts';
import { checkedArguments, jsonCopy, memberOf } from './values.ts';

const setClaim = (host: Host, call: string, given: readonly unknown[]): void => {
  const [name = ''] = checkedArguments(call, 'key:name', given);
  const value = given[1];
  if (value === undefined) return;
  if (typeof name === 'string' && RESTRICTED_CLAIMS.includes(name)) {
    host.warn(`api.${call}: the claim ${name} is restricted and was left out`);
    return;
  }
  host.record(call, [name, jsonCopy(value, `api.${call}: value`)]);
};

const setMetadata = (host: Host, call: string, given: readonly unknown[]): void => {
  const [name = ''] = checkedArguments(call, 'key:name', given);
  if (given[1] === undefined) {
    host.warn(`api.${call}: nothing was set, the value is undefined; null takes a key out`);
    return;
  }
  host.record(call, [name, jsonCopy(given[1], `api.${call}: value`)]);
};

const PROVIDERS: readonly string[] = ['any', 'none', 'guardian', 'google-authenticator', 'duo'];

const enableMultifactor = (host: Host, call: string, given: readonly unknown[]): void => {
  const [provider, options] = checkedArguments(call, 'provider:name options?:object', given);
  if (typeof provider !== 'string' || !PROVIDERS.includes(provider)) {
    throw new TypeError(`api.${call}: provider must be one of ${PROVIDERS.join(', ')}`);
  }
  if (provider === 'duo') unsupported(call, 'Duo is not asked for: name the provider "any".');
  host.record(call, [provider, { allowRememberBrowser: memberOf(options, 'allowRememberBrowser') === true }]);
};

const recordMethod = (host: Host, call: string, given: readonly unknown[]): void => {
  const [url] = checkedArguments(call, 'provider_url:name', given);
  if (host.context.handler !== 'onContinuePostLogin') {
    throw new TypeError(`api.${call} can be called in onContinuePostLogin only`);
  }
  if (typeof url !== 'string' || !/^https:\/\/[^\s]+$/i.test(url)) {
    throw new TypeError(`api.${call}: provider_url must be an address that begins with https://`);
  }
  host.record(call, [url]);
};

const revokeRefreshToken = (host: Host, call: string, given: readonly unknown[]): void => {
  const args = checkedArguments(call, 'reason:text', given);
  if (host.context.protocol !== 'oauth2-refresh-token') {
    throw new TypeError(`api.${call}: no refresh token is being exchanged (see event.transaction.protocol)`);
  }
  host.record(call, args);
};

const setCookieMode = (host: Host, call: string, given: readonly unknown[]): void => {
  const [mode] = given;
  if (mode !== 'persistent' && mode !== 'non-persistent') {
    throw new TypeError(`api.${call}: mode must be "persistent" or "non-persistent"`);
  }
  host.record(call, [mode]);
};

const refusePrimaryUser = (_: Host, call: string): never =>
  unsupported(call, 'Accounts are not linked: each person has one.');

type Method = (host: Host, call: string, given: readonly unknown[]) => void;

const methodFor = (how: string): Method | undefined => {
  switch (how) {
    case '!claim':
      return setClaim;
    case '!metadata':
      return setMetadata;
    case '!multifactor':
      return enableMultifactor;
    case '!method':
      return recordMethod;
    case '!revoke':
      return revokeRefreshToken;
    case '!mode':
      return setCookieMode;
    case '!primary':
      return refusePrimaryUser;
    default:
      return undefined;
  }
};

/** Does what the method of a table does: `!name` is one of these, anything else says what the arguments must be. */
export const act = (host: Host, call: string, how: string, given: readonly unknown[]): void => {
  const method = methodFor(how);
  if (method) method(host, call, given);
  else host.record(call, checkedArguments(call, how, given));
};

export const METHODS = {
  setClaim,
  setMetadata,
  PROVIDERS,
  enableMultifactor,
  recordMethod,
  revokeRefreshToken,
  setCookieMode,
  refusePrimaryUser,
  methodFor,
  act,
};
