import type { MiddlewareHandler } from 'hono';

/** What a page may load and send besides what is its own. */
export interface Allowed {
  /** Origins that scripts may call. */
  readonly connect?: readonly string[];
  /** Origins to which a form may lead, redirects included. */
  readonly form?: readonly string[];
}

/** Headers of every answer: nothing inline, nothing from elsewhere, no frames around it, nothing kept. */
export const pageHeaders = ({ connect = [], form = [] }: Allowed = {}): MiddlewareHandler => {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    `form-action ${["'self'", ...form].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return async (c, next) => {
    await next();
    c.header('content-security-policy', policy);
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  };
};
