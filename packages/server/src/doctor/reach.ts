/** What the world sees at the issuer's address. Asked only when it was to be: it needs the network. */
import { isJsonObject } from '@stile/core';
import type { Config } from '../config/config.ts';
import type { Finding } from './finding.ts';
import { error, fine, warning } from './finding.ts';

const TIMEOUT_MS = 5000;
const MOST_DIFFERENCE_SECONDS = 30;

interface Asking {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly nowSeconds: () => number;
  /** The names of the keys that sign; none when they are not known. */
  readonly currentKeys: readonly string[];
}

/** Asks the issuer for its metadata and its keys, as every application does. */
export const checkReach = async ({ issuer }: Pick<Config, 'issuer'>, asking: Asking): Promise<readonly Finding[]> => {
  const metadata = await answerOf(`${issuer}.well-known/openid-configuration`, asking);
  if (typeof metadata === 'string') return [unreachable(issuer, metadata)];
  const { body, date } = metadata;
  if (body.issuer !== issuer) return [somebodyElse(issuer, 'its metadata name another issuer')];
  const keys = await answerOf(`${issuer}.well-known/jwks.json`, asking);
  if (typeof keys === 'string') return [unreachable(issuer, keys)];
  const published = Array.isArray(keys.body.keys)
    ? keys.body.keys.map((key: unknown) => (isJsonObject(key) ? key.kid : undefined))
    : [];
  const isOurs = asking.currentKeys.every((kid) => published.includes(kid));
  return [
    isOurs ? fine('reach', `${issuer} leads to this server`) : somebodyElse(issuer, 'it publishes other keys'),
    clock(date, asking.nowSeconds()),
  ];
};

const answerOf = async (
  url: string,
  { fetch }: Asking,
): Promise<string | { readonly body: Readonly<Record<string, unknown>>; readonly date: string | null }> => {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = response.status === 200 ? await response.json() : undefined;
    if (!isJsonObject(body)) return `it answers ${response.status}`;
    return { body, date: response.headers.get('date') };
  } catch (thrown) {
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
    return `${code}, within ${TIMEOUT_MS / 1000} seconds`;
  }
};

const unreachable = (issuer: string, how: string): Finding =>
  error('reach', {
    what: `${issuer} cannot be reached from here: ${how}.`,
    why: 'Applications and APIs fetch metadata and keys from there, and people sign in there.',
    todo: 'Look at the name, the proxy, its certificate and the firewall. If this machine alone cannot go there, ask from another one.',
  });

const somebodyElse = (issuer: string, how: string): Finding =>
  error('reach', {
    what: `Another server answers at ${issuer}: ${how}.`,
    why: 'Tokens of this server are refused by whoever looks there for its keys.',
    todo: 'Let the proxy send the whole host here unchanged, and see that the issuer is the address that people use.',
  });

const clock = (date: string | null, nowSeconds: number): Finding => {
  const theirs = Date.parse(date ?? '') / 1000;
  const difference = Math.round(theirs - nowSeconds);
  if (Number.isNaN(theirs)) return fine('reach-clock', 'The answer says no time');
  return Math.abs(difference) <= MOST_DIFFERENCE_SECONDS
    ? fine('reach-clock', 'The issuer’s address and this machine agree about the time')
    : warning('reach-clock', {
        what: `The clock at the issuer's address is ${Math.abs(difference)} seconds ${difference > 0 ? 'ahead of' : 'behind'} this one.`,
        why: 'Tokens would be too old or not valid yet for those who check them.',
        todo: 'Let every machine keep its clock by NTP.',
      });
};
