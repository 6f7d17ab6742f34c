/** The userinfo endpoint (OpenID Connect Core 1.0, section 5.3). */
import type { Result } from '@stile/core';
import { formatChallenge, ok, refused as refusal, releasedClaims, single } from '@stile/core';
import type { Deps, Handler } from '../deps.ts';
import { userinfoAudience } from '../grant/issue-tokens.ts';
import { formParameters, isForm } from '../http/body.ts';
import { corsHeaders } from '../http/cors.ts';
import { json } from '../http/responses.ts';
import type { LiveAccessToken } from '../token/own-access-token.ts';
import { liveAccessToken } from '../token/own-access-token.ts';

export const userinfo: Handler = async (request, deps) => {
  const cors = corsHeaders(request, deps.config, 'applications');
  const token = await presentedToken(request);
  if (!token.ok) {
    // RFC 6750, section 3.1: a call in no scheme of ours is told no error; section 3: but at least one parameter.
    if (token.error === 'none')
      return refused(401, formatChallenge({ scheme: 'Bearer', realm: deps.config.issuer }), cors);
    const errorDescription = 'Send one well-formed Bearer token';
    return refused(400, formatChallenge({ scheme: 'Bearer', error: 'invalid_request', errorDescription }), cors);
  }
  const live = await liveAccessToken(token.value, deps);
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
  return json({ ...(await claimsOf(live, deps)), sub: live.subject }, 200, cors);
};

/** RFC 6750, section 2.1. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** The one token of a call: in the header, or in the form of a POST (RFC 6750, section 2.2), never in both. */
const presentedToken = async (request: Request): Promise<Result<string, 'none' | 'malformed'>> => {
  const header = request.headers.get('authorization') ?? '';
  const inHeader = /^bearer(?![^ ,])/i.test(header) ? header.replace(/^bearer */i, '') : undefined;
  const form = request.method === 'POST' && isForm(request) ? await formParameters(request) : undefined;
  if (form?.ok === false) return refusal('malformed');
  const inForm = form ? single(form.value, 'access_token') : ok(undefined);
  if (!inForm.ok || (inHeader !== undefined && inForm.value !== undefined)) return refusal('malformed');
  const token = inHeader ?? inForm.value;
  if (token === undefined) return refusal('none');
  return TOKEN.test(token) ? ok(token) : refusal('malformed');
};

const claimsOf = async (
  { subject, scopes, grant }: LiveAccessToken,
  deps: Deps,
): Promise<Readonly<Record<string, unknown>>> => {
  const user = await deps.store.users.find(subject);
  return user ? releasedClaims(scopes, user.claims, grant?.requestedClaims.userinfo ?? []) : {};
};

const refused = (status: number, challenge: string, cors: Readonly<Record<string, string>>): Response =>
  new Response(null, { status, headers: { 'www-authenticate': challenge, 'cache-control': 'no-store', ...cors } });
