/**
 * What came out of a sandbox, parsed. An Action can have changed the code that made its commands, so each is checked here as if a
 * stranger had written it; one that is not sound fails the whole run (law 6).
 */
import type { Instant, Result } from '@stile/core';
import { isInstant, ok, refused } from '@stile/core';
import { z } from 'zod';
import type { Command, HandlerName, Json } from './call.ts';
import type { Effect } from './effects.ts';
import { FACTOR_TYPES, factorOfType } from './factor-names.ts';
import { RESTRICTED_CLAIMS } from './inside/restricted-claims.ts';
import { isJson, jsonBytes } from './json.ts';
import type { CacheEntry } from './world.ts';

export type ParsedCommand =
  | { readonly does: 'effect'; readonly effect: Effect }
  | { readonly does: 'deny'; readonly reason: string; readonly code?: string; readonly effect?: Effect }
  | { readonly does: 'enable'; readonly provider: string; readonly mayRemember: boolean }
  /** Names of our factors, what was asked for first at the front. */
  | { readonly does: 'challenge' | 'enrol'; readonly factors: readonly string[] }
  | { readonly does: 'redirect'; readonly url: string }
  | { readonly does: 'cache'; readonly key: string; readonly entry: CacheEntry | null };

/** Under which circumstances the commands were recorded. */
export interface Recorded {
  readonly handler: HandlerName;
  readonly protocol: string;
}

/** Why a command was not accepted: for its author. */
export interface BadCommand {
  readonly call: string;
  readonly problem: string;
}

const KILOBYTE = 1024;
const MOST_COMMANDS = 500;

const effect = (value: Effect): ParsedCommand => ({ does: 'effect', effect: value });

const text = (most: number) => z.string().max(most);
const name = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((key) => key !== '__proto__', 'a name that is reserved');
const json = (mostBytes: number) =>
  z.custom<Json>((value) => isJson(value) && jsonBytes(value) <= mostBytes, `JSON of at most ${mostBytes} bytes`);
const scalar = z.union([text(8 * KILOBYTE), z.number(), z.boolean()]);

/** Characters of a scope (RFC 6749, section 3.3), which are those of an error code as well. */
const token = z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,255}$/, 'a word without blanks, quotes or backslashes');

const claim = z.tuple([
  name(512).refine((key) => !RESTRICTED_CLAIMS.includes(key), 'a claim that is not restricted'),
  json(100 * KILOBYTE),
]);

/** What is smaller counts seconds by mistake: in milliseconds it is long over. */
const EARLIEST_MS = 100_000_000_000;

/** Milliseconds as Auth0 counts them. */
const moment = z
  .number()
  .min(EARLIEST_MS, 'milliseconds since 1970, not seconds')
  .transform((ms) => Math.floor(ms / 1000))
  .refine((seconds): seconds is Instant => isInstant(seconds), 'a moment in milliseconds since 1970');

const factorAsked = z
  .object({ type: z.enum(FACTOR_TYPES), options: z.record(z.string(), z.unknown()).optional() })
  .transform(({ type, options }): readonly string[] => {
    const factor = factorOfType(type);
    const fallback = type === 'push-notification' && options?.otpFallback === true ? ['totp'] : [];
    return factor === undefined ? [] : [factor, ...fallback];
  });

const factorList = z.array(factorAsked).min(1).max(20);
const additional = z.object({ additionalFactors: factorList.optional() }).optional();

const oneFactor = (does: 'challenge' | 'enrol') =>
  z.tuple([factorAsked], additional).transform(
    ([first, options]): ParsedCommand => ({
      does,
      factors: [...new Set([first, ...(options?.additionalFactors ?? [])].flat())],
    }),
  );

const anyFactor = (does: 'challenge' | 'enrol') =>
  z.tuple([factorList]).transform(([factors]): ParsedCommand => ({ does, factors: [...new Set(factors.flat())] }));

/** Where a person may be sent: by TLS, or to a program on the same machine while somebody develops. */
const isSafeTarget = ({ protocol, hostname, username, password }: URL): boolean =>
  username === '' &&
  password === '' &&
  (protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)));

const redirect = z
  .tuple([text(4 * KILOBYTE)], z.object({ query: z.record(name(128), text(8 * KILOBYTE)).optional() }).optional())
  .transform(([target, options], context): ParsedCommand => {
    const url = URL.parse(target);
    if (url === null || !isSafeTarget(url)) {
      context.addIssue('an absolute address that begins with https://');
      return z.NEVER;
    }
    for (const [key, value] of Object.entries(options?.query ?? {})) url.searchParams.set(key, value);
    // It binds the way back to this browser and this run, so nobody else may choose it.
    url.searchParams.delete('state');
    return { does: 'redirect', url: url.href };
  });

const CACHED = { key: 64, value: 4 * KILOBYTE };

const metadata = (of: 'user-metadata' | 'app-metadata') =>
  z.tuple([name(256), json(32 * KILOBYTE)]).transform(([key, value]) => effect({ effect: of, key, value }));

const shortMetadata = (of: 'session-metadata' | 'refresh-token-metadata') =>
  z
    .tuple([name(255), z.union([text(255), z.number(), z.boolean()])])
    .transform(([key, value]) => effect({ effect: of, key, value }));

const withoutKey = (of: 'session-metadata' | 'refresh-token-metadata') =>
  z.tuple([name(255)]).transform(([key]) => effect({ effect: of, key, value: null }));

const at = (of: Extract<Effect, { readonly at: Instant }>['effect']) =>
  z.tuple([moment]).transform(([when]) => effect({ effect: of, at: when }));

const reason = text(KILOBYTE);

const SCHEMAS: Readonly<Record<string, z.ZodType<ParsedCommand>>> = {
  'access.deny': z.tuple([reason]).transform(([why]): ParsedCommand => ({ does: 'deny', reason: why })),
  'validation.error': z
    .tuple([token, reason])
    .transform(([code, why]): ParsedCommand => ({ does: 'deny', reason: why, code })),
  'accessToken.setCustomClaim': claim.transform(([key, value]) =>
    effect({ effect: 'access-token-claim', name: key, value }),
  ),
  'idToken.setCustomClaim': claim.transform(([key, value]) => effect({ effect: 'id-token-claim', name: key, value })),
  'accessToken.addScope': z.tuple([token]).transform(([scope]) => effect({ effect: 'add-scope', scope })),
  'accessToken.removeScope': z.tuple([token]).transform(([scope]) => effect({ effect: 'remove-scope', scope })),
  'multifactor.enable': z
    .tuple([
      z.enum(['any', 'none', 'guardian', 'google-authenticator']),
      z.object({ allowRememberBrowser: z.boolean() }),
    ])
    .transform(
      ([provider, { allowRememberBrowser }]): ParsedCommand => ({
        does: 'enable',
        provider,
        mayRemember: allowRememberBrowser,
      }),
    ),
  'authentication.challengeWith': oneFactor('challenge'),
  'authentication.challengeWithAny': anyFactor('challenge'),
  'authentication.enrollWith': oneFactor('enrol'),
  'authentication.enrollWithAny': anyFactor('enrol'),
  'authentication.recordMethod': z
    .tuple([z.url({ protocol: /^https$/ }).max(2 * KILOBYTE)])
    .transform(([url]) => effect({ effect: 'record-method', url })),
  'redirect.sendUserTo': redirect,
  'user.setUserMetadata': metadata('user-metadata'),
  'user.setAppMetadata': metadata('app-metadata'),
  'transaction.setMetadata': z
    .tuple([name(64), scalar])
    .transform(([key, value]) => effect({ effect: 'transaction-metadata', key, value })),
  'cache.set': z
    .tuple([name(CACHED.key), text(CACHED.value), z.number().int().min(0)])
    .transform(([key, value, expiresAtMs]): ParsedCommand => ({ does: 'cache', key, entry: { value, expiresAtMs } })),
  'cache.delete': z
    .tuple([name(CACHED.key)])
    .transform(([key]): ParsedCommand => ({ does: 'cache', key, entry: null })),
  'session.revoke': z.tuple([reason], z.object({ preserveRefreshTokens: z.boolean().optional() }).optional()).transform(
    ([why, options]): ParsedCommand => ({
      does: 'deny',
      reason: why,
      effect: {
        effect: 'session-revoke',
        reason: why,
        preserveRefreshTokens: options?.preserveRefreshTokens === true,
      },
    }),
  ),
  'session.setExpiresAt': at('session-expires-at'),
  'session.setIdleExpiresAt': at('session-idle-expires-at'),
  'session.setCookieMode': z
    .tuple([z.enum(['persistent', 'non-persistent'])])
    .transform(([mode]) => effect({ effect: 'session-cookie-mode', mode })),
  'session.setMetadata': shortMetadata('session-metadata'),
  'session.deleteMetadata': withoutKey('session-metadata'),
  'session.evictMetadata': z.tuple([]).transform(() => effect({ effect: 'session-metadata-evict' })),
  'refreshToken.revoke': z.tuple([reason]).transform(
    ([why]): ParsedCommand => ({
      does: 'deny',
      reason: why,
      effect: { effect: 'refresh-token-revoke', reason: why },
    }),
  ),
  'refreshToken.setExpiresAt': at('refresh-token-expires-at'),
  'refreshToken.setIdleExpiresAt': at('refresh-token-idle-expires-at'),
  'refreshToken.setMetadata': shortMetadata('refresh-token-metadata'),
  'refreshToken.deleteMetadata': withoutKey('refresh-token-metadata'),
  'refreshToken.evictMetadata': z.tuple([]).transform(() => effect({ effect: 'refresh-token-metadata-evict' })),
};

/** What some calls depend on besides their arguments. */
const outOfPlace = (call: string, { handler, protocol }: Recorded): string | undefined => {
  if (call === 'authentication.recordMethod' && handler !== 'onContinuePostLogin') return 'only after a redirect';
  if (call === 'refreshToken.revoke' && protocol !== 'oauth2-refresh-token') return 'only where one is exchanged';
  return undefined;
};

const parseCommand = (given: Command, recorded: Recorded): Result<ParsedCommand, BadCommand> => {
  const call: unknown = given.call;
  if (typeof call !== 'string') return refused({ call: 'unknown', problem: 'it has no name' });
  const bad = (problem: string): Result<never, BadCommand> => refused({ call: call.slice(0, 100), problem });
  const schema = Object.hasOwn(SCHEMAS, call) ? SCHEMAS[call] : undefined;
  if (schema === undefined) return bad('there is no such call');
  const misplaced = outOfPlace(call, recorded);
  if (misplaced !== undefined) return bad(misplaced);
  const parsed = schema.safeParse(given.args);
  return parsed.success ? ok(parsed.data) : bad(z.prettifyError(parsed.error).slice(0, 500));
};

/** All commands of one call, in their order; or the first that is not sound. */
export const parseCommands = (
  commands: readonly Command[],
  recorded: Recorded,
): Result<readonly ParsedCommand[], BadCommand> => {
  if (commands.length > MOST_COMMANDS) return refused({ call: 'api', problem: `more than ${MOST_COMMANDS} calls` });
  const all: ParsedCommand[] = [];
  for (const command of commands) {
    const parsed = parseCommand(command, recorded);
    if (!parsed.ok) return parsed;
    all.push(parsed.value);
  }
  return ok(all);
};
