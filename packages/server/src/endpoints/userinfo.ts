/** The userinfo endpoint (OpenID Connect Core 1.0, section 5.3). */
import { formatChallenge, releasedClaims } from '@stile/core';
import type { Deps, Handler } from '../deps.ts';
import { userinfoAudience } from '../grant/issue-tokens.ts';
import { corsHeaders } from '../http/cors.ts';
import { json } from '../http/responses.ts';
import { liveAccessToken } from '../token/own-access-token.ts';

export const userinfo: Handler = async (request, deps) => {
  const cors = corsHeaders(request, deps.config, 'applications');
  const header = request.headers.get('authorization') ?? '';
  // RFC 6750, section 3.1: a call in no scheme of ours is told no error; section 3: but at least one parameter.
  if (!/^bearer(?![^ ,])/i.test(header)) {
    return refused(401, formatChallenge({ scheme: 'Bearer', realm: deps.config.issuer }), cors);
  }
  const [, token] = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header) ?? [];
  if (token === undefined) {
    const errorDescription = 'Send one well-formed Bearer token';
    return refused(400, formatChallenge({ scheme: 'Bearer', error: 'invalid_request', errorDescription }), cors);
  }
  const live = await liveAccessToken(token, deps);
  if (!live?.audience.includes(userinfoAudience(deps.config.issuer))) {
    const challenge = formatChallenge({
      scheme: 'Bearer',
      error: 'invalid_token',
      errorDescription: 'The access token is not valid here',
    });
    return refused(401, challenge, cors);
  }
  if (!live.scopes.includes('openid')) {
    return refused(403, formatChallenge({ scheme: 'Bearer', error: 'insufficient_scope', scope: ['openid'] }), cors);
  }
  return json({ ...(await claimsOf(live.subject, live.scopes, deps)), sub: live.subject }, 200, cors);
};

const claimsOf = async (
  subject: string,
  scopes: readonly string[],
  deps: Deps,
): Promise<Readonly<Record<string, unknown>>> => {
  const user = await deps.store.users.find(subject);
  return user ? releasedClaims(scopes, user.claims) : {};
};

const refused = (status: number, challenge: string, cors: Readonly<Record<string, string>>): Response =>
  new Response(null, { status, headers: { 'www-authenticate': challenge, 'cache-control': 'no-store', ...cors } });
