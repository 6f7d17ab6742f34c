import type { Result } from '@stile/core';
import { ok, refused } from '@stile/core';

/** Where an access token may come from: the `Authorization` header, and nowhere else (OAuth 2.1: never the query). */
export type AuthorizationSource = Request | string | null | undefined;

export type CredentialsFault = 'no_credentials' | 'malformed_credentials';

const LONGEST_TOKEN = 16_384;

/** RFC 6750, section 2.1. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * A Bearer scheme that is not alone and well-formed. Two headers arrive joined by a comma; which of two tokens
 * another component would take is unknown, so none is taken.
 */
const BEARER_SOMEWHERE = /(?:^|,)[ \t]*bearer(?![^ \t,])/i;

/** Character by character: a pattern for the end would try every space of a header that is full of them. */
const withoutOuterSpace = (text: string): string => {
  const isSpace = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let [start, end] = [0, text.length];
  while (start < end && isSpace(start)) start += 1;
  while (end > start && isSpace(end - 1)) end -= 1;
  return text.slice(start, end);
};

/** The access token of a request. A scheme other than Bearer is as good as none. */
export const bearerToken = (source: AuthorizationSource): Result<string, CredentialsFault> => {
  const sent = (typeof source === 'string' ? source : source?.headers.get('authorization')) ?? '';
  if (sent.length > LONGEST_TOKEN) return refused('malformed_credentials');
  const header = withoutOuterSpace(sent);
  const token = BEARER.exec(header)?.[1];
  if (token !== undefined) return ok(token);
  return refused(BEARER_SOMEWHERE.test(header) ? 'malformed_credentials' : 'no_credentials');
};

/**
 * All `Authorization` headers that Node received, joined as Fetch joins them: Node's own `headers` keeps the first and
 * hides the second.
 */
export const authorizationIn = (rawHeaders: readonly string[]): string =>
  rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'authorization').join(', ');
