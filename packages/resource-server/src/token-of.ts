import type { VerifiedToken } from './access-token.ts';

const tokens = new WeakMap<object, VerifiedToken>();

/** Ties a verified token to the request object of a framework. */
export const rememberToken = (request: object, token: VerifiedToken): void => {
  tokens.set(request, token);
};

/**
 * The token that `requireToken` verified for a request of Express or Fastify. Unlike `request.auth` it is typed, and
 * nothing else can have put it there.
 *
 * @throws Error when the route is not behind `requireToken`: a mistake that must not pass for "nobody"
 */
export const tokenOf = (request: object): VerifiedToken => {
  const token = tokens.get(request);
  if (!token) throw new Error('This route is not behind requireToken.');
  return token;
};
