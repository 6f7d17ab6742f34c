import type { Handler } from '../deps.ts';
import { corsHeaders } from '../http/cors.ts';
import { JWKS_MAX_AGE_SECONDS } from '../keys/rotation.ts';

/** The public signing keys (RFC 7517, section 5). The next key is among them before it signs, so a cache of minutes is safe. */
export const jwks: Handler = async (request, deps) =>
  new Response(JSON.stringify(deps.keys.jwks()), {
    headers: {
      'content-type': 'application/jwk-set+json',
      'cache-control': `public, max-age=${JWKS_MAX_AGE_SECONDS}`,
      ...corsHeaders(request, deps.config, 'anyone'),
    },
  });
