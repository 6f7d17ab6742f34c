import type { OAuthError } from '@stile/core';
import { TextResponse } from './text-response.ts';

/** Answers that hold tokens, codes or anything about a person are never stored by anyone (RFC 6749, section 5.1). */
const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

export const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  new TextResponse(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...NO_STORE, ...headers },
  });

/** The error answer of an endpoint that clients call directly (RFC 6749, section 5.2). */
export const errorJson = (
  error: Pick<OAuthError, 'code' | 'description'>,
  status = 400,
  headers: Readonly<Record<string, string>> = {},
): Response => json({ error: error.code, error_description: error.description }, status, headers);

/** 303, so that what was posted is never posted again to where it leads (RFC 9700, section 4.12). */
export const seeOther = (location: string, cookies: readonly string[] = []): Response => {
  const headers = new Headers({ location, ...NO_STORE });
  for (const value of cookies) headers.append('set-cookie', value);
  return new Response(null, { status: 303, headers });
};

/** Scripts and styles come from this server alone. `form-action` is left out: it would also bind the redirects behind a form. */
const csp = (frameAncestors: string): string =>
  [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');

/**
 * A page for a person.
 *
 * @param frameAncestor the one origin that may frame it; none by default
 */
export const page = (
  html: string,
  status = 200,
  { cookies = [], frameAncestor }: { readonly cookies?: readonly string[]; readonly frameAncestor?: string } = {},
): Response => {
  const headers = new Headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': csp(frameAncestor ?? "'none'"),
    ...(frameAncestor === undefined && { 'x-frame-options': 'DENY' }),
    ...NO_STORE,
  });
  for (const value of cookies) headers.append('set-cookie', value);
  return new TextResponse(html, { status, headers });
};
