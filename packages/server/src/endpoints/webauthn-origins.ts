import type { Handler } from '../deps.ts';
import { relatedOrigins } from '../factors/webauthn-relying-party.ts';
import { corsHeaders } from '../http/cors.ts';

/** `/.well-known/webauthn`: where else the passkeys of this host may be used (WebAuthn Level 3, section 5.11). */
export const webauthnOrigins: Handler = async (request, deps) => {
  const related = relatedOrigins(deps.config);
  if (!related) return new Response(null, { status: 404 });
  return new Response(JSON.stringify(related), {
    headers: {
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      ...corsHeaders(request, deps.config, 'anyone'),
    },
  });
};
